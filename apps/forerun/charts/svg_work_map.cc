#include "apps/forerun/charts/svg_work_map.h"

#include <algorithm>

#include "apps/forerun/charts/svg_plot.h"

namespace forerun {
namespace {

constexpr double work_map_margin = 10.0;
constexpr std::size_t most_rows = 200;

double work_map_row_height(std::size_t rows) {
  constexpr double tallest = 22.0, whole = 260.0;
  return std::min(tallest, whole / static_cast<double>(rows));
}

void draw_row(MarkupWriter& svg, const WorkMap& map, const std::vector<WorkMap::Part>& parts, const Box& row) {
  const double per_slice = row.width / static_cast<double>(map.num_slices);
  const double between = row.height > 4.0 ? 1.0 : 0.0;
  for (const WorkMap::Part& part : parts) {
    svg.leaf("rect", {{"class", map.kinds[part.kind].style},
                      {"x", row.left + per_slice * static_cast<double>(part.first)},
                      {"y", row.top},
                      {"width", per_slice * static_cast<double>(part.count)},
                      {"height", row.height - between}});
  }
}

}  // namespace

std::string work_map_svg(const WorkMap& map) {
  const std::size_t stride = std::max<std::size_t>(1, (map.rows.size() + most_rows - 1) / most_rows);
  const std::size_t drawn = std::max<std::size_t>(1, (map.rows.size() + stride - 1) / stride);
  const double each = work_map_row_height(drawn);
  const double height = each * static_cast<double>(drawn);
  // Iteration k lies between k − ½ and k + ½; iterations grow downwards.
  const auto last = static_cast<double>(map.rows.size());
  const AxisScale y = AxisScale::whole(1.0, std::max(1.0, last), std::max(2, static_cast<int>(height / 24.0)));
  const AxisScale x = AxisScale::linear(0.0, static_cast<double>(map.num_slices), 8, false);
  std::vector<LegendEntry> legend;
  for (const WorkMap::Kind& kind : map.kinds) legend.push_back({kind.name, kind.style, true});
  const double left = y_axis_width(y, map.y_title) + work_map_margin / 2;
  const double width = map.width - left - 1.5 * work_map_margin;
  const double legend_height = draw_legend(nullptr, legend, left, 0.0, width);
  const Box area{left, work_map_margin + legend_height, width, height};

  MarkupWriter svg;
  open_drawing(svg, map.width, area.bottom() + x_axis_height(map.x_title) + work_map_margin / 2, map.title,
               map.description);
  draw_legend(&svg, legend, left, work_map_margin / 2, width);
  for (std::size_t i = 0; i < drawn && i * stride < map.rows.size(); ++i) {
    draw_row(svg, map, map.rows[i * stride], {area.left, area.top + each * static_cast<double>(i), area.width, each});
  }
  draw_axes(svg, {area, x, AxisScale::bare(y), map.x_title, "", false});
  for (const Tick& tick : y.ticks()) {
    const double middle = area.top + height * (tick.value - 0.5) / std::max(1.0, last);
    svg.element("text",
                {{"class", "tick"}, {"x", area.left - 8.0}, {"y", middle + 0.35 * text_height}, {"text-anchor", "end"}},
                tick.label);
  }
  const double title_x = left - y_axis_width(y, map.y_title) + text_height;
  const double title_y = area.top + height / 2;
  svg.element("text",
              {{"class", "label"},
               {"x", title_x},
               {"y", title_y},
               {"text-anchor", "middle"},
               {"transform", "rotate(-90 " + coordinate_text(title_x) + " " + coordinate_text(title_y) + ")"}},
              map.y_title);
  return svg.close().str();
}

}  // namespace forerun
