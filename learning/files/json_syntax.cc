#include "learning/files/json_syntax.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace forerun {
namespace {

using Json = nlohmann::json;

/// "line 3, column 17" of the character that was read as number `position`, counted from 1.
std::string place_text(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, std::min(text.size(), position > 0 ? position - 1 : 0));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Follows the parser without building anything. What is refused is thrown.
class JsonWatch : public nlohmann::json_sax<Json> {
 public:
  JsonWatch(std::string_view text, int deepest) : text_(text), deepest_(deepest) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    throw std::invalid_argument("names '" + name + "' twice");
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    constexpr int number_overflow = 406;  // the library's number for it
    std::string sentence = "is not valid JSON";
    if (error.id == number_overflow) sentence = "has a number that does not fit into a double";
    if (position > text_.size()) sentence += ": it ends early";
    throw std::invalid_argument(sentence + " (" + place_text(text_, position) + ")");
  }

 private:
  bool open() {
    if (static_cast<int>(keys_.size()) == deepest_) {
      throw std::invalid_argument("is nested too deeply: at most " + std::to_string(deepest_) + " levels are read");
    }
    keys_.emplace_back();
    return true;
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  int deepest_;
  std::vector<std::set<std::string>> keys_;  ///< of all that is open; an array has none
};

}  // namespace

void check_json(std::string_view text, int deepest) {
  JsonWatch watch(text, deepest);
  Json::sax_parse(text, &watch);
}

}  // namespace forerun
