#include "solvers/integrators/reduced/snapshots.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/base/stop_scope.h"
#include "core/files/array_file.h"

namespace forerun {
namespace {

constexpr double kSnapshotNoise = 1e-14;

State state_at_begin(const OdeProblem& problem, const SnapshotPlan& plan) {
  if (plan.initial_state.empty()) return initial_state_at(problem, plan.begin);
  State state = read_state_file(plan.initial_state);
  if (state.size() == problem.dimension()) return state;
  throw ParameterError("initial_from", "initial_from = \"" + plan.initial_state.string() + "\": has " +
                                           std::to_string(state.size()) + " values, must be " +
                                           std::to_string(problem.dimension()) + ", the dimension of '" +
                                           problem.name() + "'");
}

}  // namespace

SnapshotRun::SnapshotRun(const OdeProblem& problem, SnapshotPlan plan) : plan_(std::move(plan)) {
  if (!(plan_.end > plan_.begin)) throw ParameterError("snapshots_end", "snapshots_end: must be after snapshots_begin");
  initial_ = state_at_begin(problem, plan_);
  solver_ = problem.make_propagator(plan_.solver);
}

Snapshots SnapshotRun::carry_out() const {
  const TimeGrid grid(plan_.begin, plan_.end, plan_.intervals);
  Snapshots taken{States(initial_.size(), plan_.intervals + 1), {plan_.begin}};
  taken.states.col(0) = initial_;
  for (Index n = 0; n < plan_.intervals; ++n) {
    StopScope::throw_if_stop_requested();
    solver_->propagate(grid.slice(n), State(taken.states.col(n)), taken.states.col(n + 1));
    taken.times.push_back(grid.slice(n).end);
  }
  return taken;
}

State SnapshotRun::after(double begin, double length, const State& state) const {
  const auto count = static_cast<Index>(std::ceil(length / plan_.interval() * (1.0 - 1e-9)));
  const TimeGrid grid(begin, begin + length, std::max<Index>(1, count));
  State now = state, next(state.size());
  for (Index n = 0; n < grid.num_slices(); ++n) {
    solver_->propagate(grid.slice(n), now, next);
    now.swap(next);
  }
  return now;
}

namespace {

struct Leading {
  States directions;
  State sizes;
};

Leading leading_of(const States& columns, Index most) {
  if (!columns.allFinite() || columns.isZero(0.0))
    throw std::invalid_argument("a basis needs columns that are finite and not all zero");
  const Eigen::HouseholderQR<States> qr(columns);
  const Index rows = std::min(columns.rows(), columns.cols());
  const States upper = qr.matrixQR().topRows(rows).triangularView<Eigen::Upper>();
  const Eigen::JacobiSVD<States> svd(upper, Eigen::ComputeThinU);
  const State& values = svd.singularValues();
  const Index count = std::min<Index>(most, (values.array() > kSnapshotNoise * values[0]).count());
  const States rotated = qr.householderQ() * States::Identity(columns.rows(), rows);
  return {rotated * svd.matrixU().leftCols(count), values.head(count)};
}

}  // namespace

States leading_directions(const States& columns, Index most) { return leading_of(columns, most).directions; }

States condensed(const States& columns, Index most) {
  constexpr Index at_once = 128;
  States kept(columns.rows(), 0);
  for (Index first = 0; first < columns.cols(); first += at_once) {
    const Index count = std::min(at_once, columns.cols() - first);
    States together(columns.rows(), kept.cols() + count);
    together << kept, columns.middleCols(first, count);
    const Leading leading = leading_of(together, most);
    kept = leading.directions * leading.sizes.asDiagonal();
  }
  return kept;
}

}  // namespace forerun
