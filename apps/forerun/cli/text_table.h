#pragma once

#include <string>
#include <vector>

namespace forerun {

/// A table of text with aligned columns, for people.
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string group;  ///< columns of one group stand below one heading; empty: none
    std::string title;
    Align align = Align::right;
  };

  explicit TextTable(std::vector<Column> columns);

  /// As many cells as columns.
  void add_row(std::vector<std::string> cells);
  std::string str() const;

 private:
  std::vector<std::size_t> widths() const;
  std::string group_line(const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns a UTF-8 text takes on a terminal (one a code point; no wide characters are used here).
std::size_t display_width(const std::string& text);

/// Three significant digits, with a unit that keeps them readable: "812 µs", "3.45 ms", "12.3 s", "4 min 10 s".
std::string format_duration(double seconds);
/// Three significant digits, without an exponent, down to 0.0001; "-" for what is not finite.
std::string format_number(double value);
/// "1.10e-07"; "-" for a missing value.
std::string format_scientific(double value);
/// "12.3x"
std::string format_factor(double factor);
/// "1.5 MB"
std::string format_bytes(double bytes);

}  // namespace forerun
