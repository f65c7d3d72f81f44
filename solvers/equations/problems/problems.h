#pragma once

#include "solvers/equations/problem_registry.h"

namespace forerun {

/// The registry's entries, one equation a source file.
ProblemEntry allen_cahn_problem();
ProblemEntry allen_cahn_2d_problem();
ProblemEntry brusselator_problem();
ProblemEntry brusselator_2d_problem();
ProblemEntry brusselator_3d_problem();
ProblemEntry burgers_problem();
ProblemEntry dahlquist_problem();
ProblemEntry diffusion_reaction_problem();
ProblemEntry double_pendulum_problem();
ProblemEntry equations_problem();
ProblemEntry fitzhugh_nagumo_problem();
ProblemEntry heat_problem();
ProblemEntry heat_2d_problem();
ProblemEntry hopf_problem();
ProblemEntry interchange_problem();
ProblemEntry lorenz_problem();
ProblemEntry oregonator_problem();
ProblemEntry robertson_problem();
ProblemEntry rossler_problem();
ProblemEntry shallow_water_problem();
ProblemEntry transport_problem();
ProblemEntry van_der_pol_problem();
ProblemEntry wave_problem();

}  // namespace forerun
