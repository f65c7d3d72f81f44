#pragma once

#include <stdexcept>
#include <string>

#include "core/base/state.h"

namespace forerun {

/// A propagator could not cross a slice; `time` says where in the slice it gave up.
class PropagationError : public std::runtime_error {
 public:
  PropagationError(double time, const std::string& reason) : std::runtime_error(reason), time_(time) {}

  double time() const { return time_; }

 private:
  double time_;
};

/// A file could not be read or written.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A named value breaks a rule; the place (a line of a file, an option) is added by whoever knows it.
class ParameterError : public std::invalid_argument {
 public:
  ParameterError(std::string name, const std::string& sentence)
      : std::invalid_argument(sentence), name_(std::move(name)) {}

  /// The parameter's key, e.g. "steps".
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

}  // namespace forerun
