#pragma once

#include <memory>

#include "apps/forerun/config/config.h"
#include "apps/forerun/run/experiment.h"
#include "solvers/integrators/spectral/spectral_bound.h"

namespace forerun {

/// What watches a run whose errors are known to be below a bound: classic Parareal with the modes of its own fine
/// solver as coarse one, on one level, in one window and one process. nullptr for others. The experiment outlives it.
std::unique_ptr<SpectralBound> make_error_bound(const Experiment& experiment, const NamedChoice& corrector);

}  // namespace forerun
