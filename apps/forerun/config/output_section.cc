#include "apps/forerun/config/output_section.h"

#include <cmath>
#include <stdexcept>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/number_list.h"
#include "apps/forerun/config/time_boundaries.h"

namespace forerun {
namespace {

constexpr double kMostTimes = 1e7;

[[noreturn]] void refuse_output(const ConfigDocument& document, const std::string& key, const std::string& value,
                                const std::string& rule) {
  throw UsageError(place_of(document, "output", key) + ": [output] " + key + " = " + value + ": " + rule);
}

std::vector<Index> read_components(const ConfigDocument& document, const std::string& text) {
  const std::optional<std::vector<double>> numbers = parse_numbers(text);
  std::vector<Index> components;
  if (numbers) {
    for (const double number : *numbers) {
      if (number < 0.0 || number != std::floor(number) || number > 1e9) break;
      components.push_back(static_cast<Index>(number));
    }
  }
  if (!numbers || components.size() != numbers->size()) {
    refuse_output(document, "components", text, "must be a list of components, counted from 0, like [0, 2]");
  }
  return components;
}

/// Times that are counted from the beginning, never added up.
std::vector<double> regular_times(const ConfigDocument& document, double every, const TimeGrid& grid) {
  const double length = grid.end() - grid.begin();
  const double count = std::floor(length / every * (1.0 + 1e-12));
  if (!(every <= length) || count > kMostTimes) {
    refuse_output(document, "every", toml_text(every),
                  "must be a number from " + toml_text(length / kMostTimes) + " to " + toml_text(length) +
                      ", the length of time");
  }
  std::vector<double> times;
  for (double j = 0.0; j <= count; j += 1.0) times.push_back(std::min(grid.begin() + j * every, grid.end()));
  return times;
}

void check_times(const ConfigDocument& document, const std::vector<double>& times, const TimeGrid& grid) {
  for (std::size_t j = 0; j < times.size(); ++j) {
    if (times[j] >= grid.begin() && times[j] <= grid.end() && (j == 0 || times[j] > times[j - 1])) continue;
    refuse_output(document, "times", toml_text(times[j]),
                  "must be later than the one before and within [" + toml_text(grid.begin()) + ", " +
                      toml_text(grid.end()) + "]");
  }
}

/// Every `stride`-th point of each axis, the last axis running fastest.
void thin_out(const StateLayout& layout, Index stride, OutputPlan& plan) {
  std::vector<Index> kept_of_axis;
  Index points = 1;
  plan.shape = {static_cast<Index>(layout.fields.size())};
  for (const MeshAxis& axis : layout.axes) {
    plan.shape.push_back((axis.points + stride - 1) / stride);
    points *= axis.points;
  }
  if (stride == 1) return;
  for (Index i = 0; i < layout.dimension(); ++i) {
    Index rest = i % points;
    bool is_kept = true;
    for (auto axis = layout.axes.rbegin(); axis != layout.axes.rend(); ++axis) {
      is_kept = is_kept && rest % axis->points % stride == 0;
      rest /= axis->points;
    }
    if (is_kept) plan.components.push_back(i);
  }
}

std::string list_text(const std::vector<Index>& numbers) {
  std::string text;
  for (const Index number : numbers) text += (text.empty() ? "[" : ", ") + std::to_string(number);
  return text + "]";
}

}  // namespace

std::vector<ParameterSpec> output_keys() {
  return {{.name = "times",
           .default_value = std::string(),
           .description = "states at growing times like [0.0, 0.1, 0.5], or a .csv or .npy file of them, relative to "
                          "this file; written with --out"},
          {.name = "every",
           .default_value = 0.0,
           .description = "in place of times: a state each so long, from the beginning on",
           .minimum = 0.0,
           .minimum_allowed = false},
          {.name = "components",
           .default_value = std::string(),
           .description = "of each state these components, counted from 0, like [0, 2]; left out: all"},
          {.name = "stride",
           .default_value = std::int64_t{1},
           .description = "in place of components: every so many-th point of each axis of the mesh",
           .minimum = 1,
           .maximum = 1e9}};
}

std::optional<OutputRequest> read_output(const ConfigDocument& document, const Parameters& output) {
  OutputRequest request;
  if (output.is_set("times")) request.times = read_times(document, "output", "times", output.text("times"));
  if (output.is_set("every")) request.every = output.number("every");
  if (output.is_set("components")) request.components = read_components(document, output.text("components"));
  request.stride = static_cast<Index>(output.integer("stride"));
  const auto exclude = [&](const char* key, const char* other) {
    if (!output.is_set(key) || !output.is_set(other)) return;
    refuse_output(document, key, toml_text(output.value(key)),
                  std::string("must be left out where '") + other + "' is given");
  };
  exclude("every", "times");
  exclude("stride", "components");
  if (output.is_set("times") || output.is_set("every")) return request;
  for (const char* key : {"components", "stride"}) {
    if (output.is_set(key)) {
      refuse_output(document, key, toml_text(output.value(key)), "must have 'times' or 'every' beside it");
    }
  }
  return std::nullopt;
}

OutputPlan make_output_plan(const ConfigDocument& document, const OutputRequest& request, const TimeGrid& grid,
                            const StateLayout& layout) {
  OutputPlan plan;
  if (request.every > 0.0) {
    plan.times = regular_times(document, request.every, grid);
  } else {
    check_times(document, request.times, grid);
    plan.times = request.times;
  }
  for (const Index component : request.components) {
    if (component < layout.dimension()) continue;
    refuse_output(document, "components", std::to_string(component),
                  "must be below " + std::to_string(layout.dimension()) + ", the dimension of the state");
  }
  if (request.components.empty()) {
    thin_out(layout, request.stride, plan);
  } else {
    plan.components = request.components;
    plan.shape = {static_cast<Index>(request.components.size())};
  }
  return plan;
}

std::string output_text(const OutputRequest& request) {
  std::string text = "[output]\n";
  if (request.every > 0.0) {
    text += "every = " + toml_text(request.every) + "\n";
  } else {
    text += "times = " + numbers_text(request.times) + "\n";
  }
  if (!request.components.empty()) text += "components = " + list_text(request.components) + "\n";
  if (request.stride > 1) text += "stride = " + std::to_string(request.stride) + "\n";
  return text;
}

}  // namespace forerun
