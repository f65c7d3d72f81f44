#include <algorithm>

#include "apps/forerun/charts/svg_work_map.h"
#include "apps/forerun/report/html_report.h"
#include "apps/forerun/report/html_report_colours.h"

namespace forerun {
namespace {

constexpr std::size_t exact = 0, converged = 1, first_level = 2;

/// Where the fine solver worked in iteration k, and what was left alone: slices of the whole run.
std::vector<WorkMap::Part> parts_of(const ReportedRun& run, std::size_t k, Index window_slices) {
  const Index begin = (static_cast<Index>(run.window[k]) - 1) * window_slices;
  const Index first = run.sweeps[k].empty() ? window_slices : run.sweeps[k].front().first_slice;
  const Index exact_slices =
      std::min(first, static_cast<Index>(k > 0 && run.window[k] == run.window[k - 1] ? run.exact_front[k - 1] : 0.0));
  std::vector<WorkMap::Part> parts;
  const auto add = [&](Index from, Index count, std::size_t kind) {
    if (count > 0) parts.push_back({from, count, kind});
  };
  add(0, begin, converged);
  add(begin, exact_slices, exact);
  add(begin + exact_slices, first - exact_slices, converged);
  for (const LevelSweep& sweep : run.sweeps[k]) {
    add(begin + sweep.first_slice, sweep.num_slices, first_level + static_cast<std::size_t>(sweep.level - 1));
  }
  return parts;
}

std::vector<WorkMap::Kind> kinds_of(const ReportedRun& run, std::size_t num_levels) {
  const std::string area = "area c" + std::to_string(colour_of(run.corrector));
  std::vector<WorkMap::Kind> kinds = {{"exact", "area exact"}, {"converged", "area settled"}};
  for (std::size_t level = 1; level <= num_levels; ++level) {
    const bool is_top = level == num_levels;
    const std::string shade = is_top ? "" : " shade" + std::to_string(std::min<std::size_t>(3, level));
    kinds.push_back({is_top ? "fine solver at work" : "level " + std::to_string(level), area + shade});
  }
  return kinds;
}

}  // namespace

void add_work_maps(HtmlPage& page, const ReportedComparison& comparison) {
  const std::size_t num_levels = std::max<std::size_t>(1, comparison.experiment.config.fine_levels.solvers.size());
  for (const ReportedRun& run : comparison.runs) {
    if (run.sweeps.empty()) continue;
    WorkMap map{"Work of " + run.corrector + " by slice and iteration",
                "Slices to the right, iterations downwards; in colour where the fine solver worked",
                "slice",
                "iteration",
                kinds_of(run, num_levels),
                {},
                comparison.experiment.num_slices()};
    for (std::size_t k = 0; k < run.sweeps.size(); ++k)
      map.rows.push_back(parts_of(run, k, comparison.experiment.window_slices()));
    page.figure(work_map_svg(map), "Where " + run.corrector + " still works",
                "In colour: slices that an iteration solved again. Grey: slices it left alone, as exact (equal to the "
                "serial fine solution bit for bit) or converged.");
  }
}

}  // namespace forerun
