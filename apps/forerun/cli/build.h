#pragma once

#include <array>

/// How this binary was built; values come from CMake (build.cc.in, cmake/revision.cmake).
namespace forerun::build {

/// A library that this binary was compiled with.
struct Library {
  const char* name;
  const char* version;  ///< "3.4.0"; "unknown" where its package does not say
};

extern const char* const version;   ///< "0.1.0"
extern const char* const revision;  ///< of the sources, by git: "28f3445a90c1", "…+changes"; "unknown" elsewhere
extern const char* const compiler;  ///< "GNU 12.2.0"
extern const char* const flags;
extern const char* const type;     ///< "Release"
extern const char* const kernels;  ///< the one instruction set of the largest kernels: "x86-64-v4"; empty: all, chosen
extern const std::array<Library, 7> libraries;

// The Python module, as CMake has found it.
extern const char* const python;          ///< of the module: "3.11.2"; empty: the module is not built
extern const char* const python_program;  ///< "/usr/bin/python3"
extern const char* const python_folder;   ///< where an installed module is, relative to the folder of programs

}  // namespace forerun::build
