#pragma once

#include <string>
#include <string_view>

namespace forerun {

/// The end of what a program has said, for the sentence should it fail; whatever it says costs no more memory.
class OutputTail {
 public:
  void append(std::string_view bytes);
  /// On one line, valid UTF-8 without control characters: line ends become " | ", what is no text "?". Empty where
  /// nothing was said.
  std::string text() const;
  /// `; its standard error says "…"`, or `ends with` where that is not all; empty where it has said nothing.
  std::string clause() const;

 private:
  static constexpr std::size_t most_kept = 600;

  std::string kept_;
  bool is_cut_ = false;
};

/// Text in that form, for what a program says elsewhere.
std::string on_one_line(std::string_view text);

}  // namespace forerun
