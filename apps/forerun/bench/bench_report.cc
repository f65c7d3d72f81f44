#include "apps/forerun/bench/bench_report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/record/json_file.h"
#include "core/base/number_text.h"

namespace forerun {
namespace {

std::string csv_cell(const BenchReport::Cell& cell) {
  if (const double* number = std::get_if<double>(&cell)) return std::isfinite(*number) ? shortest_text(*number) : "";
  const std::string& text = std::get<std::string>(cell);
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// The cells between separators, on one line.
template <typename Cells, typename Text>
std::string joined(const Cells& cells, const std::string& separator, const Text& text) {
  std::string line;
  for (const auto& cell : cells) line += (line.empty() ? "" : separator) + text(cell);
  return line;
}

std::string sentences(const BenchReport& report, const std::string& bullet) {
  std::string text;
  for (const std::string& sentence : report.missed) text += bullet + "MISSED: " + sentence + "\n";
  if (report.has_goals && report.missed.empty() && !report.interrupted) text += bullet + "All goals were met.\n";
  if (report.interrupted) text += bullet + "Interrupted: not everything was measured.\n";
  for (const std::string& sentence : report.warnings) text += bullet + "Warning: " + sentence + "\n";
  return text;
}

}  // namespace

std::string bench_text(const BenchReport& report) {
  std::vector<TextTable::Column> columns;
  for (const std::string& title : report.summary_columns) {
    columns.push_back({"", title, columns.empty() ? TextTable::Align::left : TextTable::Align::right});
  }
  TextTable table(std::move(columns));
  for (const auto& row : report.summary) table.add_row(row);
  std::string text = report.heading + "\n\n" + table.str() + "\n" + sentences(report, "");
  for (const std::string& line : report.legend) text += line + "\n";
  return text;
}

std::string bench_markdown(const BenchReport& report, const std::string& command) {
  const auto same = [](const std::string& cell) { return cell; };
  const auto line = [&](const auto& cells, const auto& text) { return "| " + joined(cells, " | ", text) + " |\n"; };
  std::string text = "`" + command + "`: " + report.heading + "\n\n";
  text += line(report.summary_columns, same);
  bool first = true;
  text += line(report.summary_columns, [&](const std::string&) { return std::exchange(first, false) ? "---" : "--:"; });
  for (const auto& row : report.summary) text += line(row, same);
  text += "\n" + sentences(report, "- ");
  for (const std::string& sentence : report.legend) text += "\n" + sentence;
  return text + "\n";
}

std::string bench_csv(const BenchReport& report) {
  std::string text = joined(report.columns, ",", [](const std::string& title) { return title; }) + "\n";
  for (const auto& row : report.measurements) text += joined(row, ",", csv_cell) + "\n";
  return text;
}

std::string bench_json(const BenchReport& report) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["schema"] = "forerun.bench/1";
  json["version"] = build::version;
  json["benchmark"] = report.name;
  json["measurements"] = Json::array();
  for (const auto& row : report.measurements) {
    Json object;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double* number = std::get_if<double>(&row[i]);
      if (number == nullptr) {
        object[report.columns[i]] = std::get<std::string>(row[i]);
      } else {
        object[report.columns[i]] = std::isfinite(*number) ? Json(*number) : Json(nullptr);
      }
    }
    json["measurements"].push_back(std::move(object));
  }
  json["missed"] = report.missed;
  json["warnings"] = report.warnings;
  json["interrupted"] = report.interrupted;
  return json_page(json);
}

}  // namespace forerun
