#include "solvers/integrators/spectral/spectral_propagator.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "solvers/equations/linear_part.h"
#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/implicit/implicit_method.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/integrator_needs.h"

namespace forerun {
namespace {

constexpr std::size_t kKeptSpectralLengths = 8;
constexpr std::size_t kKeptSlices = 4096;

/// Methods of equal steps that need no stiff part.
std::vector<std::string> fixed_step_methods() {
  std::vector<std::string> names;
  std::apply([&](auto... tableau) { (names.emplace_back(decltype(tableau)::name), ...); }, ExplicitTableaux());
  for (const ImplicitMethod& method : implicit_methods()) {
    if (!method.is_adaptive()) names.emplace_back(method.name);
  }
  return names;
}

}  // namespace

SpectralPropagator::SpectralPropagator(std::unique_ptr<Propagator> fine, std::unique_ptr<Propagator> linear,
                                       std::unique_ptr<Propagator> transposed, Index modes, Maps maps)
    : fine_(std::move(fine)),
      linear_(std::move(linear)),
      transposed_(std::move(transposed)),
      modes_(modes),
      maps_(maps),
      found_(maps == Maps::of_each_length ? kKeptSpectralLengths : kKeptSlices) {}

/// In evaluations of a right-hand side, of which one takes about eight operations a component.
double SpectralPropagator::work_per_slice() const {
  return std::max(1.0, 0.5 * static_cast<double>(std::min(modes_, dimension())));
}

std::shared_ptr<const SpectralMap> SpectralPropagator::map_of(const Slice& slice) const {
  const double key = maps_ == Maps::of_each_length ? resolved_length(slice) : slice.begin;
  return found_.get(key, [&] {
    return std::make_unique<const SpectralMap>(find_spectral_map(*fine_, *linear_, *transposed_, slice, modes_));
  });
}

void SpectralPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  map_of(slice)->apply(in, out);
  require_finite(out, slice, 0, 1);
}

IntegratorEntry spectral_entry() {
  ParameterSpec steps = steps_key();
  steps.description = "of modes_of, per slice";
  ParameterSpec method{"modes_of", std::string("backward_euler"), "the fine solver whose modes are taken"};
  method.choices = fixed_step_methods();
  ParameterSpec modes{"modes", std::int64_t{8}, "singular values that are kept; 0: no coarse solver at all"};
  modes.minimum = 0;
  modes.maximum = 10000;
  return {.name = "spectral",
          .description = "the largest modes of what the fine solver makes of a slice, for equations u' = A u + b",
          .order = 0,
          .stages = 0,
          .stability = Stability::l_stable,
          .needs = IntegratorNeeds::linear,
          .keys = {steps, method, modes},
          .make = make_spectral};
}

std::unique_ptr<Propagator> make_spectral(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
  require_needs(*problem, spec.entry());
  const SolverSpec fine(spec.options.text("modes_of"), spec.steps());
  return std::make_unique<SpectralPropagator>(problem->make_propagator(fine),
                                              make_linear_part(*problem)->make_propagator(fine),
                                              make_transposed_linear_part(*problem)->make_propagator(fine),
                                              spec.options.integer("modes"), SpectralPropagator::Maps::of_each_length);
}

}  // namespace forerun
