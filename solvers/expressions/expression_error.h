#pragma once

#include <cstddef>
#include <string>

#include "core/base/errors.h"

namespace forerun {

/// What is wrong in an expression, and where: `name()` is the key of the text ("u.rhs"), `offset()` the byte in it at
/// which the sentence points. Whoever knows the file makes line and column of it.
class ExpressionError : public ParameterError {
 public:
  ExpressionError(const std::string& key, std::size_t offset, const std::string& sentence)
      : ParameterError(key, sentence), offset_(offset) {}

  std::size_t offset() const { return offset_; }

 private:
  std::size_t offset_;
};

}  // namespace forerun
