#pragma once

#include <memory>

#include "core/sdc/split_equation.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// Which part of a right-hand side sweeps treat implicitly.
enum class SdcSplitting {
  all_explicit,  ///< none
  all_implicit,  ///< all of it; needs a Jacobian
  imex,          ///< what the equation says is stiff; the rest is all less that
};

/// A problem as spectral deferred corrections see it.
///
/// Implicit equations are solved by simplified Newton iteration, to 10⁻¹³ of the state's size in the root mean square
/// of the state scaled by the problem's `bounds`, with the Jacobian at the guess; where that does not converge, at
/// every iterate. Where the Jacobian is one constant matrix, its factors are made once for each factor that occurs and
/// serve all steps and threads, and there is no iteration. Throws `ParameterError` ("method") where the problem does
/// not have what is treated implicitly.
std::unique_ptr<SplitEquation> make_split_equation(std::shared_ptr<const OdeProblem> problem, SdcSplitting splitting);

}  // namespace forerun
