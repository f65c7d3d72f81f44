#include "solvers/integrators/rational/rational_propagator.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/integrator_needs.h"
#include "solvers/integrators/rational/optimal_rational.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {
namespace {

constexpr const char* kExact = "exact";
constexpr int kStages = 2;

/// Methods of equal steps that damp stiff modes away: in front of others nothing contracts.
std::vector<std::string> damping_methods() {
  std::vector<std::string> names{kExact};
  for (const ImplicitMethod& method : implicit_methods()) {
    if (method.is_l_stable && !method.is_adaptive()) names.emplace_back(method.name);
  }
  return names;
}

OptimalRational rational_for(const SolverSpec& spec) {
  const std::string& name = spec.options.text("fine_method");
  const auto steps = static_cast<double>(spec.options.integer("fine_steps"));
  // A slice has so many steps of ours, each of which stands for a share of the fine ones.
  const double share = std::max(1.0, steps / static_cast<double>(spec.steps()));
  const auto degree = static_cast<int>(spec.options.integer("degree"));
  if (name == kExact) return optimal_rational(degree, [](double s) { return std::exp(-s); });
  const ImplicitMethod& method = *find_implicit_method(name);
  return optimal_rational(degree, [&](double s) { return std::pow(method_decay(method, s / share), share); });
}

/// c/(s − p), and its conjugate where p is not real.
struct Pole {
  Complex place, weight;
  bool is_real() const { return place.imag() == 0.0; }
};

/// ψ of a rational function by its poles, one of each pair.
std::vector<Pole> poles_of(const RationalFunction& function) {
  const std::vector<double>& b = function.denominator;
  const auto degree = static_cast<Index>(b.size()) - 1;
  Eigen::MatrixXd companion = Eigen::MatrixXd::Zero(degree, degree);
  for (Index i = 0; i < degree; ++i) {
    companion(i, degree - 1) = -b[static_cast<std::size_t>(i)] / b.back();
    if (i > 0) companion(i, i - 1) = 1.0;
  }
  const Eigen::VectorXcd places = Eigen::EigenSolver<Eigen::MatrixXd>(companion, false).eigenvalues();
  std::vector<Pole> poles;
  for (const Complex& p : places) {
    if (p.imag() < 0.0) continue;
    Complex change = 0.0, slope = 0.0, power = 1.0;  // (D − N)/s and D' at p
    for (std::size_t k = 1; k < b.size(); ++k) {
      const double a = k < function.numerator.size() ? function.numerator[k] : 0.0;
      change += (b[k] - a) * power;
      slope += static_cast<double>(k) * b[k] * power;
      power *= p;
    }
    poles.push_back({p, change / slope});
  }
  return poles;
}

/// Factors for each pole: real ones, or complex.
struct PoleFactors {
  std::vector<std::unique_ptr<Factors<double>>> real;
  std::vector<std::unique_ptr<Factors<Complex>>> complex;
};

class OptimisedPropagator final : public Propagator {
 public:
  OptimisedPropagator(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec)
      : problem_(std::move(problem)), steps_(spec.steps()), poles_(poles_of(rational_for(spec).function)) {
    require_needs(*problem_, spec.entry());
    solver_ = make_linear_solver(problem_->jacobian()->pattern());
  }

  Index dimension() const override { return problem_->dimension(); }

  /// As implicit methods count: systems, of degree 3 that is a real and a complex one.
  double work_per_slice() const override { return static_cast<double>(kStages) * static_cast<double>(steps_); }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    const double h = resolved_length(slice) / static_cast<double>(steps_);
    State state = in, slope(dimension());
    std::shared_ptr<const PoleFactors> factors;
    if (problem_->is_affine())
      factors = factors_.get(h, [&] { return make_factors(0.0, State::Zero(dimension()), h); });
    for (Index j = 0; j < steps_; ++j) {
      StopScope::throw_if_stop_requested();
      const double time = step_begin(slice, j, steps_) + 0.5 * h;
      if (!problem_->is_affine()) factors = make_factors(time, state, h);
      problem_->evaluate(time, state, slope);
      add_change(*factors, slice, slope, state);
      require_finite(state, slice, j, steps_);
    }
    out = state;
  }

 private:
  /// state += Σ_i c_i ((−p_i/h) I − J)⁻¹ slope.
  void add_change(const PoleFactors& factors, const Slice& slice, const State& slope, State& state) const {
    const auto require = [&](bool is_solved) {
      if (!is_solved) throw PropagationError(slice.begin, "a linear system has no solution");
    };
    std::size_t next_real = 0, next_complex = 0;
    for (const Pole& pole : poles_) {
      if (pole.is_real()) {
        State x = slope;
        require(factors.real[next_real++]->solve(x.data()));
        state += pole.weight.real() * x;
      } else {
        Eigen::VectorXcd x = slope.cast<Complex>();
        require(factors.complex[next_complex++]->solve(x.data()));
        state += 2.0 * (pole.weight * x).real();
      }
    }
  }

  std::unique_ptr<const PoleFactors> make_factors(double time, const State& state, double h) const {
    SparseMatrix jacobian;
    problem_->jacobian()->evaluate(time, state, jacobian);
    auto made = std::make_unique<PoleFactors>();
    bool are_sound = true;
    for (const Pole& pole : poles_) {
      const Complex shift = -pole.place / h;
      if (pole.is_real()) {
        made->real.push_back(solver_->make_real());
        are_sound = made->real.back()->compute(jacobian, shift.real()) && are_sound;
      } else {
        made->complex.push_back(solver_->make_complex());
        are_sound = made->complex.back()->compute(jacobian, shift) && are_sound;
      }
    }
    if (!are_sound) throw PropagationError(time, "a matrix of the step is singular");
    return made;
  }

  static constexpr std::size_t kKeptLengths = 4;

  std::shared_ptr<const OdeProblem> problem_;
  Index steps_;
  std::vector<Pole> poles_;
  std::shared_ptr<const LinearSolver> solver_;
  mutable FactorCache<PoleFactors> factors_{kKeptLengths};
};

}  // namespace

IntegratorEntry optimised_entry() {
  ParameterSpec degree{"degree", std::int64_t{3},
                       "of the rational function: 2 solves a complex system a step, 3 a real "
                       "one, too"};
  degree.minimum = 2;
  degree.maximum = 3;
  ParameterSpec method{"fine_method", std::string(kExact), "the fine solver that it is optimised for"};
  method.choices = damping_methods();
  ParameterSpec fine_steps{"fine_steps", std::int64_t{1}, "of fine_method, a slice; none where that is exact"};
  fine_steps.minimum = 1;
  fine_steps.maximum = 1e9;
  return {.name = "optimised",
          .description =
              "rational function that lets Parareal contract fastest in front of fine_method where an equation "
              "only damps",
          .order = 1,
          .stages = kStages,
          .stability = Stability::l_stable,
          .needs = IntegratorNeeds::jacobian,
          .keys = {steps_key(), degree, method, fine_steps},
          .make = make_optimised};
}

std::unique_ptr<Propagator> make_optimised(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec) {
  return std::make_unique<OptimisedPropagator>(std::move(problem), spec);
}

double optimised_contraction(const SolverSpec& spec) { return rational_for(spec).contraction; }

}  // namespace forerun
