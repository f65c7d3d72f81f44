#pragma once

#include <cctype>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace forerun::testing {

/// Reads a document as XML, as far as reports use it: elements that are closed in order, each attribute quoted and
/// named once, the five entities, one root. Throws std::runtime_error saying where it is not so.
class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  /// Every element's name, in document order.
  std::vector<std::string> read() {
    skip_declaration();
    while (position_ < text_.size()) text_[position_] == '<' ? read_tag() : read_character();
    if (!open_.empty()) fail("<" + open_.back() + "> is never closed");
    if (roots_ != 1) fail("not one root");
    return names_;
  }

 private:
  void skip_declaration() {
    constexpr std::string_view declaration = "<!DOCTYPE html>";
    if (text_.starts_with(declaration)) position_ = declaration.size();
  }

  void read_tag() {
    if (text_.substr(position_, 2) == "</") {
      position_ += 2;
      const std::string name = read_name();
      if (open_.empty() || open_.back() != name) fail("</" + name + "> closes nothing");
      open_.pop_back();
      expect('>');
      return;
    }
    ++position_;
    names_.push_back(read_name());
    if (open_.empty()) ++roots_;
    std::set<std::string> attributes;
    while (peek() == ' ') {
      ++position_;
      if (!attributes.insert(read_name()).second) fail("an attribute is there twice");
      expect('=');
      expect('"');
      while (peek() != '"') read_character();
      expect('"');
    }
    if (peek() == '/') {
      ++position_;
    } else {
      open_.push_back(names_.back());
    }
    expect('>');
  }

  void read_character() {
    const char c = peek();
    if (c == '<') fail("a bare <");
    if (static_cast<unsigned char>(c) < 0x20U && c != '\n' && c != '\t') fail("a control character");
    ++position_;
    if (c != '&') return;
    const std::size_t end = text_.find(';', position_);
    static const std::set<std::string_view> known = {"amp", "lt", "gt", "quot", "#39"};
    if (end == std::string_view::npos || known.count(text_.substr(position_, end - position_)) == 0) fail("a bare &");
    position_ = end + 1;
  }

  std::string read_name() {
    const std::size_t begin = position_;
    while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '-') ++position_;
    if (begin == position_) fail("no name");
    return std::string(text_.substr(begin, position_ - begin));
  }

  char peek() const { return position_ < text_.size() ? text_[position_] : fail("the document ends too early"); }

  void expect(char c) {
    if (peek() != c) fail(std::string("not a ") + c);
    ++position_;
  }

  [[noreturn]] char fail(const std::string& what) const {
    throw std::runtime_error(what + " at byte " + std::to_string(position_) + ": …" +
                             std::string(text_.substr(position_ < 40 ? 0 : position_ - 40, 80)));
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t roots_ = 0;
  std::vector<std::string> open_;
  std::vector<std::string> names_;
};

}  // namespace forerun::testing
