#include "apps/forerun/charts/svg_scale.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "core/base/number_text.h"

namespace forerun {
namespace {

/// The least of {1, 2, 5} · 10^e that is ≥ `step`.
double nice_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    // What was computed may miss a nice number by its last bits.
    if (factor * power >= step * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

std::string fixed_text(double value, int decimals) {
  std::array<char, 400> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals).ptr;
  return {buffer.data(), end};
}

/// As many decimals as the step has; an exponent where that would be unreadable.
std::string linear_label(double value, double step) {
  if (value == 0.0) return "0";
  const double largest = std::abs(value);
  constexpr double least_plain = 1e-4;
  constexpr double most_plain = 1e6;
  if (largest >= most_plain || step < least_plain) return shortest_text(value);
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  return fixed_text(value, decimals);
}

std::string superscript(int number) {
  static constexpr std::array<std::string_view, 10> digits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = number < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(number))) text += digits[static_cast<std::size_t>(digit - '0')];
  return text;
}

}  // namespace

std::string power_text(int factor, int exponent) {
  constexpr int plain = 2;
  if (std::abs(exponent) <= plain) return fixed_text(factor * std::pow(10.0, exponent), std::max(0, -exponent));
  const std::string power = "10" + superscript(exponent);
  return factor == 1 ? power : std::to_string(factor) + "·" + power;
}

AxisScale::AxisScale(double lowest, double highest, bool is_logarithmic)
    : lowest_(lowest), highest_(highest), is_logarithmic_(is_logarithmic) {}

AxisScale AxisScale::linear(double lowest, double highest, int most_ticks, bool to_ticks) {
  // An interval too short to be divided would give ticks that are all the same number.
  const double least_span = 1e-9 * std::max({std::abs(lowest), std::abs(highest), 1e-300});
  if (highest - lowest < least_span) {
    const double margin = lowest == 0.0 && highest == 0.0 ? 1.0 : 0.1 * std::max(std::abs(lowest), std::abs(highest));
    lowest -= margin;
    highest += margin;
  }
  double step = nice_step((highest / 2 - lowest / 2) / (most_ticks - 1) * 2);
  const auto first = [&] { return to_ticks ? std::floor(lowest / step + 1e-9) : std::ceil(lowest / step - 1e-9); };
  const auto last = [&] { return to_ticks ? std::ceil(highest / step - 1e-9) : std::floor(highest / step + 1e-9); };
  if (last() - first() >= most_ticks) step = nice_step(1.5 * step);
  AxisScale scale(to_ticks ? first() * step : lowest, to_ticks ? last() * step : highest, false);
  for (double i = first(); i <= last(); ++i) scale.ticks_.push_back({i * step, linear_label(i * step, step)});
  return scale;
}

AxisScale AxisScale::whole(double lowest, double highest, int most_ticks) {
  AxisScale scale(lowest - 0.5, highest + 0.5, false);
  const double step = std::max(1.0, nice_step((highest - lowest + 1.0) / std::max(1, most_ticks)));
  // Every second one from the first; else multiples of the step, and the first where that leaves room.
  const bool from_first = step <= 2.0;
  if (!from_first && std::fmod(lowest, step) != 0.0) scale.ticks_.push_back({lowest, linear_label(lowest, 1.0)});
  for (double tick = from_first ? lowest : std::ceil(lowest / step) * step; tick <= highest; tick += step) {
    if (!scale.ticks_.empty() && tick - scale.ticks_.back().value < 0.5 * step) continue;
    scale.ticks_.push_back({tick, linear_label(tick, 1.0)});
  }
  return scale;
}

AxisScale AxisScale::logarithmic(double lowest, double highest, int most_ticks, bool to_ticks) {
  constexpr double rounding = 1e-9;
  const auto decade_below = [](double value) { return static_cast<int>(std::floor(std::log10(value) + rounding)); };
  const auto decade_above = [](double value) { return static_cast<int>(std::ceil(std::log10(value) - rounding)); };
  const int low = decade_below(lowest);
  const int high = std::max(decade_above(highest), low + (to_ticks ? 1 : 0));
  AxisScale scale(to_ticks ? std::pow(10.0, low) : lowest, to_ticks ? std::pow(10.0, high) : highest, true);
  if (!to_ticks && highest <= lowest) scale.highest_ = 10.0 * lowest;
  const auto within = [&](double value) {
    return value >= scale.lowest_ * (1.0 - rounding) && value <= scale.highest_ * (1.0 + rounding);
  };
  const int stride = std::max(1, (high - low + most_ticks - 1) / std::max(1, most_ticks - 1));
  const bool between = 3 * (high - low) + 1 <= most_ticks;
  for (int decade = low; decade <= high; ++decade) {
    for (const int factor : {1, 2, 5}) {
      const double value = factor * std::pow(10.0, decade);
      const bool wanted = factor == 1 ? (decade - low) % stride == 0 : between;
      if (wanted && within(value)) scale.ticks_.push_back({value, power_text(factor, decade)});
    }
  }
  return scale;
}

AxisScale AxisScale::bare(AxisScale scale) {
  scale.ticks_.clear();
  return scale;
}

double AxisScale::position(double value) const {
  if (!is_logarithmic_) return (value - lowest_) / (highest_ - lowest_);
  return value > 0.0 ? std::log(value / lowest_) / std::log(highest_ / lowest_) : std::nan("");
}

}  // namespace forerun
