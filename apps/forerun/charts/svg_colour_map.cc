#include "apps/forerun/charts/svg_colour_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace forerun {
namespace {

std::uint8_t encoded(double linear) {
  const double value = std::clamp(linear, 0.0, 1.0);
  const double gamma = value <= 0.0031308 ? 12.92 * value : 1.055 * std::pow(value, 1.0 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255.0 * gamma));
}

/// The colour of OKLab lightness, chroma and hue, in sRGB.
Rgb from_lch(double lightness, double chroma, double hue_degrees) {
  const double hue = hue_degrees * std::numbers::pi / 180.0;
  const double a = chroma * std::cos(hue);
  const double b = chroma * std::sin(hue);
  const auto cube = [](double value) { return value * value * value; };
  const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

std::array<Rgb, num_map_colours> make_map() {
  std::array<Rgb, num_map_colours> colours;
  for (int i = 0; i < num_map_colours; ++i) {
    const double x = static_cast<double>(i) / (num_map_colours - 1);
    // Less colour at the ends, where sRGB has little to give.
    const double chroma = 0.08 + 0.075 * std::sin(std::numbers::pi * std::pow(x, 1.3));
    colours[static_cast<std::size_t>(i)] = from_lch(0.22 + 0.73 * x, chroma, 300.0 - 195.0 * x);
  }
  return colours;
}

}  // namespace

const std::array<Rgb, num_map_colours>& colour_map() {
  static const std::array<Rgb, num_map_colours> map = make_map();
  return map;
}

}  // namespace forerun
