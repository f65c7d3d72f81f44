#include "learning/stencil/mesh_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "core/base/number_text.h"

namespace forerun {
namespace {

constexpr std::array<std::pair<AxisEnds, const char*>, 4> kEnds = {{{AxisEnds::walls_beyond_cells, "cells"},
                                                                    {AxisEnds::walls_at_points, "walls"},
                                                                    {AxisEnds::values_beyond_points, "values"},
                                                                    {AxisEnds::periodic, "periodic"}}};
constexpr Index kMostFields = 64;
constexpr Index kMostMeshPoints = 1'000'000'000;

Index number_in(const std::string& word, Index most) {
  Index number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number < 1 || number > most) {
    throw std::invalid_argument("mesh: '" + word + "' is no number from 1 to " + std::to_string(most));
  }
  return number;
}

MeshAxis axis_in(const std::string& word) {
  const std::size_t first = word.find(':');
  const std::size_t second = word.find(':', first == std::string::npos ? first : first + 1);
  if (second == std::string::npos) throw std::invalid_argument("mesh: '" + word + "' is no axis");
  MeshAxis axis;
  axis.name = word.substr(0, first);
  axis.points = number_in(word.substr(first + 1, second - first - 1), kMostMeshPoints);
  for (const auto& [ends, name] : kEnds) {
    if (word.substr(second + 1) != name) continue;
    axis.ends = ends;
    return axis;
  }
  throw std::invalid_argument("mesh: '" + word + "' has unknown ends");
}

double step_of(const MeshAxis& axis) {
  return axis.points > 1 ? (axis.end - axis.begin) / static_cast<double>(axis.points - 1) : 0.0;
}

}  // namespace

std::string steps_text(const StateLayout& layout) {
  std::string text;
  for (const MeshAxis& axis : layout.axes) text += (text.empty() ? "" : " ") + shortest_text(step_of(axis));
  return text;
}

bool same_steps(const std::string& text, const StateLayout& layout) {
  constexpr double rounding = 1e-9;
  std::istringstream numbers(text);
  numbers.imbue(std::locale::classic());
  for (const MeshAxis& axis : layout.axes) {
    double step = 0.0;
    if (!(numbers >> step) || !(std::abs(step - step_of(axis)) <= rounding * std::abs(step_of(axis)))) return false;
  }
  std::string rest;
  return !(numbers >> rest);
}

std::string mesh_text(const StateLayout& layout) {
  std::string text = std::to_string(layout.fields.size());
  for (const MeshAxis& axis : layout.axes) {
    for (const auto& [ends, name] : kEnds) {
      if (ends == axis.ends) text += " " + axis.name + ":" + std::to_string(axis.points) + ":" + name;
    }
  }
  return text;
}

StateLayout parse_mesh(const std::string& text) {
  std::istringstream words(text);
  std::string word;
  words >> word;
  StateLayout layout;
  const Index num_fields = number_in(word, kMostFields);
  for (Index f = 1; f <= num_fields; ++f) layout.fields.push_back("u" + std::to_string(f));
  constexpr std::size_t most_axes = 3;
  while (words >> word) layout.axes.push_back(axis_in(word));
  if (layout.axes.empty() || layout.axes.size() > most_axes) {
    throw std::invalid_argument("mesh: '" + text + "' must have one to three axes");
  }
  double dimension = static_cast<double>(layout.fields.size());
  for (const MeshAxis& axis : layout.axes) dimension *= static_cast<double>(axis.points);
  if (dimension > static_cast<double>(kMostMeshPoints))
    throw std::invalid_argument("mesh: '" + text + "' is too large");
  return layout;
}

}  // namespace forerun
