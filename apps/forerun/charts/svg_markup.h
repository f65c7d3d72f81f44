#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace forerun {

/// `text` as the content of an element or of a quoted attribute, in XML and in HTML: the five special characters as
/// entities; bytes that are not UTF-8 and characters that XML does not know as U+FFFD.
std::string escaped(std::string_view text);

/// A length on the drawing, with two decimals at most; never "-0", never an exponent. Precondition: finite.
std::string coordinate_text(double value);

/// One attribute of an element; lengths are written as by `coordinate_text`.
struct Attribute {
  Attribute(std::string_view attribute, std::string text) : name(attribute), value(std::move(text)) {}
  Attribute(std::string_view attribute, const char* text) : name(attribute), value(text) {}
  Attribute(std::string_view attribute, double length) : name(attribute), value(coordinate_text(length)) {}

  std::string_view name;
  std::string value;
};

/// Writes elements so that the result is well-formed XML by construction: what is opened is closed in order, all text
/// is escaped. Used for drawings and for pages alike, in the syntax that both XML and HTML read.
class MarkupWriter {
 public:
  using Attributes = std::initializer_list<Attribute>;

  MarkupWriter& open(std::string_view tag, Attributes attributes = {});
  MarkupWriter& close();
  /// An element without content, <tag/>. HTML knows such tags only inside drawings and for its void elements.
  MarkupWriter& leaf(std::string_view tag, Attributes attributes);
  /// <tag>text</tag>
  MarkupWriter& element(std::string_view tag, Attributes attributes, std::string_view text);
  MarkupWriter& text(std::string_view text);
  /// Markup that is well-formed already.
  MarkupWriter& markup(std::string_view markup);

  /// What was written; all elements must be closed.
  std::string str() const;

 private:
  void begin(std::string_view tag, Attributes attributes);

  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace forerun
