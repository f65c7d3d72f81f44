#include "apps/forerun/cli/text_table.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

namespace forerun {
namespace {

constexpr std::size_t gap_of_columns = 2;

std::string pad(const std::string& text, std::size_t width, TextTable::Align align) {
  const std::size_t used = display_width(text);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return align == TextTable::Align::left ? text + blanks : blanks + text;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

/// As printf's %.Nf and %.Ne, whatever the locale.
std::string formatted(double value, std::chars_format format, int decimals) {
  std::array<char, 400> buffer;  // the largest double has 309 digits before its point
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, decimals).ptr};
}

std::string whole(double value) { return formatted(value, std::chars_format::fixed, 0); }

/// Three significant digits without an exponent for 0.001 ≤ value < 10⁶.
std::string three_digits(double value) {
  if (value == 0.0) return "0";
  if (!std::isfinite(value)) return "-";
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 4);
  return formatted(value, std::chars_format::fixed, decimals);
}

}  // namespace

std::size_t display_width(const std::string& text) {
  const auto begins_code_point = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  // A group's heading must fit over its columns; the first of them makes room.
  for (std::size_t i = 0; i < columns_.size();) {
    std::size_t end = i;
    std::size_t total = 0;
    while (end < columns_.size() && columns_[end].group == columns_[i].group) total += widths[end++] + gap_of_columns;
    const std::size_t needed = display_width(columns_[i].group) + gap_of_columns;
    if (needed > total) widths[i] += needed - total;
    i = end;
  }
  return widths;
}

std::string TextTable::group_line(const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < columns_.size();) {
    const std::string& group = columns_[i].group;
    std::size_t end = i;
    std::size_t total = 0;
    while (end < columns_.size() && columns_[end].group == group) total += widths[end++] + gap_of_columns;
    line += pad(group, total - gap_of_columns, group.empty() ? Align::left : Align::right) +
            std::string(gap_of_columns, ' ');
    i = end;
  }
  return without_trailing_blanks(line);
}

std::string TextTable::str() const {
  const std::vector<std::size_t> columns = widths();
  const auto line = [&](const auto& cell) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      text += pad(cell(i), columns[i], columns_[i].align) + std::string(gap_of_columns, ' ');
    }
    return without_trailing_blanks(text) + "\n";
  };
  std::string text;
  const std::string groups = group_line(columns);
  if (!groups.empty()) text += groups + "\n";
  text += line([&](std::size_t i) { return columns_[i].title; });
  std::string rule;
  for (const std::size_t width : columns) rule += std::string(width, '-') + std::string(gap_of_columns, ' ');
  text += without_trailing_blanks(rule) + "\n";
  for (const auto& row : rows_) text += line([&](std::size_t i) { return row[i]; });
  return text;
}

std::string format_number(double value) { return three_digits(value); }

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  if (seconds < 1e-3) return three_digits(seconds * 1e6) + " µs";
  if (seconds < 1.0) return three_digits(seconds * 1e3) + " ms";
  if (seconds < 120.0) return three_digits(seconds) + " s";
  const double minutes = std::floor(seconds / 60.0);
  if (minutes < 120.0) return whole(minutes) + " min " + whole(std::floor(seconds - 60.0 * minutes)) + " s";
  return whole(std::floor(minutes / 60.0)) + " h " + whole(std::fmod(minutes, 60.0)) + " min";
}

std::string format_scientific(double value) {
  return std::isfinite(value) ? formatted(value, std::chars_format::scientific, 2) : "-";
}

std::string format_factor(double factor) { return std::isfinite(factor) ? three_digits(factor) + "x" : "-"; }

std::string format_bytes(double bytes) {
  constexpr std::array<const char*, 6> units = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  while (bytes >= 1000.0 && unit + 1 < units.size()) {
    bytes /= 1000.0;
    ++unit;
  }
  return three_digits(bytes) + " " + units[unit];
}

}  // namespace forerun
