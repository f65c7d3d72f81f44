#pragma once

#include <string>

#include "core/base/state.h"

namespace forerun {

/// How a slice is integrated: by equal steps, or by steps that follow a tolerance.
struct IntegratorSpec {
  std::string method = "rk4";  ///< "rk1", "rk2", "rk4", "rk8", "backward_euler"; "dopri5" follows a tolerance
  Index steps = 1;             ///< a slice, all of equal length; not used by "dopri5"
  double tolerance = 0.0;      ///< of a step's error, in the scaled state; 0 where steps are equal

  bool operator==(const IntegratorSpec&) const = default;
};

/// True of methods that choose their steps by a tolerance.
bool is_adaptive(const std::string& method);

/// How fine an integrator is, in a number that its work on a slice is about proportional to: its steps, or
/// tolerance^{−1/5}, rounded, ≥ 1.
Index fineness(const IntegratorSpec& spec);
/// The same method made so fine: as many steps; or the tolerance times (fineness before / fineness)⁵, at
/// most ½.
IntegratorSpec with_fineness(IntegratorSpec spec, Index fineness);

/// "rk4 x 16", "dopri5 to 1e-09": as signatures have it.
std::string to_text(const IntegratorSpec& spec);
/// What `to_text` has written. Throws std::invalid_argument.
IntegratorSpec parse_integrator(const std::string& text);

}  // namespace forerun
