#include "solvers/integrators/tangent/solver_tangent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/errors.h"
#include "solvers/equations/linear_part.h"
#include "solvers/integrators/implicit/implicit_method.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/spectral/random_range.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {
namespace {

class PropagatorMap final : public LinearMap {
 public:
  PropagatorMap(const Propagator& forwards, const Propagator& transposed, const Slice& slice)
      : forwards_(forwards), transposed_(transposed), slice_(slice) {}

  Transposed transposed() const override { return Transposed::exactly; }
  States apply(const States& columns) const override { return across(forwards_, slice_, columns); }
  States apply_transposed(const States& columns) const override { return across(transposed_, slice_, columns); }

 private:
  const Propagator& forwards_;
  const Propagator& transposed_;
  Slice slice_;
};

class LinearTangent final : public SolverTangent {
 public:
  LinearTangent(const OdeProblem& problem, const SolverSpec& spec)
      : forwards_(make_linear_part(problem)->make_propagator(spec)),
        transposed_(make_transposed_linear_part(problem)->make_propagator(spec)) {}

  std::unique_ptr<LinearMap> about(const Slice& slice, const StateView& /*state*/) const override {
    return std::make_unique<PropagatorMap>(*forwards_, *transposed_, slice);
  }
  double work(Index products, Index transposed_products) const override {
    return forwards_->work_per_slice() * static_cast<double>(products + transposed_products);
  }

 private:
  std::unique_ptr<Propagator> forwards_, transposed_;
};

SparseMatrix transposed_matrix(const SparseMatrix& matrix) {
  const SparsityPattern& pattern = *matrix.pattern;
  SparseMatrix result{std::make_shared<const SparsityPattern>(transposed(pattern)), matrix.values};
  std::vector<int> next(result.pattern->starts.begin(), result.pattern->starts.end() - 1);
  for (Index column = 0; column < pattern.dimension; ++column) {
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      const int place = next[static_cast<std::size_t>(pattern.row(entry))]++;
      result.values[static_cast<std::size_t>(place)] = matrix.value(entry);
    }
  }
  return result;
}

constexpr Index kRoughSteps = 4;

/// By differences, and the transposed by (I − h J_mᵀ)⁻¹ for m = kRoughSteps … 1.
class DifferenceMap final : public LinearMap {
 public:
  DifferenceMap(const OdeProblem* problem, const Propagator& solver, double noise, const Slice& slice,
                const StateView& state)
      : solver_(solver), slice_(slice), state_(state), end_(state.size()) {
    solver.propagate(slice, state_, end_);
    require_finite(end_, slice, 0, 1);
    const double size = std::max(state_.norm(), end_.norm());
    change_ = std::sqrt(noise) * (size > 0.0 ? size : 1.0);
    if (problem != nullptr && problem->jacobian() != nullptr) factorise(*problem);
  }

  Transposed transposed() const override { return steps_.empty() ? Transposed::unknown : Transposed::roughly; }

  States apply(const States& columns) const override {
    States changed = columns;
    const State sizes = columns.colwise().norm();
    for (Index j = 0; j < columns.cols(); ++j) {
      changed.col(j) = state_;
      if (sizes[j] > 0.0) changed.col(j) += change_ / sizes[j] * columns.col(j);
    }
    States result = across(solver_, slice_, changed);
    for (Index j = 0; j < columns.cols(); ++j) result.col(j) = sizes[j] / change_ * (result.col(j) - end_);
    if (!result.allFinite()) throw PropagationError(slice_.begin, "a state beside that of the iterate is not crossed");
    return result;
  }

  States apply_transposed(const States& columns) const override {
    if (steps_.empty()) return LinearMap::apply_transposed(columns);
    States now = columns;
    for (std::size_t m = steps_.size(); m-- > 0;) {
      now /= step_length();
      for (Index j = 0; j < now.cols(); ++j) {
        if (!steps_[m]->solve(now.col(j).data())) throw PropagationError(slice_.begin, "a linear system is singular");
      }
    }
    return now;
  }

 private:
  double step_length() const { return slice_.length() / static_cast<double>(kRoughSteps); }

  void factorise(const OdeProblem& problem) {
    std::shared_ptr<const LinearSolver> linear;
    std::vector<std::unique_ptr<Factors<double>>> steps;
    for (Index m = 0; m < kRoughSteps; ++m) {
      const double share = (static_cast<double>(m) + 0.5) / static_cast<double>(kRoughSteps);
      SparseMatrix jacobian;
      problem.jacobian()->evaluate(slice_.begin + share * slice_.length(), state_ + share * (end_ - state_), jacobian);
      const SparseMatrix matrix = transposed_matrix(jacobian);
      if (!linear) linear = make_linear_solver(matrix.pattern);
      steps.push_back(linear->make_real());
      if (!steps.back()->compute(matrix, 1.0 / step_length())) return;
    }
    steps_ = std::move(steps);
  }

  const Propagator& solver_;
  Slice slice_;
  State state_, end_;
  double change_ = 0.0;
  std::vector<std::unique_ptr<Factors<double>>> steps_;
};

class DifferenceTangent final : public SolverTangent {
 public:
  DifferenceTangent(std::shared_ptr<const OdeProblem> problem, const Propagator& solver, double noise)
      : problem_(std::move(problem)), solver_(solver), noise_(noise) {}

  std::unique_ptr<LinearMap> about(const Slice& slice, const StateView& state) const override {
    return std::make_unique<DifferenceMap>(problem_.get(), solver_, noise_, slice, state);
  }
  /// Of the rough transposed a step is about an evaluation.
  double work(Index products, Index transposed_products) const override {
    return solver_.work_per_slice() * (1.0 + static_cast<double>(products)) +
           static_cast<double>(kRoughSteps * transposed_products);
  }

 private:
  std::shared_ptr<const OdeProblem> problem_;
  const Propagator& solver_;
  double noise_;
};

/// What results are good to, relative to the state.
double noise_of(const SolverSpec& spec) {
  constexpr double of_programs = 1e-10, of_newton = 1e-12;
  if (spec.external) return of_programs;
  if (spec.is_adaptive()) return std::max(spec.tolerance(), of_newton);
  return spec.entry().needs == IntegratorNeeds::nothing ? std::numeric_limits<double>::epsilon() : of_newton;
}

bool has_linear_tangent(const OdeProblem& problem, const SolverSpec& spec) {
  if (spec.external || spec.is_of_variant() || !is_linear_with_source(problem)) return false;
  const ImplicitMethod* method = find_implicit_method(spec.method);
  return method != nullptr && !method->is_imex() && !method->is_adaptive();
}

}  // namespace

States LinearMap::apply_transposed(const States& /*columns*/) const {
  throw std::logic_error("the transposed map is unknown");
}

std::unique_ptr<SolverTangent> make_linear_tangent(const OdeProblem& problem, const SolverSpec& spec) {
  return has_linear_tangent(problem, spec) ? std::make_unique<LinearTangent>(problem, spec) : nullptr;
}

std::unique_ptr<SolverTangent> make_difference_tangent(std::shared_ptr<const OdeProblem> problem,
                                                       const Propagator& solver, double noise) {
  return std::make_unique<DifferenceTangent>(std::move(problem), solver, noise);
}

std::unique_ptr<SolverTangent> make_solver_tangent(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec,
                                                   const Propagator& solver) {
  if (auto tangent = make_explicit_tangent(problem, spec)) return tangent;
  if (auto tangent = make_linear_tangent(*problem, spec)) return tangent;
  return make_difference_tangent(spec.is_of_variant() ? nullptr : std::move(problem), solver, noise_of(spec));
}

}  // namespace forerun
