#include "apps/forerun/config/number_list.h"

#include <charconv>

#include "apps/forerun/config/config_document.h"

namespace forerun {
namespace {

void skip_spaces(const char*& at, const char* end) {
  while (at != end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
}

}  // namespace

std::optional<std::vector<double>> parse_numbers(const std::string& text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  std::vector<double> numbers;
  const char* at = text.data() + 1;
  const char* const end = text.data() + text.size() - 1;
  while (true) {
    skip_spaces(at, end);
    double value = 0.0;
    const auto [after, error] = std::from_chars(at, end, value);
    if (error != std::errc()) return std::nullopt;
    numbers.push_back(value);
    at = after;
    skip_spaces(at, end);
    if (at == end) return numbers;
    if (*at++ != ',') return std::nullopt;
  }
}

std::string numbers_text(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) text += (text.empty() ? "[" : ", ") + toml_text(number);
  return text + "]";
}

}  // namespace forerun
