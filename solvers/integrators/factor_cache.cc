#include "solvers/integrators/factor_cache.h"

#include <cmath>

namespace forerun {

double resolved_length(const Slice& slice) {
  constexpr int kept_bits = 40, least_bits = 20, bits_of_time = 48;
  const double length = slice.length();
  if (!(std::isnormal(length))) return length;
  const int exponent = std::ilogb(length);
  const int of_time = std::ilogb(std::max(std::abs(slice.begin), std::abs(slice.end)));
  const int quantum = std::clamp(of_time - bits_of_time, exponent - kept_bits, exponent - least_bits);
  return std::ldexp(std::nearbyint(std::ldexp(length, -quantum)), quantum);
}

}  // namespace forerun
