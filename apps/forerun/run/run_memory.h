#pragma once

#include "apps/forerun/run/experiment.h"

namespace forerun {

/// True unless the corrector is classic Parareal, or leaves a run like this to it.
bool learns(const NamedChoice& corrector, const Experiment& experiment);

/// Bytes that a run holds at its peak up to so many iterations, beyond the program and what solvers keep themselves: to
/// be compared with the resident set. Of one that processes share, bytes of each. `reference`: with the serial fine
/// solution; `warm`: beginning from a model.
double run_bytes(const NamedChoice& corrector, const Experiment& experiment, bool reference, bool warm,
                 double num_iterations);

}  // namespace forerun
