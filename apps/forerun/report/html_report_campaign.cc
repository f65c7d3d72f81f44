#include "apps/forerun/report/html_report_campaign.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/charts/svg_line_chart.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/report/html_page.h"
#include "core/base/number_text.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

using Cell = HtmlPage::Cell;
using Json = nlohmann::ordered_json;

constexpr const char* settings_name = "campaign.toml";
constexpr double megabyte = 1e6;
constexpr Index most_campaign_iterations = 1'000'000'000;
constexpr Index most_bytes = 1'000'000'000'000'000;

ReportedCampaignRun read_run(const Json& json, std::size_t num_parameters) {
  ReportedCampaignRun run;
  run.parameters = json_numbers(json, "parameters");
  if (run.parameters.size() != num_parameters) {
    throw std::invalid_argument("has a run with " + std::to_string(run.parameters.size()) + " parameters, but names " +
                                std::to_string(num_parameters));
  }
  run.iterations = static_cast<double>(json_integer(json, "iterations", 0, most_campaign_iterations));
  run.cold_iterations = optional_json_number(json, "cold_iterations");
  run.max_error = optional_json_number(json, "max_error");
  run.converged = json_flag(json, "converged");
  run.prior = json_text(json, "prior");
  run.seconds = json_seconds(json, "seconds");
  run.fit_seconds = json_seconds(json, "fit_seconds");
  run.store_bytes = static_cast<double>(json_integer(json, "store_bytes", 0, most_bytes));
  return run;
}

ReportedCampaign read_campaign(const Json& json) {
  require_schema(json, "forerun.campaign/1");
  ReportedCampaign campaign;
  campaign.parameters = json_texts(json, "parameters");
  for (const Json& run : json_array(json, "runs")) campaign.runs.push_back(read_run(run, campaign.parameters.size()));
  if (campaign.runs.empty()) throw std::invalid_argument("has no runs");
  if (json.contains("verdict") && !json["verdict"].is_null()) {
    campaign.verdict = json_texts(json["verdict"], "sentences");
    campaign.has_won = json_text(json["verdict"], "winner") == "parallel";
  }
  const Json& last = json_member(json, "last_held_out");
  campaign.num_last = static_cast<double>(json_integer(last, "runs", 0, static_cast<Index>(campaign.runs.size())));
  campaign.mean_cold = optional_json_number(last, "mean_cold");
  campaign.mean_warm = optional_json_number(last, "mean");
  return campaign;
}

/// member(run) by the run's number; what a run does not have is left out, so that lines go on to the next that has it.
template <class Member>
std::vector<ChartPoint> by_run(const ReportedCampaign& campaign, const Member& member) {
  std::vector<ChartPoint> points;
  for (std::size_t r = 0; r < campaign.runs.size(); ++r) {
    const std::optional<double> value = member(campaign.runs[r]);
    if (value) points.push_back({static_cast<double>(r + 1), *value});
  }
  return points;
}

void add_outcome(HtmlPage& page, const ReportedCampaign& campaign) {
  if (campaign.mean_cold && campaign.mean_warm) {
    page.paragraph("Last " + shortest_text(campaign.num_last) + " held-out runs: mean K " +
                   format_number(*campaign.mean_cold) + " cold, " + format_number(*campaign.mean_warm) +
                   " with the store.");
  }
  const auto failed = std::count_if(campaign.runs.begin(), campaign.runs.end(),
                                    [](const ReportedCampaignRun& run) { return !run.converged; });
  const std::string of_all = " of " + std::to_string(campaign.runs.size()) + " runs did not converge.";
  if (failed > 0) page.paragraph(std::to_string(failed) + of_all, "bad");
  if (failed == 0) page.paragraph("All " + std::to_string(campaign.runs.size()) + " runs converged.", "good");
}

void add_charts(HtmlPage& page, const ReportedCampaign& campaign) {
  LineChart iterations;
  iterations.title = "Iterations by run";
  iterations.description = "Iterations K of each run, with the store and cold";
  iterations.x = {"run", false, false, true};
  iterations.y = {"iterations K", false, true};
  iterations.series = {
      {"cold", 8, by_run(campaign, [](const auto& run) { return run.cold_iterations; }), true},
      {"with the store", 1, by_run(campaign, [](const auto& run) { return std::optional(run.iterations); })}};
  iterations.width = 980.0;
  LineChart fit;
  fit.title = "Fitting time by run";
  fit.description = "Seconds spent refitting the network after each run";
  fit.x = {"run", false, false, true};
  fit.y = {"seconds", false, true};
  fit.series = {{"fit", 3, by_run(campaign, [](const auto& run) { return std::optional(run.fit_seconds); })},
                {"run", 1, by_run(campaign, [](const auto& run) { return std::optional(run.seconds); }), true}};
  LineChart store;
  store.title = "Store size by run";
  store.description = "Size of the store after each run";
  store.x = {"run", false, false, true};
  store.y = {"megabytes", false, true};
  store.series = {{"", 4, by_run(campaign, [](const auto& run) { return std::optional(run.store_bytes / megabyte); })}};
  page.begin_figures();
  page.figure(line_chart_svg(iterations), "Iterations",
              "Each run starts from what the runs before it have taught; cold: the same draw without the store, on the "
              "runs that were held out for comparison.",
              true);
  page.figure(line_chart_svg(fit), "Time",
              "Measured: solving each run, and refitting the network with what it brought.");
  page.figure(line_chart_svg(store), "Store", "After each run; 1 megabyte = 10⁶ bytes.");
  page.end_figures();
}

/// Iterations against each of the parameters that vary, of runs with the store and cold.
void add_parameter_charts(HtmlPage& page, const ReportedCampaign& campaign) {
  page.begin_figures();
  for (std::size_t p = 0; p < campaign.parameters.size(); ++p) {
    const std::string& name = campaign.parameters[p];
    LineChart chart;
    chart.title = "Iterations by " + name;
    chart.description = "Iterations K of each run against " + name + ", with the store and cold";
    chart.x = {name};
    chart.y = {"iterations K", false, true};
    ChartSeries cold{"cold", 8, {}}, warm{"with the store", 1, {}};
    for (const ReportedCampaignRun& run : campaign.runs) {
      if (run.cold_iterations) cold.points.push_back({run.parameters[p], *run.cold_iterations});
      warm.points.push_back({run.parameters[p], run.iterations});
    }
    constexpr double behind = 5.0;  // seen where both took as many
    cold.mark = behind;
    for (ChartSeries* series : {&cold, &warm}) {
      series->connected = false;
      chart.series.push_back(*series);
    }
    page.figure(line_chart_svg(chart), "Iterations by " + name, "A mark a run.");
  }
  page.end_figures();
}

void add_runs(HtmlPage& page, const ReportedCampaign& campaign) {
  std::vector<Cell> heading = {{"run", "number"}};
  for (const std::string& name : campaign.parameters) heading.push_back({name, "number"});
  for (const char* name : {"K cold", "K", "max error", "time", "fit"}) heading.push_back({name, "number"});
  heading.push_back({"prior"});
  heading.push_back({"status"});
  std::vector<std::vector<Cell>> rows;
  for (const ReportedCampaignRun& run : campaign.runs) {
    std::vector<Cell> row = {{std::to_string(rows.size() + 1), "number"}};
    for (const double value : run.parameters) row.push_back({format_number(value), "number"});
    row.push_back({run.cold_iterations ? shortest_text(*run.cold_iterations) : "–", "number"});
    row.push_back({shortest_text(run.iterations), "number"});
    row.push_back({run.max_error ? format_scientific(*run.max_error) : "–", "number"});
    row.push_back({format_duration(run.seconds), "number"});
    row.push_back({format_duration(run.fit_seconds), "number"});
    row.push_back({run.prior});
    row.push_back(run.converged ? Cell{"converged", "good"} : Cell{"not converged", "bad"});
    rows.push_back(std::move(row));
  }
  page.table(heading, rows);
}

}  // namespace

bool is_campaign_directory(const std::filesystem::path& directory) {
  return std::filesystem::exists(directory / settings_name);
}

ReportedCampaign read_campaign_directory(const std::filesystem::path& directory) {
  ReportedCampaign campaign = read_json_file(directory / "campaign.json", read_campaign);
  campaign.settings = read_file(directory / settings_name);
  return campaign;
}

std::string campaign_html(const ReportedCampaign& campaign) {
  HtmlPage page("forerun: campaign");
  page.body().element("h1", {}, "Campaign of " + std::to_string(campaign.runs.size()) + " runs");
  page.verdict(campaign.verdict, campaign.has_won);
  add_outcome(page, campaign);
  page.begin_section("What was learned from run to run");
  add_charts(page, campaign);
  page.end_section();
  page.begin_section("Where iterations are needed");
  add_parameter_charts(page, campaign);
  page.end_section();
  page.begin_section("Runs");
  add_runs(page, campaign);
  page.end_section();
  page.begin_section("Settings");
  page.body().element("pre", {{"tabindex", "0"}}, campaign.settings);
  page.end_section();
  return page.str();
}

}  // namespace forerun
