#pragma once

#include <string>
#include <vector>

#include "apps/forerun/charts/svg_markup.h"

namespace forerun {

/// A page that needs nothing beside itself: style and drawings are in it, there are no scripts and no addresses of
/// other machines. The keyboard reaches its sections and whatever scrolls. It follows the reader's choice of light or
/// dark and prints in light. It is XML as well.
class HtmlPage {
 public:
  explicit HtmlPage(const std::string& title);

  /// Where content goes that the functions below have no form for.
  MarkupWriter& body() { return body_; }

  void begin_section(const std::string& heading);
  void end_section();
  void paragraph(const std::string& text, const char* style = "");
  /// Who wins, before everything else; nothing without sentences.
  void verdict(const std::vector<std::string>& sentences, bool has_won);
  /// Figures stand side by side where there is room.
  void begin_figures();
  void end_figures();
  /// `svg` with its caption: what is seen, in words.
  void figure(const std::string& svg, const std::string& heading, const std::string& caption, bool wide = false);

  struct Cell {
    std::string text;
    std::string style = {};  ///< "number", "good", "bad"
  };
  /// A table with a heading row.
  void table(const std::vector<Cell>& heading, const std::vector<std::vector<Cell>>& rows);
  /// Names and values.
  void facts(const std::vector<std::pair<std::string, std::string>>& facts);

  /// The whole document; every section must have ended.
  std::string str();

 private:
  std::string title_;
  std::vector<std::string> sections_;
  MarkupWriter body_;
};

}  // namespace forerun
