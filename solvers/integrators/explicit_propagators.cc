#include "solvers/integrators/explicit_propagators.h"

namespace forerun {

std::unique_ptr<Propagator> make_explicit_propagator(const AnyField& equation, const StateBounds& bounds,
                                                     const SolverSpec& spec) {
  return compile_explicit_propagator(equation, bounds, spec);
}

std::unique_ptr<Propagator> make_explicit_propagator(const AnySystem& equation, const StateBounds& bounds,
                                                     const SolverSpec& spec) {
  return compile_explicit_propagator(equation, bounds, spec);
}

}  // namespace forerun
