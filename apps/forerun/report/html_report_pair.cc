#include <algorithm>
#include <map>

#include "apps/forerun/charts/svg_line_chart.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/report/html_report.h"
#include "apps/forerun/report/html_report_colours.h"

namespace forerun {
namespace {

using Cell = HtmlPage::Cell;

/// One of the two, and what it is called on the page.
struct Side {
  const ReportedComparison* comparison;
  std::string name;
};

/// The directories' names, where those tell them apart.
std::vector<Side> sides_of(const ReportedComparison& first, const ReportedComparison& second) {
  const auto name = [](const ReportedComparison& comparison) {
    const std::filesystem::path directory = comparison.directory.lexically_normal();
    return (directory.has_filename() ? directory : directory.parent_path()).filename().string();
  };
  const std::string a = name(first), b = name(second);
  const bool are_told_apart = a != b && !a.empty() && !b.empty();
  return {{&first, are_told_apart ? a : "first"}, {&second, are_told_apart ? b : "second"}};
}

const ReportedRun* find_run(const ReportedComparison& comparison, const std::string& corrector) {
  const auto found = std::find_if(comparison.runs.begin(), comparison.runs.end(),
                                  [&](const ReportedRun& run) { return run.corrector == corrector; });
  return found == comparison.runs.end() ? nullptr : &*found;
}

/// Of both, in the order of the first.
std::vector<std::string> correctors_of(const std::vector<Side>& sides) {
  std::vector<std::string> names;
  for (const Side& side : sides) {
    for (const ReportedRun& run : side.comparison->runs) {
      if (std::find(names.begin(), names.end(), run.corrector) == names.end()) names.push_back(run.corrector);
    }
  }
  return names;
}

std::map<std::string, std::string> settings_of(const ReportedComparison& comparison) {
  std::map<std::string, std::string> values;
  const ConfigDocument document = ConfigDocument::read(comparison.directory / "config.toml");
  for (const Setting& setting : document.settings())
    values["[" + setting.section + "] " + setting.key] = toml_text(setting.value);
  return values;
}

void add_verdicts(HtmlPage& page, const std::vector<Side>& sides) {
  for (const Side& side : sides) {
    std::vector<std::string> sentences = side.comparison->verdict;
    if (sentences.empty()) sentences = {"no serial fine solution to compare with."};
    sentences.front().insert(0, side.name + ": ");
    page.verdict(sentences, side.comparison->has_won);
  }
}

void add_differences(HtmlPage& page, const std::vector<Side>& sides) {
  page.begin_section("What differs in the configurations");
  const auto first = settings_of(*sides[0].comparison), second = settings_of(*sides[1].comparison);
  auto all = first;
  all.insert(second.begin(), second.end());
  std::vector<std::vector<Cell>> rows;
  for (const auto& [key, ignored] : all) {
    const auto a = first.find(key), b = second.find(key);
    const std::string left = a == first.end() ? "–" : a->second, right = b == second.end() ? "–" : b->second;
    if (left != right) rows.push_back({{key}, {left}, {right}});
  }
  if (rows.empty()) {
    page.paragraph("Nothing: both are of the same configuration.");
  } else {
    page.table({{"key"}, {sides[0].name}, {sides[1].name}}, rows);
  }
  page.end_section();
}

void add_measures(HtmlPage& page, const std::vector<Side>& sides) {
  std::vector<MeasuredRun> runs;
  for (const std::string& corrector : correctors_of(sides)) {
    for (const Side& side : sides) {
      const ReportedRun* run = find_run(*side.comparison, corrector);
      if (run != nullptr) runs.push_back({corrector + ", " + side.name, run, false});
    }
  }
  const auto& serial = sides[0].comparison->serial_fine_seconds;
  const bool is_shared = serial && sides[1].comparison->serial_fine_seconds;
  page.figure(measures_svg(runs, is_shared ? serial : std::nullopt), "Iterations, fine work and time",
              is_shared ? "Dotted: serial stepping as measured for " + sides[0].name + "." : "", true);
}

/// Solid the first, dashed the second.
void add_increments(HtmlPage& page, const std::vector<Side>& sides) {
  LineChart chart{"Increments",
                  "The increment of each run by iteration",
                  {"iteration", false, false, true},
                  {"increment", true},
                  {}};
  chart.width = 980.0;
  chart.direct = true;
  for (const Side& side : sides) {
    for (const ReportedRun& run : side.comparison->runs) {
      ChartSeries series{run.corrector + ", " + side.name, colour_of(run.corrector), {}};
      for (std::size_t k = 0; k < run.increments.size(); ++k)
        series.points.push_back({static_cast<double>(k + 1), run.increments[k]});
      series.dashed = &side == &sides.back();
      chart.series.push_back(std::move(series));
    }
  }
  page.figure(line_chart_svg(chart), "Increments", "Solid: " + sides[0].name + ". Dashed: " + sides[1].name + ".",
              true);
}

void add_table(HtmlPage& page, const std::vector<Side>& sides) {
  std::vector<Cell> heading = {{"corrector"}};
  for (const Side& side : sides) {
    for (const char* what : {"iterations", "sweeps", "time"})
      heading.push_back({std::string(what) + ", " + side.name, "number"});
  }
  heading.push_back({"time, " + sides[1].name + " ÷ " + sides[0].name, "number"});
  std::vector<std::vector<Cell>> rows;
  for (const std::string& corrector : correctors_of(sides)) {
    std::vector<Cell> row = {{corrector}};
    for (const Side& side : sides) {
      const ReportedRun* run = find_run(*side.comparison, corrector);
      const bool has_one = run != nullptr;
      row.push_back({has_one ? std::to_string(run->num_iterations()) : "–", "number"});
      row.push_back({has_one ? format_number(run->effective_sweeps) : "–", "number"});
      row.push_back({has_one ? format_duration(run->seconds.total) + (run->converged ? "" : ", not converged") : "–",
                     has_one && !run->converged ? "number bad" : "number"});
    }
    const ReportedRun* a = find_run(*sides[0].comparison, corrector);
    const ReportedRun* b = find_run(*sides[1].comparison, corrector);
    row.push_back({a != nullptr && b != nullptr && a->seconds.total > 0.0
                       ? format_number(b->seconds.total / a->seconds.total)
                       : "–",
                   "number"});
    rows.push_back(std::move(row));
  }
  page.table(heading, rows);
}

}  // namespace

std::string pair_html(const ReportedComparison& first, const ReportedComparison& second) {
  const std::vector<Side> sides = sides_of(first, second);
  const std::string problem = first.experiment.problem->name(), other = second.experiment.problem->name();
  HtmlPage page("forerun: " + sides[0].name + " and " + sides[1].name);
  page.body().element("h1", {}, sides[0].name + " and " + sides[1].name);
  page.paragraph(problem == other ? "Two solutions of " + problem + "."
                                  : "Of different problems: " + problem + " and " + other + ".",
                 problem == other ? "" : "bad");
  add_verdicts(page, sides);
  add_differences(page, sides);
  page.begin_section("What came of it");
  page.begin_figures();
  add_measures(page, sides);
  add_increments(page, sides);
  page.end_figures();
  add_table(page, sides);
  page.end_section();
  return page.str();
}

}  // namespace forerun
