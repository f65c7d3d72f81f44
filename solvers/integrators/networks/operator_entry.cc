#include "solvers/integrators/networks/operator_entry.h"

#include "core/base/errors.h"

namespace forerun {

const IntegratorEntry& operator_entry() {
  static const IntegratorEntry entry = [] {
    ParameterSpec steps = steps_key();
    steps.description = "applications of the network per slice";
    return IntegratorEntry{.name = "operator",
                           .description = "a trained operator network, from a file that `forerun train` has written",
                           .order = 0,
                           .stages = 0,
                           .keys = {steps, {"file", std::string(), "the network's file; relative to this one"}},
                           .make = [](std::shared_ptr<const OdeProblem> /*problem*/,
                                      const SolverSpec& /*spec*/) -> std::unique_ptr<Propagator> {
                             throw ParameterError(
                                 "method",
                                 "method = \"operator\": must stand where its file is read, in [coarse] of a run");
                           }};
  }();
  return entry;
}

}  // namespace forerun
