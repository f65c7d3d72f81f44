#include <tuple>
#include <utility>
#include <vector>

#include "core/base/stop_scope.h"
#include "solvers/integrators/butcher_tableau.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/tangent/solver_tangent.h"

namespace forerun {
namespace {

/// A tableau as numbers.
struct Method {
  std::vector<std::vector<double>> a;
  std::vector<double> b, c;

  std::size_t num_stages() const { return b.size(); }
  double num_coefficients() const {
    double count = 0.0;
    for (const double weight : b) count += weight != 0.0 ? 1.0 : 0.0;
    for (const auto& row : a) {
      for (const double coefficient : row) count += coefficient != 0.0 ? 1.0 : 0.0;
    }
    return count;
  }
};

template <class Tableau>
void take(const std::string& name, Method& method) {
  if (name != Tableau::name) return;
  for (const auto& row : Tableau::a) method.a.emplace_back(row.begin(), row.end());
  method.b.assign(Tableau::b.begin(), Tableau::b.end());
  method.c.assign(Tableau::c.begin(), Tableau::c.end());
}

/// Directions in rows, those of a component beside each other.
using ColumnsByRow = States;

void add_product(const SparseMatrix& matrix, const ColumnsByRow& in, ColumnsByRow& out) {
  for (Index j = 0; j < matrix.dimension(); ++j) {
    for (int entry = matrix.pattern->begin(j); entry < matrix.pattern->end(j); ++entry)
      out.col(matrix.pattern->row(entry)) += matrix.value(entry) * in.col(j);
  }
}

void add_transposed_product(const SparseMatrix& matrix, const ColumnsByRow& in, ColumnsByRow& out) {
  for (Index j = 0; j < matrix.dimension(); ++j) {
    for (int entry = matrix.pattern->begin(j); entry < matrix.pattern->end(j); ++entry)
      out.col(j) += matrix.value(entry) * in.col(matrix.pattern->row(entry));
  }
}

class ExplicitMap final : public LinearMap {
 public:
  ExplicitMap(const OdeProblem& problem, const Method& method, Index steps, const Slice& slice, const StateView& state)
      : problem_(problem),
        method_(method),
        slice_(slice),
        steps_(steps),
        length_(slice.length() / static_cast<double>(steps)),
        states_(state.size(), steps) {
    State now = state;
    for (Index j = 0; j < steps; ++j) {
      StopScope::throw_if_stop_requested();
      states_.col(j) = now;
      States slopes(state.size(), static_cast<Index>(method.num_stages()));
      for (std::size_t i = 0; i < method.num_stages(); ++i) {
        problem.evaluate(stage_time(j, i), stage_state(j, i, slopes), slopes.col(static_cast<Index>(i)));
      }
      for (std::size_t i = 0; i < method.num_stages(); ++i)
        now += length_ * method.b[i] * slopes.col(static_cast<Index>(i));
      require_finite(now, slice, j, steps);
    }
  }

  Transposed transposed() const override { return Transposed::exactly; }

  States apply(const States& columns) const override {
    ColumnsByRow now = columns.transpose();
    for (Index j = 0; j < steps_; ++j) step(jacobians(j), now);
    return now.transpose();
  }

  States apply_transposed(const States& columns) const override {
    ColumnsByRow now = columns.transpose();
    for (Index j = steps_; j-- > 0;) step_back(jacobians(j), now);
    return now.transpose();
  }

 private:
  double stage_time(Index step, std::size_t stage) const {
    return step_begin(slice_, step, steps_) + method_.c[stage] * length_;
  }

  State stage_state(Index step, std::size_t stage, const States& slopes) const {
    State state = states_.col(step);
    for (std::size_t i = 0; i < stage; ++i) {
      if (method_.a[stage][i] != 0.0) state += length_ * method_.a[stage][i] * slopes.col(static_cast<Index>(i));
    }
    return state;
  }

  std::vector<SparseMatrix> jacobians(Index step) const {
    StopScope::throw_if_stop_requested();
    std::vector<SparseMatrix> matrices(method_.num_stages());
    States slopes(states_.rows(), static_cast<Index>(method_.num_stages()));
    for (std::size_t i = 0; i < method_.num_stages(); ++i) {
      const State state = stage_state(step, i, slopes);
      problem_.evaluate(stage_time(step, i), state, slopes.col(static_cast<Index>(i)));
      problem_.jacobian()->evaluate(stage_time(step, i), state, matrices[i]);
    }
    return matrices;
  }

  void step(const std::vector<SparseMatrix>& jacobians, ColumnsByRow& now) const {
    std::vector<ColumnsByRow> slopes;
    for (std::size_t i = 0; i < method_.num_stages(); ++i) {
      ColumnsByRow at_stage = now;
      for (std::size_t j = 0; j < i; ++j) {
        if (method_.a[i][j] != 0.0) at_stage += length_ * method_.a[i][j] * slopes[j];
      }
      slopes.push_back(ColumnsByRow::Zero(now.rows(), now.cols()));
      add_product(jacobians[i], at_stage, slopes.back());
    }
    for (std::size_t i = 0; i < method_.num_stages(); ++i) {
      if (method_.b[i] != 0.0) now += length_ * method_.b[i] * slopes[i];
    }
  }

  void step_back(const std::vector<SparseMatrix>& jacobians, ColumnsByRow& now) const {
    std::vector<ColumnsByRow> found(method_.num_stages());
    for (std::size_t i = method_.num_stages(); i-- > 0;) {
      ColumnsByRow at_stage = length_ * method_.b[i] * now;
      for (std::size_t j = i + 1; j < method_.num_stages(); ++j) {
        if (method_.a[j][i] != 0.0) at_stage += length_ * method_.a[j][i] * found[j];
      }
      found[i] = ColumnsByRow::Zero(now.rows(), now.cols());
      add_transposed_product(jacobians[i], at_stage, found[i]);
    }
    for (const ColumnsByRow& part : found) now += part;
  }

  const OdeProblem& problem_;
  const Method& method_;
  Slice slice_;
  Index steps_;
  double length_;
  States states_;  ///< that each step begins with
};

class ExplicitTangent final : public SolverTangent {
 public:
  ExplicitTangent(std::shared_ptr<const OdeProblem> problem, Method method, Index steps)
      : problem_(std::move(problem)), method_(std::move(method)), steps_(steps) {}

  std::unique_ptr<LinearMap> about(const Slice& slice, const StateView& state) const override {
    return std::make_unique<ExplicitMap>(*problem_, method_, steps_, slice, state);
  }

  /// A pass of a block has the Jacobians made anew; an evaluation of f is eight operations a component.
  double work(Index products, Index transposed_products) const override {
    const auto stages = static_cast<double>(method_.num_stages());
    const double entries = static_cast<double>(problem_->jacobian()->pattern()->num_entries()) /
                           static_cast<double>(problem_->dimension());
    const double column = 0.25 * (entries + method_.num_coefficients() / stages);
    const double passes = (products > 0 ? 1.0 : 0.0) + (transposed_products > 0 ? 1.0 : 0.0);
    const double a_stage = 1.0 + passes * (1.0 + problem_->jacobian()->work()) +
                           column * static_cast<double>(products + transposed_products);
    return static_cast<double>(steps_) * stages * a_stage;
  }

 private:
  std::shared_ptr<const OdeProblem> problem_;
  Method method_;
  Index steps_;
};

}  // namespace

std::unique_ptr<SolverTangent> make_explicit_tangent(std::shared_ptr<const OdeProblem> problem,
                                                     const SolverSpec& spec) {
  if (spec.external || spec.is_of_variant() || problem->jacobian() == nullptr) return nullptr;
  Method method;
  std::apply([&](auto... tableau) { (take<decltype(tableau)>(spec.method, method), ...); }, ExplicitTableaux());
  if (method.b.empty()) return nullptr;
  return std::make_unique<ExplicitTangent>(std::move(problem), std::move(method), spec.steps());
}

}  // namespace forerun
