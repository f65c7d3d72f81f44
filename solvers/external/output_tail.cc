#include "solvers/external/output_tail.h"

#include <algorithm>

namespace forerun {
namespace {

/// Bytes of the UTF-8 character that `text` begins with; 0 where it begins with none.
std::size_t whole_character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80U) return 1;
  const std::size_t size = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const bool is_overlong = (first == 0xE0U && byte(1) < 0xA0U) || (first == 0xF0U && byte(1) < 0x90U);
  const bool is_no_character = (first == 0xEDU && byte(1) > 0x9FU) || (first == 0xF4U && byte(1) > 0x8FU);
  const bool is_control = first == 0xC2U && byte(1) < 0xA0U;
  return is_overlong || is_no_character || is_control ? 0 : size;
}

}  // namespace

std::string on_one_line(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  std::string result;
  std::string gap;
  while (!text.empty()) {
    if (blanks.find(text.front()) != std::string_view::npos) {
      gap = text.front() == '\n' || gap == " | " ? " | " : " ";
      text.remove_prefix(1);
      continue;
    }
    if (!result.empty()) result += gap;
    gap.clear();
    const std::size_t size = whole_character_size(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool is_text = size > 0 && first >= 0x20U && first != 0x7FU;
    result += is_text ? text.substr(0, size) : "?";
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

void OutputTail::append(std::string_view bytes) {
  if (bytes.size() > most_kept) {
    is_cut_ = true;
    bytes.remove_prefix(bytes.size() - most_kept);
  }
  kept_ += bytes;
  if (kept_.size() <= most_kept) return;
  is_cut_ = true;
  kept_.erase(0, kept_.size() - most_kept);
}

std::string OutputTail::text() const {
  // A character that the cut has parted is left out.
  std::size_t first = 0;
  while (is_cut_ && first < kept_.size() && (static_cast<unsigned char>(kept_[first]) & 0xC0U) == 0x80U) ++first;
  return on_one_line(std::string_view(kept_).substr(first));
}

std::string OutputTail::clause() const {
  const std::string said = text();
  if (said.empty()) return "";
  return (is_cut_ ? "; its standard error ends with \"…" : "; its standard error says \"") + said + "\"";
}

}  // namespace forerun
