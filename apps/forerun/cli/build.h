#pragma once

/// How this binary was built; values come from CMake (build.cc.in).
namespace forerun::build {

extern const char* const version;   ///< "0.1.0"
extern const char* const compiler;  ///< "GNU 12.2.0"
extern const char* const flags;
extern const char* const type;  ///< "Release"

}  // namespace forerun::build
