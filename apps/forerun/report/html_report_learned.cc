#include <algorithm>

#include "apps/forerun/charts/svg_heat_map.h"
#include "apps/forerun/charts/svg_line_chart.h"
#include "apps/forerun/report/html_report.h"

namespace forerun {
namespace {

/// "u: 0.004 u - 0.006 h u_x; v: …"
std::string operators_text(const EffectiveStencil& stencil) {
  const auto num_fields = static_cast<Index>(stencil.fields.size());
  const auto num_inputs = static_cast<Index>(stencil.inputs.size());
  std::string text;
  for (Index f = 0; f < num_fields; ++f) {
    std::string sum;
    for (Index g = 0; g < num_inputs; ++g) {
      const std::string part = stencil.as_operator(f, g);
      if (part == "0") continue;
      sum += sum.empty() ? part : part.front() == '-' ? " - " + part.substr(1) : " + " + part;
    }
    text += (text.empty() ? "" : "; ") + stencil.fields[static_cast<std::size_t>(f)] + ": " + (sum.empty() ? "0" : sum);
  }
  return text;
}

std::string name_of(const EffectiveStencil& stencil, Index field, Index by) {
  const std::string& name = stencil.fields[static_cast<std::size_t>(field)];
  return stencil.inputs.size() == 1 ? name : name + " from " + stencil.inputs[static_cast<std::size_t>(by)];
}

/// A line for each field by each input, over steps along the axis.
std::string line_stencil_svg(const EffectiveStencil& stencil) {
  LineChart chart{"What is learned of a neighbour",
                  "Weights of the effective stencil by distance",
                  {"steps along " + stencil.axes.front()},
                  {"weight"},
                  {}};
  const auto num_fields = static_cast<Index>(stencil.fields.size());
  const auto num_inputs = static_cast<Index>(stencil.inputs.size());
  for (Index f = 0; f < num_fields; ++f) {
    for (Index g = 0; g < num_inputs; ++g) {
      ChartSeries series{name_of(stencil, f, g), static_cast<int>(1 + (f * num_inputs + g) % 8), {}};
      const State& weights = stencil.of(f, g);
      for (Index i = 0; i < weights.size(); ++i) {
        series.points.push_back({static_cast<double>(i - stencil.reach), weights[i]});
      }
      chart.series.push_back(std::move(series));
    }
  }
  return line_chart_svg(chart);
}

/// A picture for each field by each input.
std::string plane_stencil_svg(const EffectiveStencil& stencil) {
  const double edge = static_cast<double>(stencil.reach) + 0.5;
  const auto num_fields = static_cast<Index>(stencil.fields.size());
  const auto num_inputs = static_cast<Index>(stencil.inputs.size());
  HeatMap map;
  map.title = "What is learned of neighbours";
  map.description = "Weights of the effective stencil as colours, the point itself in the middle";
  map.x = {"steps along " + stencil.axes[1], -edge, edge};
  map.y = {"steps along " + stencil.axes[0], -edge, edge};
  map.unit = "weight";
  map.columns = static_cast<int>(num_inputs);
  map.panel_height = 360.0 / static_cast<double>(num_inputs);
  const Index width = 2 * stencil.reach + 1;
  for (Index f = 0; f < num_fields; ++f) {
    for (Index g = 0; g < num_inputs; ++g) {
      map.panels.push_back({name_of(stencil, f, g), stencil.of(f, g).reshaped<Eigen::RowMajor>(width, width)});
    }
  }
  return heat_map_svg(map);
}

}  // namespace

void add_learned_section(HtmlPage& page, const ReportedComparison& comparison) {
  const auto has_stencil = [](const ReportedRun& run) { return run.stencil && run.stencil->axes.size() <= 2; };
  if (std::none_of(comparison.runs.begin(), comparison.runs.end(), has_stencil)) return;
  page.begin_section("What was learned");
  page.begin_figures();
  for (const ReportedRun& run : comparison.runs) {
    if (!has_stencil(run)) continue;
    const EffectiveStencil& stencil = *run.stencil;
    page.figure(stencil.axes.size() == 1 ? line_stencil_svg(stencil) : plane_stencil_svg(stencil),
                "Effective stencil, as learned by " + run.corrector,
                "Fine less coarse solution of a slice, of a small disturbance of a uniform state, as the network of " +
                    run.corrector +
                    " has it: what it takes from each neighbour. Of smooth disturbances, in steps h of "
                    "the mesh: " +
                    operators_text(stencil) + ".");
  }
  page.end_figures();
  page.end_section();
}

}  // namespace forerun
