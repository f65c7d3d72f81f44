#pragma once

#include <stdexcept>

namespace forerun {

/// What the user wrote, on the command line or in a configuration, breaks a rule. The message is the whole sentence:
/// place, value, rule.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace forerun
