#include "core/files/array_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/errors.h"
#include "core/files/npy_file.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

/// What was found, short enough for a sentence.
std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string quotation = "'";
  quotation += text.substr(0, longest);
  return quotation += text.size() > longest ? "…'" : "'";
}

/// Reads the numbers of one line after the other; remembers the line for errors.
class CsvReader {
 public:
  explicit CsvReader(const std::filesystem::path& path) : path_(path) {}

  void read_line(std::string_view line) {
    ++line_number_;
    line = line.substr(0, line.find('#'));
    skip_blanks(line);
    while (!line.empty()) {
      const std::string_view field = line.substr(0, line.find_first_of(", \t\r\v\f"));
      numbers_.push_back(parse(field));
      line.remove_prefix(field.size());
      skip_blanks(line);
      if (line.empty() || line.front() != ',') continue;
      line.remove_prefix(1);
      skip_blanks(line);
      if (line.empty()) fail("a number must follow the last comma");
    }
  }

  const std::vector<double>& numbers() const { return numbers_; }

 private:
  static void skip_blanks(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  }

  double parse(std::string_view field) const {
    if (field.empty()) fail("a number is missing before a comma");
    const bool has_plus = field.size() > 1 && field[0] == '+' && field[1] != '-';  // from_chars knows no plus
    const std::string_view digits = field.substr(has_plus ? 1 : 0);
    double number = 0.0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc::result_out_of_range) fail(in_quotes(field) + " is beyond the range of double precision");
    if (error != std::errc() || end != digits.data() + digits.size()) fail(in_quotes(field) + " is not a number");
    if (!std::isfinite(number)) fail(in_quotes(field) + " is not finite");
    return number;
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw FileError(path_.string() + ":" + std::to_string(line_number_) + ": " + reason);
  }

  const std::filesystem::path& path_;
  std::size_t line_number_ = 0;
  std::vector<double> numbers_;
};

State read_csv(const std::filesystem::path& path) {
  const std::string content = read_file(path);
  CsvReader reader(path);
  std::string_view rest = content;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    reader.read_line(line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  const std::vector<double>& numbers = reader.numbers();
  if (numbers.empty()) throw FileError(path.string() + ": holds no numbers");
  return Eigen::Map<const State>(numbers.data(), static_cast<Index>(numbers.size()));
}

}  // namespace

State read_state_file(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".csv") return read_csv(path);
  if (extension == ".npy") return read_npy(path);
  throw FileError(path.string() + ": unknown extension " + in_quotes(extension) +
                  ": a state is read from .csv or .npy");
}

}  // namespace forerun
