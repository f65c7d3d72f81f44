#include "solvers/integrators/sdc/sdc_propagator.h"

#include <cassert>

#include "core/base/stop_scope.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/integrator_needs.h"
#include "solvers/integrators/sdc/object_pool.h"

namespace forerun {
namespace {

constexpr std::int64_t kNodes = 3;
constexpr std::int64_t kSweeps = 3;

class SdcPropagator final : public Propagator {
 public:
  SdcPropagator(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec)
      : method_(sdc_method(spec)),
        equation_(make_split_equation(std::move(problem), sdc_splitting(spec))),
        steps_(spec.steps()),
        sweeps_(static_cast<Index>(spec.options.integer("sweeps"))) {}

  Index dimension() const override { return equation_->dimension(); }
  double work_per_slice() const override {
    return static_cast<double>(steps_ * sweeps_ * method_.collocation.num_nodes());
  }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    assert(in.size() == dimension() && out.size() == dimension());
    const double length = resolved_length(slice) / static_cast<double>(steps_);
    const auto step = pool_.borrow([this] { return std::make_unique<SdcStep>(*equation_, method_); });
    State state = in;
    for (Index j = 0; j < steps_; ++j) {
      step->place(step_begin(slice, j, steps_), length);
      step->start() = state;
      step->spread();
      for (Index k = 0; k < sweeps_; ++k) {
        StopScope::throw_if_stop_requested();
        step->sweep();
      }
      step->end(state);
      require_finite(state, slice, j, steps_);
    }
    out = state;
  }

 private:
  const SdcMethod method_;
  const std::unique_ptr<const SplitEquation> equation_;
  Index steps_;
  Index sweeps_;
  mutable ObjectPool<SdcStep> pool_;
};

std::vector<ParameterSpec> sdc_keys(bool is_implicit) {
  std::vector<ParameterSpec> keys{
      steps_key(),
      {.name = "nodes", .default_value = kNodes, .description = "of a step", .minimum = 1.0, .maximum = 16.0},
      {.name = "quadrature",
       .default_value = std::string("radau"),
       .description = "where nodes are: inside, at the end, or at both ends, of order 2 nodes - 0, 1, 2",
       .choices = {"gauss", "radau", "lobatto"}},
      {.name = "sweeps",
       .default_value = kSweeps,
       .description = "of a step; each adds an order, up to that of the nodes",
       .minimum = 1.0,
       .maximum = 1000.0}};
  if (is_implicit) {
    keys.push_back({.name = "correction",
                    .default_value = std::string("lu"),
                    .description = "what sweeps treat the implicit part with: LU of the integrals, or implicit Euler",
                    .choices = {"lu", "euler"}});
  }
  return keys;
}

IntegratorEntry sdc_entry(std::string name, std::string what, IntegratorNeeds needs) {
  IntegratorEntry entry;
  entry.name = std::move(name);
  entry.description = "spectral deferred corrections, " + std::move(what) + ", order by nodes and sweeps";
  entry.order = static_cast<int>(kSweeps);
  entry.stages = static_cast<int>(kNodes * kSweeps);
  entry.needs = needs;
  entry.stability = needs == IntegratorNeeds::jacobian ? Stability::real_axis : Stability::explicit_steps;
  entry.keys = sdc_keys(needs != IntegratorNeeds::nothing);
  entry.make = [](std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) -> std::unique_ptr<Propagator> {
    require_needs(*problem, spec.entry());
    return std::make_unique<SdcPropagator>(std::move(problem), spec);
  };
  return entry;
}

}  // namespace

std::vector<IntegratorEntry> sdc_entries() {
  return {sdc_entry("sdc_explicit", "explicit", IntegratorNeeds::nothing),
          sdc_entry("sdc_implicit", "implicit", IntegratorNeeds::jacobian),
          sdc_entry("sdc_imex", "the stiff part implicit", IntegratorNeeds::stiff_part)};
}

SdcSplitting sdc_splitting(const SolverSpec& spec) {
  switch (spec.entry().needs) {
    case IntegratorNeeds::jacobian:
      return SdcSplitting::all_implicit;
    case IntegratorNeeds::stiff_part:
      return SdcSplitting::imex;
    case IntegratorNeeds::nothing:
    case IntegratorNeeds::linear:
      break;
  }
  return SdcSplitting::all_explicit;
}

SdcMethod sdc_method(const SolverSpec& spec) {
  const std::string& quadrature = spec.options.text("quadrature");
  const NodeFamily family = quadrature == "gauss"   ? NodeFamily::gauss
                            : quadrature == "radau" ? NodeFamily::radau
                                                    : NodeFamily::lobatto;
  const bool is_implicit = sdc_splitting(spec) != SdcSplitting::all_explicit;
  const bool by_euler = is_implicit && spec.options.text("correction") == "euler";
  return {family, static_cast<Index>(spec.options.integer("nodes")),
          by_euler ? ImplicitCorrection::euler : ImplicitCorrection::lu};
}

}  // namespace forerun
