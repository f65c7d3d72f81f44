#include "core/parareal/ladder_planner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "core/base/stop_scope.h"
#include "core/propagation/checked_propagation.h"
#include "core/propagation/serial_fine.h"

namespace forerun {
namespace {

constexpr Index kMaxTriedSlices = 8;
constexpr double kAcceptableDifference = 1e-4;
constexpr Index kGoodShare = 4, kLeastShare = 3;  // of the top level's steps: a fourth, a third
constexpr double kSafety = 30.0;
/// A method of order 8 gains a factor 2⁸ when steps double. A rate of more than twice that is no order of accuracy: the
/// cheaper of the two solvers is at the edge of stability, and their difference says nothing of more steps.
constexpr double kPlausibleRate = 512.0;

/// Measures solvers of the family against each other and keeps account of the work.
class Trial {
 public:
  Trial(const SteppedSolver& solver, Index top_steps, const TimeGrid& grid, const State& initial, const StateNorm& norm)
      : solver_(solver), top_steps_(top_steps), grid_(grid), initial_(initial), norm_(norm) {}

  /// The serial solution with `steps` steps a slice; false where it fails.
  bool run(Index steps) {
    const SerialSolution solution = solve_serial(grid_, initial_, *solver_(steps));
    if (solution.interrupted) throw StopRequested{};
    boundaries_ = solution.boundaries;
    const Index crossed = solution.failure ? solution.failure->slice + 1 : grid_.num_slices();
    count_work(steps, crossed);
    samples_.clear();
    if (!solution.failure) samples_.emplace(steps, sampled(1));
    return !solution.failure;
  }

  /// ‖F_a(u_0) − F_b(u_0)‖ on the first slice, infinite where one of them fails: needs no run.
  double first_difference(Index a, Index b) {
    count_work(a + b, 1);
    return distance(crossed(*solver_(a), 0, initial_), crossed(*solver_(b), 0, initial_));
  }

  /// max ‖F_a(U[n]) − F_b(U[n])‖ over slices spread evenly along the last run, the first among them; infinite where one
  /// of them fails.
  double difference(Index a, Index b) {
    const States& of_a = samples(a);
    const States& of_b = samples(b);
    double largest = 0.0;
    for (Index i = 0; i < of_a.cols(); ++i) largest = std::max(largest, distance(of_a.col(i), of_b.col(i)));
    return largest;
  }

  double work() const { return work_; }

 private:
  Index num_samples() const { return std::min(kMaxTriedSlices, grid_.num_slices()); }
  Index sampled_slice(Index i) const { return i * grid_.num_slices() / num_samples(); }

  /// U[n + offset] of the last run at the slices sampled.
  States sampled(Index offset) const {
    States chosen(initial_.size(), num_samples());
    for (Index i = 0; i < chosen.cols(); ++i) chosen.col(i) = boundaries_.col(sampled_slice(i) + offset);
    return chosen;
  }

  /// F(U[n]) with `steps` steps at the slices sampled, computed once.
  const States& samples(Index steps) {
    const auto [found, is_new] = samples_.try_emplace(steps);
    if (is_new) {
      const auto solver = solver_(steps);
      found->second = sampled(0);
      for (Index i = 0; i < num_samples(); ++i)
        found->second.col(i) = crossed(*solver, sampled_slice(i), found->second.col(i));
      count_work(steps, num_samples());
    }
    return found->second;
  }

  /// F(u), not a number where it fails.
  State crossed(const Propagator& solver, Index n, const StateView& state) const {
    StopScope::throw_if_stop_requested();
    State out(state.size());
    forget(out);
    try {
      solver.propagate(grid_.slice(n), state, out);
    } catch (const StopRequested&) {
      throw;
    } catch (...) {
      forget(out);
    }
    return out;
  }

  double distance(const StateView& a, const StateView& b) const {
    const double off = norm_.distance(a, b);
    return std::isfinite(off) ? off : std::numeric_limits<double>::infinity();
  }

  void count_work(Index steps, Index num_slices) {
    work_ += static_cast<double>(steps) * static_cast<double>(num_slices) /
             (static_cast<double>(top_steps_) * static_cast<double>(grid_.num_slices()));
  }

  const SteppedSolver& solver_;
  Index top_steps_;
  const TimeGrid& grid_;
  const State& initial_;
  const StateNorm& norm_;
  States boundaries_;                ///< of the last run
  std::map<Index, States> samples_;  ///< of solvers by their steps, from that run's states
  double work_ = 0.0;
};

/// The least number of steps whose difference to the top falls below the tolerance, seen from `cheapest` steps.
double sufficient_steps(Index cheapest, double difference, double rate, double tolerance) {
  if (difference * kSafety <= tolerance) return 2.0 * static_cast<double>(cheapest);
  const double doublings = std::log(difference * kSafety / tolerance) / std::log(rate);
  return static_cast<double>(cheapest) * std::exp2(doublings);
}

/// Of the level in between; 0 where it would cost too much.
Index middle_steps(Index cheapest, double sufficient, Index top_steps) {
  const Index affordable = std::max(top_steps / kGoodShare, 2 * cheapest);
  const Index middle = sufficient < static_cast<double>(affordable)
                           ? std::max(static_cast<Index>(std::ceil(sufficient)), 2 * cheapest)
                           : affordable;
  return middle <= top_steps / kLeastShare ? middle : 0;
}

}  // namespace

LadderPlan plan_ladder(const SteppedSolver& solver, Index top_steps, const TimeGrid& grid, const State& initial,
                       const StateNorm& norm, double tolerance) {
  if (top_steps < 1) throw std::invalid_argument("a ladder needs a top level of at least one step");
  if (!(tolerance > 0.0)) throw std::invalid_argument("a ladder needs a tolerance > 0");
  LadderPlan plan;
  Trial trial(solver, top_steps, grid, initial, norm);
  Index cheapest = 1;
  for (; 4 * cheapest <= top_steps; cheapest *= 2) {
    // Most step counts that are too coarse differ too much on the first slice already: no run is needed.
    if (!(trial.first_difference(cheapest, 2 * cheapest) <= kAcceptableDifference)) continue;
    if (!trial.run(cheapest)) continue;
    plan.difference = trial.difference(cheapest, 2 * cheapest);
    if (!(plan.difference <= kAcceptableDifference)) continue;
    const double next_difference = trial.difference(2 * cheapest, 4 * cheapest);
    plan.rate = next_difference > 0.0 ? std::max(plan.difference / next_difference, 1.0) : 1.0;
    if (plan.rate <= kPlausibleRate || plan.difference * kSafety <= tolerance) break;
  }
  if (4 * cheapest <= top_steps) {
    plan.steps.push_back(cheapest);
    const double sufficient = sufficient_steps(cheapest, plan.difference, plan.rate, tolerance);
    const Index middle = middle_steps(cheapest, sufficient, top_steps);
    if (middle > 0) plan.steps.push_back(middle);
  }
  plan.steps.push_back(top_steps);
  plan.work = trial.work();
  return plan;
}

}  // namespace forerun
