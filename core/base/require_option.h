#pragma once

#include <string_view>

#include "core/base/parameters.h"
#include "core/base/plain_text.h"

namespace forerun {

/// Throws `ParameterError` "name = value: must be …" unless the rule holds.
inline void require_option(bool rule_holds, const char* name, double value, std::string_view rule) {
  if (rule_holds) return;
  PlainText sentence;
  sentence << name << " = " << value << ": must be " << rule;
  throw ParameterError(name, sentence.str());
}

}  // namespace forerun
