#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/errors.h"

namespace forerun::fuzz {

/// A reader broke its contract: on any bytes whatever it gives a value or refuses them by one of its own errors, whose
/// sentence says what is wrong.
class BrokenContract : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Something that reads files from outside, opened to any bytes.
struct Reader {
  std::string name;
  std::vector<std::string> (*seeds)();     ///< files that it reads to the end, and a few that it nearly does
  void (*read)(const std::string& bytes);  ///< throws `BrokenContract`; what else it throws is a defect as well
};

/// Of states, models and stores.
const std::vector<Reader>& file_readers();
/// Of what the command line reads: configurations and records.
const std::vector<Reader>& command_readers();

/// read(), where errors of the types named are refusals. Throws `BrokenContract` for a refusal without a sentence.
template <class... Refusals>
void expect_value_or_refusal(const std::function<void()>& read) {
  const auto check = [](const std::exception& error) {
    if (std::string(error.what()).find(' ') == std::string::npos) {
      throw BrokenContract(std::string("refused without a sentence: '") + error.what() + "'");
    }
  };
  try {
    read();
  } catch (const BrokenContract&) {
    throw;
  } catch (const std::exception& error) {
    if (!((dynamic_cast<const Refusals*>(&error) != nullptr) || ...)) throw;
    check(error);
  }
}

}  // namespace forerun::fuzz
