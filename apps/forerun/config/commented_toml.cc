#include "apps/forerun/config/commented_toml.h"

#include <algorithm>

#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/config/config_document.h"
#include "solvers/external/output_tail.h"

namespace forerun {
namespace {

std::string visible(const std::string& text) { return on_one_line(printable(text)); }

}  // namespace

void CommentedToml::remark(const std::string& sentence) {
  const std::string indentation(std::min(sentence.find_first_not_of(' '), sentence.size()), ' ');
  lines_.push_back({sentence.empty() ? "" : "# " + indentation + visible(sentence), "", section_});
}

void CommentedToml::section(const std::string& name) {
  ++section_;
  if (!lines_.empty()) lines_.push_back({"", "", section_});
  lines_.push_back({"[" + name + "]", "", section_});
}

void CommentedToml::set(const std::string& key, const std::string& value, const std::string& comment) {
  lines_.push_back({key + " = " + value, visible(comment), section_});
}

/// Behind the longest line that still leaves room for comments.
std::size_t CommentedToml::comment_column(std::size_t section) const {
  constexpr std::size_t widest = 48;
  std::size_t column = 0;
  for (const Line& line : lines_) {
    const std::size_t width = display_width(line.text);
    if (line.section == section && !line.comment.empty() && width <= widest) column = std::max(column, width);
  }
  return column;
}

std::string CommentedToml::str() const {
  std::string text;
  for (const Line& line : lines_) {
    text += line.text;
    if (!line.comment.empty()) {
      const std::size_t width = display_width(line.text), column = comment_column(line.section);
      text += std::string(width < column ? column - width : 0, ' ') + "  # " + line.comment;
    }
    text += "\n";
  }
  return text;
}

std::string plain_toml_text(const ParameterValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  const bool is_plain =
      text != nullptr && text->find_first_of("\"\\") == std::string::npos && printable(*text) == *text;
  return is_plain ? "\"" + *text + "\"" : toml_text(value);
}

}  // namespace forerun
