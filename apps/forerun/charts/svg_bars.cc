#include "apps/forerun/charts/svg_bars.h"

#include <algorithm>
#include <cmath>

#include "apps/forerun/charts/svg_plot.h"

namespace forerun {
namespace {

constexpr double bars_margin = 10.0;
constexpr double bars_row_height = 26.0;
constexpr double stacked_bar_height = 16.0;
constexpr double gap_of_bars = 8.0;

constexpr std::size_t num_colours = 8;

std::string area_class(int colour) { return "area c" + std::to_string(colour); }
std::string kind_class(const CellStrip& strip, const std::vector<std::string>& kinds, std::size_t kind) {
  const auto known = strip.colours.find(kinds[kind]);
  return area_class(known != strip.colours.end() ? known->second : static_cast<int>(kind % num_colours) + 1);
}

/// Room for the names of rows.
template <class Rows>
double names_width(const Rows& rows) {
  double width = 0.0;
  for (const auto& row : rows) width = std::max(width, text_width(row.name));
  return width + gap_of_bars;
}

void draw_name(MarkupWriter& svg, const std::string& name, double right, double middle) {
  svg.element(
      "text",
      {{"class", "label"}, {"x", right - gap_of_bars}, {"y", middle + 0.35 * text_height}, {"text-anchor", "end"}},
      name);
}

std::string part_class(const StackedBars::Part& part, const std::string& style) {
  if (style.empty()) return area_class(part.colour);
  return "area " + style + (part.shade.empty() ? "" : " " + part.shade);
}

std::vector<LegendEntry> legend_of(const StackedBars& chart) {
  const bool by_shade =
      std::any_of(chart.bars.begin(), chart.bars.end(), [](const StackedBars::Bar& bar) { return !bar.style.empty(); });
  std::vector<LegendEntry> entries;
  for (const StackedBars::Part& part : chart.parts)
    entries.push_back({part.name, part_class(part, by_shade ? "ink" : ""), true});
  return entries;
}

std::vector<LegendEntry> legend_of(const CellStrip& strip, const std::vector<std::string>& kinds) {
  std::vector<LegendEntry> entries;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    entries.push_back({kinds[kind], kind_class(strip, kinds, kind), true});
  return entries;
}

double total_of(const StackedBars::Bar& bar) {
  double total = 0.0;
  for (const double length : bar.lengths) total += std::isfinite(length) ? std::max(0.0, length) : 0.0;
  return total;
}

void draw_bar(MarkupWriter& svg, const StackedBars& chart, const StackedBars::Bar& bar, const PlotFrame& frame,
              double top) {
  double begin = 0.0;
  for (std::size_t i = 0; i < chart.parts.size(); ++i) {
    if (!std::isfinite(bar.lengths[i]) || bar.lengths[i] <= 0.0) continue;
    const double left = frame.x_of(begin);
    begin += bar.lengths[i];
    svg.leaf("rect", {{"class", part_class(chart.parts[i], bar.style)},
                      {"x", left},
                      {"y", top},
                      {"width", frame.x_of(begin) - left},
                      {"height", stacked_bar_height}});
  }
  svg.element("text",
              {{"class", "label"},
               {"x", frame.x_of(begin) + gap_of_bars},
               {"y", top + stacked_bar_height / 2 + 0.35 * text_height}},
              bar.total);
}

std::vector<std::string> kinds_of(const CellStrip& strip) {
  std::vector<std::string> kinds;
  for (const CellStrip::Row& row : strip.rows) {
    for (const std::string& kind : row.kinds) {
      if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
  }
  return kinds;
}

void draw_cells(MarkupWriter& svg, const CellStrip& strip, const std::vector<std::string>& kinds, const Box& area,
                double cell) {
  double top = area.top + (bars_row_height - stacked_bar_height) / 2;
  for (const CellStrip::Row& row : strip.rows) {
    const double baseline = top + stacked_bar_height / 2 + 0.35 * text_height;
    draw_name(svg, row.name, area.left, top + stacked_bar_height / 2);
    for (std::size_t k = 0; k < row.kinds.size(); ++k) {
      const auto kind = static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), row.kinds[k]) - kinds.begin());
      const double x = area.left + cell * static_cast<double>(k);
      constexpr double between = 1.0;
      svg.leaf("rect", {{"class", kind_class(strip, kinds, kind)},
                        {"x", x},
                        {"y", top},
                        {"width", std::max(cell - between, 0.5 * cell)},
                        {"height", stacked_bar_height}});
      if (k >= row.labels.size() || text_width(row.labels[k]) > cell - 2 * between) continue;
      svg.element("text", {{"class", "on-area"}, {"x", x + cell / 2}, {"y", baseline}, {"text-anchor", "middle"}},
                  row.labels[k]);
    }
    top += bars_row_height;
  }
}

/// The columns' numbers, as many as there is room for.
void draw_cell_numbers(MarkupWriter& svg, const CellStrip& strip, std::size_t columns, const Box& area, double cell) {
  constexpr double room = 30.0;
  const auto last = static_cast<double>(columns);
  const AxisScale scale =
      AxisScale::linear(1.0, std::max(2.0, last), std::max(2, static_cast<int>(area.width / room)), false);
  for (const Tick& tick : scale.ticks()) {
    if (tick.value > last || tick.value != std::floor(tick.value)) continue;
    svg.element("text",
                {{"class", "tick"},
                 {"x", area.left + cell * (tick.value - 0.5)},
                 {"y", area.bottom() + text_height},
                 {"text-anchor", "middle"}},
                tick.label);
  }
  svg.element(
      "text",
      {{"class", "label"}, {"x", area.left}, {"y", area.bottom() + x_axis_height(strip.x_title) - gap_of_bars / 2}},
      strip.x_title);
}

}  // namespace

std::string stacked_bars_svg(const StackedBars& chart) {
  double longest = 0.0;
  double totals = 0.0;
  for (const StackedBars::Bar& bar : chart.bars) {
    longest = std::max(longest, total_of(bar));
    totals = std::max(totals, text_width(bar.total));
  }
  const double left = names_width(chart.bars) + bars_margin / 2;
  const double width = chart.width - left - totals - 2 * gap_of_bars;
  const double legend = draw_legend(nullptr, legend_of(chart), left, 0.0, width);
  const Box area{left, bars_margin + legend, width, bars_row_height * static_cast<double>(chart.bars.size())};
  constexpr double pixels_per_tick = 80.0;
  const int ticks = std::max(2, static_cast<int>(width / pixels_per_tick));
  const PlotFrame frame{area, AxisScale::linear(0.0, longest > 0.0 ? longest : 1.0, ticks, false),
                        AxisScale::bare(AxisScale::linear(0.0, 1.0, 2, false)), chart.x_title, ""};

  MarkupWriter svg;
  open_drawing(svg, chart.width, area.bottom() + x_axis_height(chart.x_title) + bars_margin / 2, chart.title,
               chart.description);
  draw_legend(&svg, legend_of(chart), left, bars_margin / 2, width);
  draw_axes(svg, frame);
  double top = area.top + (bars_row_height - stacked_bar_height) / 2;
  for (const StackedBars::Bar& bar : chart.bars) {
    draw_name(svg, bar.name, left, top + stacked_bar_height / 2);
    draw_bar(svg, chart, bar, frame, top);
    top += bars_row_height;
  }
  return svg.close().str();
}

std::string cell_strip_svg(const CellStrip& strip) {
  const std::vector<std::string> kinds = kinds_of(strip);
  std::size_t columns = 1;
  for (const CellStrip::Row& row : strip.rows) columns = std::max(columns, row.kinds.size());
  const double left = names_width(strip.rows) + bars_margin / 2;
  const double width = strip.width - left - gap_of_bars;
  constexpr double widest_cell = 48.0;
  const double cell = std::min(widest_cell, width / static_cast<double>(columns));
  const double legend = draw_legend(nullptr, legend_of(strip, kinds), left, 0.0, width);
  const Box area{left, bars_margin + legend, cell * static_cast<double>(columns),
                 bars_row_height * static_cast<double>(strip.rows.size())};
  MarkupWriter svg;
  open_drawing(svg, strip.width, area.bottom() + x_axis_height(strip.x_title) + bars_margin / 2, strip.title,
               strip.description);
  draw_legend(&svg, legend_of(strip, kinds), left, bars_margin / 2, width);
  draw_cells(svg, strip, kinds, area, cell);
  draw_cell_numbers(svg, strip, columns, area, cell);
  return svg.close().str();
}

}  // namespace forerun
