#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forerun::testing {

/// A run that is hard to survive: few slices, steps so long that solvers fail from states that are predicted badly.
struct SurvivalCase {
  std::string equation;
  std::string corrector;
  std::string ladder;  ///< "none", "explicit", "auto", "auto, no coarse"
  std::string configuration;

  /// "[problem] name = … [time] …", on one line.
  std::string line() const;
};

/// The equations that cases are drawn for.
const std::vector<std::string>& survival_equations();

/// Case number `index` of an equation: length and number of slices, solvers, steps, corrector and ladder are drawn.
/// A function of its arguments.
SurvivalCase draw_survival_case(const std::string& equation, std::uint64_t seed, std::uint64_t index);

/// What became of a case, run as a user would.
struct Survival {
  enum class Outcome {
    serial_fails,  ///< stepping serially through the slices does, too: nothing is to be survived
    lived,         ///< converged, off from the serial solution by no more than `worst_error`
    died,          ///< ended with another exit status than 0
    wrong          ///< converged elsewhere
  };
  Outcome outcome = Outcome::died;
  std::string message;  ///< of one that died or went wrong
};

/// Ten tolerances, in the scaled state. That errors stay below one is what other tests state.
inline constexpr double worst_survival_error = 5e-6;

/// Runs `forerun run` on the case, or `forerun plan`.
Survival run_survival_case(const SurvivalCase& tried);
Survival plan_survival_case(const SurvivalCase& tried);

}  // namespace forerun::testing
