#include "apps/forerun/campaign/campaign_report.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/record/json_file.h"
#include "core/base/errors.h"
#include "core/base/number_text.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

/// Over the last third of the runs that were held out, ten of thirty.
struct Summary {
  std::size_t num_runs = 0;
  double cold = 0.0;
  double warm = 0.0;
  double fit_seconds = 0.0;  ///< of all runs
};

Summary summarize(const std::vector<CampaignRow>& rows) {
  std::vector<const CampaignRow*> held_out;
  Summary summary;
  for (const CampaignRow& row : rows) {
    summary.fit_seconds += row.fit_seconds;
    if (row.cold_iterations) held_out.push_back(&row);
  }
  summary.num_runs = (held_out.size() + 2) / 3;
  for (auto row = held_out.end() - static_cast<std::ptrdiff_t>(summary.num_runs); row != held_out.end(); ++row) {
    summary.cold += static_cast<double>(*(*row)->cold_iterations) / static_cast<double>(summary.num_runs);
    summary.warm += static_cast<double>((*row)->iterations) / static_cast<double>(summary.num_runs);
  }
  return summary;
}

std::string csv_heading(const CampaignConfig& config) {
  std::string line = "run";
  for (const std::string& name : config.box.names) line += "," + name;
  return line +
         ",iterations,effective_sweeps,cold_iterations,max_error,converged,prior,seconds,serial_seconds,fit_seconds,"
         "store_bytes";
}

std::string optional_text(const auto& value) { return value ? shortest_text(*value) : std::string(); }

/// Cells of one line, read from the left; anything unexpected throws with the line's place.
class Cells {
 public:
  Cells(const std::string& line, std::string place) : stream_(line + ","), place_(std::move(place)) {}

  std::string text() {
    std::string cell;
    if (!std::getline(stream_, cell, ',')) fail("is cut off");
    return cell;
  }
  template <class Number>
  std::optional<Number> optional_number() {
    const std::string cell = text();
    if (cell.empty()) return std::nullopt;
    Number number{};
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (error != std::errc() || end != cell.data() + cell.size()) fail("'" + cell + "' is not a number");
    return number;
  }
  template <class Number>
  Number number() {
    const auto found = optional_number<Number>();
    if (!found) fail("lacks a number");
    return *found;
  }
  Index count() {
    const auto found = number<Index>();
    if (found < 0) fail("has a count below 0");
    return found;
  }
  bool flag() {
    const std::string cell = text();
    if (cell != "true" && cell != "false") fail("'" + cell + "' is neither true nor false");
    return cell == "true";
  }
  PriorUse prior() {
    const std::string cell = text();
    for (const PriorUse use : {PriorUse::none, PriorUse::served, PriorUse::dropped}) {
      if (cell == to_string(use)) return use;
    }
    fail("'" + cell + "' is not a use of a prior");
  }
  void end() {
    if (std::string more; std::getline(stream_, more, ',')) fail("has more cells than its heading");
  }
  [[noreturn]] void fail(const std::string& reason) const { throw FileError(place_ + ": " + reason); }

 private:
  std::istringstream stream_;
  std::string place_;
};

CampaignRow read_row(Cells cells, Index index, Index num_parameters) {
  if (cells.number<Index>() != index) cells.fail("is not run " + std::to_string(index));
  CampaignRow row;
  row.parameters.resize(num_parameters);
  for (Index j = 0; j < num_parameters; ++j) row.parameters[j] = cells.number<double>();
  row.iterations = cells.count();
  row.effective_sweeps = cells.number<double>();
  row.cold_iterations = cells.optional_number<Index>();
  row.max_error = cells.optional_number<double>();
  row.converged = cells.flag();
  row.prior = cells.prior();
  row.seconds = cells.number<double>();
  row.serial_seconds = cells.optional_number<double>();
  row.fit_seconds = cells.number<double>();
  row.store_bytes = cells.number<std::uint64_t>();
  cells.end();
  return row;
}

Json number_or_null(const auto& value) { return value ? Json(*value) : Json(nullptr); }

}  // namespace

std::string campaign_csv(const CampaignConfig& config, const std::vector<CampaignRow>& rows) {
  std::string text = csv_heading(config) + "\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const CampaignRow& row = rows[r];
    text += std::to_string(r + 1);
    for (const double value : row.parameters) text += "," + shortest_text(value);
    text += "," + shortest_text(row.iterations) + "," + shortest_text(row.effective_sweeps) + "," +
            optional_text(row.cold_iterations) + "," + optional_text(row.max_error) + "," +
            (row.converged ? "true" : "false") + "," + std::string(to_string(row.prior)) + "," +
            shortest_text(row.seconds) + "," + optional_text(row.serial_seconds) + "," +
            shortest_text(row.fit_seconds) + "," + shortest_text(row.store_bytes) + "\n";
  }
  return text;
}

std::vector<CampaignRow> read_campaign_csv(const std::filesystem::path& file, const CampaignConfig& config) {
  std::istringstream text(read_file(file));
  std::string line;
  if (!std::getline(text, line) || line != csv_heading(config))
    throw FileError(file.string() + ":1: is not the heading of this campaign");
  std::vector<CampaignRow> rows;
  while (std::getline(text, line)) {
    const auto index = static_cast<Index>(rows.size()) + 1;
    rows.push_back(read_row({line, file.string() + ":" + std::to_string(index + 1)}, index, config.box.size()));
  }
  return rows;
}

std::optional<Verdict> campaign_verdict(const std::vector<CampaignRow>& rows) {
  double serial = 0.0, parallel = 0.0;
  std::size_t num_compared = 0, num_lost = 0;
  for (const CampaignRow& row : rows) {
    if (!row.serial_seconds) continue;
    ++num_compared;
    if (!row.converged) ++num_lost;
    serial += *row.serial_seconds;
    parallel += row.seconds + row.fit_seconds;
  }
  if (num_compared == 0) return std::nullopt;
  Verdict verdict;
  verdict.speedup = serial / parallel;
  verdict.winner = num_lost > 0 ? Verdict::Winner::serial : winner_by(*verdict.speedup);
  const std::string who = verdict.winner == Verdict::Winner::serial     ? "Serial stepping wins here: "
                          : verdict.winner == Verdict::Winner::parallel ? "The campaign wins: "
                                                                        : "Nobody wins here: ";
  verdict.sentences = {
      who + "serial stepping takes " + format_duration(serial) + " for " + std::to_string(num_compared) +
      (num_compared == 1 ? " run, " : " runs, ") + "the campaign " + format_duration(parallel) +
      ", fitting its network included (measured)" +
      (num_lost > 0 ? "; " + std::to_string(num_lost) + " of its runs did not converge" : std::string()) + "."};
  const Summary summary = summarize(rows);
  if (summary.num_runs > 0) {
    verdict.sentences.push_back("Over the last " + std::to_string(summary.num_runs) +
                                (summary.num_runs == 1 ? " held-out run" : " held-out runs") + " the store " +
                                (summary.warm < summary.cold ? "saves" : "does not save") + " iterations: " +
                                format_number(summary.warm) + " with it, " + format_number(summary.cold) + " without.");
  }
  return verdict;
}

std::string campaign_table(const CampaignConfig& config, const std::vector<CampaignRow>& rows) {
  std::vector<TextTable::Column> columns = {{"", "run"}};
  for (const std::string& name : config.box.names) columns.push_back({"", name});
  for (const char* title : {"K cold", "K", "sweeps", "prior", "max error", "seconds", "fit", "store"})
    columns.push_back({"", title});
  TextTable table(columns);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const CampaignRow& row = rows[r];
    std::vector<std::string> cells = {std::to_string(r + 1)};
    for (const double value : row.parameters) cells.push_back(format_number(value));
    cells.push_back(row.cold_iterations ? std::to_string(*row.cold_iterations) : "-");
    cells.push_back(std::to_string(row.iterations) + (row.converged ? "" : "!"));
    cells.push_back(format_number(row.effective_sweeps));
    cells.emplace_back(to_string(row.prior));
    cells.push_back(row.max_error ? format_scientific(*row.max_error) : "-");
    cells.push_back(format_duration(row.seconds));
    cells.push_back(format_duration(row.fit_seconds));
    cells.push_back(format_bytes(static_cast<double>(row.store_bytes)));
    table.add_row(std::move(cells));
  }
  const Summary summary = summarize(rows);
  std::string text = table.str();
  if (summary.num_runs > 0) {
    text += (summary.num_runs == 1 ? std::string("\nlast held-out run")
                                   : "\nlast " + std::to_string(summary.num_runs) + " held-out runs") +
            ": mean K " + format_number(summary.cold) + " cold, " + format_number(summary.warm) + " with the store\n";
  }
  return text + "fitting took " + format_duration(summary.fit_seconds) + " in all; ! did not converge\n" +
         verdict_text(campaign_verdict(rows));
}

std::string campaign_json(const CampaignConfig& config, const std::vector<CampaignRow>& rows) {
  Json json;
  json["schema"] = "forerun.campaign/1";
  json["version"] = build::version;
  json["parameters"] = config.box.names;
  json["runs"] = Json::array();
  for (const CampaignRow& row : rows) {
    Json run;
    run["parameters"] = std::vector<double>(row.parameters.begin(), row.parameters.end());
    run["iterations"] = row.iterations;
    run["effective_sweeps"] = row.effective_sweeps;
    run["cold_iterations"] = number_or_null(row.cold_iterations);
    run["max_error"] = number_or_null(row.max_error);
    run["converged"] = row.converged;
    run["prior"] = to_string(row.prior);
    run["seconds"] = row.seconds;
    run["serial_seconds"] = number_or_null(row.serial_seconds);
    run["fit_seconds"] = row.fit_seconds;
    run["store_bytes"] = row.store_bytes;
    json["runs"].push_back(std::move(run));
  }
  const Summary summary = summarize(rows);
  json["last_held_out"] = {{"runs", summary.num_runs}, {"mean_cold", nullptr}, {"mean", nullptr}};
  if (summary.num_runs > 0) {
    json["last_held_out"]["mean_cold"] = summary.cold;
    json["last_held_out"]["mean"] = summary.warm;
  }
  json["fit_seconds"] = summary.fit_seconds;
  json["verdict"] = verdict_json(campaign_verdict(rows));
  return json_page(json);
}

}  // namespace forerun
