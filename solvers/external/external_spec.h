#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forerun {

/// How a solver that is not Forerun's own is reached.
enum class ExternalKind {
  command,  ///< a program started for each slice, states in files
  worker,   ///< a program that is started once and asked slice after slice, through standard input and output
  library,  ///< a C function of a shared library
};

/// What the files of a command hold a state as.
enum class StateFormat { npy, csv };

/// One's own solver: a command, a worker or a library.
///
/// Words may contain placeholders: `{input}`, `{output}`, `{t0}` and `{t1}` in a command's, and in all kinds the
/// parameters of the problem by name, such as `{viscosity}`. Braces around anything else stay as they are.
struct ExternalSpec {
  ExternalKind kind = ExternalKind::command;
  std::vector<std::string> words = {};  ///< of a command or worker: the program and its arguments
  StateFormat format = StateFormat::npy;
  std::string library = {};            ///< a file's name
  std::string function = "propagate";  ///< of the library
  std::string argument = {};           ///< what the function's `user` points to; empty: it is a null pointer
  bool exclusive = false;              ///< the library is called by one thread at a time
  /// Work of a slice; only its ratio to that of the other levels matters.
  double work = 1.0;

  // Where it runs, which is no part of what it is.
  std::string directory = {};  ///< programs start here, and relative names are looked for; empty: the current one
  int processes = 0;           ///< at most so many at once; 0: as many as there are callers

  bool operator==(const ExternalSpec&) const = default;
};

/// "command", "worker" or "library": also the key that a configuration names it by.
std::string_view to_string(ExternalKind kind);

/// What the solver is, on one line: `command ["./solver", "{input}", "{output}"]`, with all that its result depends on
/// but what is in files. For signatures.
std::string to_text(const ExternalSpec& spec);
/// Whether `text` is of that kind, and no integrator's.
bool is_external_text(std::string_view text);
/// A short name for tables and sentences: "./solver", "python3 solver.py", "propagate of libsolver.so".
std::string short_name(const ExternalSpec& spec);

/// Values of placeholders by name.
using Placeholders = std::map<std::string, std::string>;

/// `word` with its placeholders filled in.
std::string filled_in(const std::string& word, const Placeholders& values);
/// Whether `{name}` occurs in what the solver is given.
bool mentions(const ExternalSpec& spec, const std::string& name);

/// Throws `ParameterError` ("command", "worker", "library", "function") with value and rule for a solver that cannot
/// be: no words, a command without `{input}` or `{output}`, a misspelt placeholder. `parameters`: names of the
/// problem's.
void require_sound(const ExternalSpec& spec, const std::vector<std::string>& parameters);

}  // namespace forerun
