#include "solvers/integrators/sundials/sundials_entries.h"

#include "solvers/integrators/solver_spec.h"
#include "solvers/integrators/sundials/sundials_propagators.h"

namespace forerun {
namespace {

constexpr int kErrorOrder = 5;  // orders vary; this is what work goes with on the whole

IntegratorEntry entry(std::string name, std::string description, SundialsMethod method, int order) {
  const bool is_implicit = method == SundialsMethod::cvode_bdf || method == SundialsMethod::arkode_dirk;
  const bool has_order = method == SundialsMethod::arkode_erk || method == SundialsMethod::arkode_dirk;
  std::vector<ParameterSpec> keys = {tolerance_key()};
  if (has_order) {
    ParameterSpec key{"order", std::int64_t{order}, "of the Runge-Kutta method"};
    key.minimum = 2;
    key.maximum = is_implicit ? 5 : 8;
    keys.push_back(key);
  }
  return {.name = std::move(name),
          .description = std::move(description),
          .order = order,
          .stages = 0,
          .adaptive = true,
          .error_order = kErrorOrder,
          .stability = is_implicit ? Stability::a_stable : Stability::explicit_steps,
          .needs = is_implicit ? IntegratorNeeds::jacobian : IntegratorNeeds::nothing,
          .keys = std::move(keys),
          .make = [method, has_order, order](std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
            const int chosen = has_order ? static_cast<int>(spec.options.integer("order")) : order;
            return make_sundials_propagator(std::move(problem), method, spec.tolerance(), chosen);
          }};
}

}  // namespace

std::vector<IntegratorEntry> sundials_entries() {
  return {entry("cvode_adams", "CVODE of SUNDIALS, Adams-Moulton of order 1 to 12", SundialsMethod::cvode_adams, 5),
          entry("cvode_bdf", "CVODE of SUNDIALS, BDF of order 1 to 5", SundialsMethod::cvode_bdf, 5),
          entry("arkode_erk", "ARKODE of SUNDIALS, explicit Runge-Kutta", SundialsMethod::arkode_erk, 5),
          entry("arkode_dirk", "ARKODE of SUNDIALS, diagonally implicit Runge-Kutta", SundialsMethod::arkode_dirk, 4)};
}

}  // namespace forerun
