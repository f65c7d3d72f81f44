#include "apps/forerun/report/html_page.h"

#include "apps/forerun/cli/build.h"
#include "apps/forerun/report/html_style.h"

namespace forerun {

HtmlPage::HtmlPage(const std::string& title) : title_(title) { body_.open("main"); }

void HtmlPage::begin_section(const std::string& heading) {
  sections_.push_back(heading);
  body_.open("section", {{"id", "s" + std::to_string(sections_.size())}});
  body_.element("h2", {}, heading);
}

void HtmlPage::end_section() { body_.close(); }

void HtmlPage::paragraph(const std::string& text, const char* style) { body_.element("p", {{"class", style}}, text); }

void HtmlPage::verdict(const std::vector<std::string>& sentences, bool has_won) {
  if (sentences.empty()) return;
  body_.open("div", {{"class", has_won ? "verdict won" : "verdict"}, {"role", "note"}});
  for (const std::string& sentence : sentences) paragraph(sentence);
  body_.close();
}

void HtmlPage::begin_figures() { body_.open("div", {{"class", "figures"}}); }

void HtmlPage::end_figures() { body_.close(); }

void HtmlPage::figure(const std::string& svg, const std::string& heading, const std::string& caption, bool wide) {
  body_.open("figure", {{"class", wide ? "wide" : "half"}, {"tabindex", "0"}});
  body_.element("h3", {}, heading).markup(svg);
  if (!caption.empty()) body_.element("figcaption", {}, caption);
  body_.close();
}

void HtmlPage::table(const std::vector<Cell>& heading, const std::vector<std::vector<Cell>>& rows) {
  body_.open("div", {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", "table"}})
      .open("table")
      .open("thead")
      .open("tr");
  for (const Cell& cell : heading) body_.element("th", {{"scope", "col"}, {"class", cell.style}}, cell.text);
  body_.close().close().open("tbody");
  for (const std::vector<Cell>& row : rows) {
    body_.open("tr");
    for (const Cell& cell : row) body_.element("td", {{"class", cell.style}}, cell.text);
    body_.close();
  }
  body_.close().close().close();
}

void HtmlPage::facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  body_.open("table", {{"class", "facts"}}).open("tbody");
  for (const auto& [name, value] : facts) {
    body_.open("tr").element("th", {{"scope", "row"}}, name).element("td", {}, value).close();
  }
  body_.close().close();
}

std::string HtmlPage::str() {
  body_.element("footer", {}, std::string("Written by forerun ") + build::version + ".").close();
  MarkupWriter page;
  page.open("html", {{"xmlns", "http://www.w3.org/1999/xhtml"}, {"lang", "en"}}).open("head");
  page.leaf("meta", {{"charset", "utf-8"}});
  page.leaf("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  page.leaf("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  page.element("title", {}, title_);
  page.open("style").markup(html_style).close().close();
  page.open("body");
  page.open("nav", {{"aria-label", "sections"}});
  for (std::size_t i = 0; i < sections_.size(); ++i)
    page.element("a", {{"href", "#s" + std::to_string(i + 1)}}, sections_[i]);
  page.close().markup(body_.str()).close().close();
  return "<!DOCTYPE html>\n" + page.str();
}

}  // namespace forerun
