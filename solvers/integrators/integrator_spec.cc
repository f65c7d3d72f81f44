#include "solvers/integrators/integrator_spec.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "core/base/number_text.h"
#include "solvers/integrators/butcher_tableau.h"

namespace forerun {
namespace {

constexpr const char* kSteps = " x ";
constexpr const char* kTolerance = " to ";
constexpr double kOrder = DormandPrince5::order;
constexpr double kLoosest = 0.5;

template <class Number>
bool read_number(const std::string& text, std::size_t first, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data() + first, end, number);
  return error == std::errc() && after == end;
}

}  // namespace

bool is_adaptive(const std::string& method) { return method == DormandPrince5::name; }

Index fineness(const IntegratorSpec& spec) {
  if (!is_adaptive(spec.method)) return spec.steps;
  return std::max<Index>(1, std::llround(std::pow(spec.tolerance, -1.0 / kOrder)));
}

IntegratorSpec with_fineness(IntegratorSpec spec, Index wanted) {
  if (is_adaptive(spec.method)) {
    const double ratio = static_cast<double>(fineness(spec)) / static_cast<double>(wanted);
    spec.tolerance = std::min(kLoosest, spec.tolerance * std::pow(ratio, kOrder));
  } else {
    spec.steps = wanted;
  }
  return spec;
}

std::string to_text(const IntegratorSpec& spec) {
  if (is_adaptive(spec.method)) return spec.method + kTolerance + shortest_text(spec.tolerance);
  return spec.method + kSteps + std::to_string(spec.steps);
}

IntegratorSpec parse_integrator(const std::string& text) {
  const std::size_t blank = text.find(' ');
  IntegratorSpec spec{text.substr(0, blank), 1, 0.0};
  const bool adaptive = is_adaptive(spec.method);
  const std::string separator = adaptive ? kTolerance : kSteps;
  if (blank != std::string::npos && text.compare(blank, separator.size(), separator) == 0) {
    const std::size_t first = blank + separator.size();
    if (adaptive ? read_number(text, first, spec.tolerance) : read_number(text, first, spec.steps)) return spec;
  }
  throw std::invalid_argument("'" + text + "' is no solver");
}

}  // namespace forerun
