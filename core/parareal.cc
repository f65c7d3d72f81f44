#include "core/parareal.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/convergence.h"
#include "core/fine_sweep.h"
#include "core/state_guard.h"
#include "core/stopwatch.h"

namespace forerun {
namespace {

constexpr Index kSlicesPerPiece = 16;

std::unique_ptr<StoppingCriterion> stopping_criterion(const PararealOptions& options, Index num_slices) {
  std::vector<std::unique_ptr<StoppingCriterion>> parts;
  parts.push_back(stop_when_all_slices_converged());
  if (options.jump_tolerance > 0.0) parts.push_back(stop_at_jump(options.jump_tolerance));
  parts.push_back(stop_at_iteration(options.max_iterations > 0 ? options.max_iterations : num_slices));
  if (std::isfinite(options.max_seconds)) parts.push_back(stop_after_seconds(options.max_seconds));
  return any_of(std::move(parts));
}

void check_dimensions(const PararealProblem& problem) {
  const Index dimension = problem.initial.size();
  if (dimension < 1) throw std::invalid_argument("the initial state is empty");
  if (!problem.initial.allFinite()) throw std::invalid_argument("the initial state is not finite");
  if (problem.coarse.dimension() != dimension || problem.fine.dimension() != dimension) {
    throw std::invalid_argument("initial state, coarse and fine solver differ in dimension");
  }
  if (problem.reference &&
      (problem.reference->rows() != dimension || problem.reference->cols() != problem.grid.num_slices() + 1)) {
    throw std::invalid_argument("the reference must have one state a slice boundary");
  }
}

/// One run of equation (1); see parareal.h. U[n] is column n of `record_.boundaries` throughout.
class PararealLoop {
 public:
  PararealLoop(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
               IterationObserver* observer)
      : problem_(problem),
        options_(options),
        executor_(executor),
        observer_(observer),
        num_slices_(problem.grid.num_slices()),
        fine_sweep_(problem.grid, problem.fine, options.norm),
        fine_(problem.initial.size(), num_slices_),
        coarse_(problem.initial.size(), num_slices_),
        new_coarse_(problem.initial.size()),
        new_correction_(problem.initial.size()),
        new_state_(problem.initial.size()),
        increments_(static_cast<std::size_t>(num_slices_)) {
    record_.boundaries.resize(problem.initial.size(), num_slices_ + 1);
    if (problem.trainer) corrections_.resize(problem.initial.size(), num_slices_);
  }

  RunRecord run() {
    const auto criterion = stopping_criterion(options_, num_slices_);
    try {
      initial_sweep();
      std::optional<Termination> reason;
      while (!reason) {
        const Stopwatch watch;
        begin_iteration();
        fine_sweep();
        train();
        correct_old_states();
        corrected_sweep();
        advance_front();
        reason = criterion->check({iteration_, num_slices_, record_.seconds.total + watch.seconds()});
        end_iteration(watch.seconds());
      }
      record_.termination = *reason;
    } catch (const SliceError& error) {
      record_.termination = Termination::propagator_failed;
      record_.failure = error.failure;
    } catch (const StopRequested&) {
      record_.termination = Termination::interrupted;
    }
    return std::move(record_);
  }

 private:
  /// U[n+1] = G(U[n]), corrected by what was known before the run.
  void initial_sweep() {
    const Stopwatch watch;
    record_.boundaries.setConstant(std::numeric_limits<double>::quiet_NaN());
    record_.boundaries.col(0) = problem_.initial;
    correction_ = problem_.trainer ? problem_.trainer->initial_correction() : nullptr;
    if (correction_) record_.initial_corrector = problem_.trainer->serving();
    const StateGuard guard(options_.bounds, options_.state_margin);
    double predict_seconds = 0.0;
    for (Index n = 0; n < num_slices_; ++n) {
      const auto state = record_.boundaries.col(n);
      propagate_coarse(n, state, coarse_.col(n));
      record_.boundaries.col(n + 1) = coarse_.col(n);
      if (!correction_) continue;
      const Stopwatch predict_watch;
      correction_->evaluate(slice(n), state, new_correction_);
      new_state_ = coarse_.col(n) + new_correction_;
      if (guard.admits(new_state_)) record_.boundaries.col(n + 1) = new_state_;
      predict_seconds += predict_watch.seconds();
    }
    PhaseSeconds& seconds = record_.initial_seconds;
    seconds.total = watch.seconds();
    seconds.predict = predict_seconds;
    seconds.coarse = seconds.total - predict_seconds;
    record_.seconds = seconds;
    if (problem_.reference) record_.initial_error = error_against_reference();
    if (observer_) observer_->on_start(num_slices_, record_.boundaries);
  }

  void begin_iteration() {
    iteration_ = IterationRecord{};
    iteration_.iteration = record_.num_iterations() + 1;
    iteration_.first_slice = front_;
  }

  /// F(U[n]) for all active slices, in parallel.
  void fine_sweep() {
    const Stopwatch watch;
    fine_sweep_.run(iteration_.iteration, front_, record_.boundaries, fine_, executor_, options_.stop, observer_);
    iteration_.jump = fine_sweep_.jump();
    iteration_.fine_work = static_cast<double>(num_active()) / static_cast<double>(num_slices_);
    iteration_.slice_fine_seconds = fine_sweep_.slice_seconds();
    iteration_.max_slice_fine_seconds = fine_sweep_.max_slice_seconds();
    iteration_.seconds.fine = watch.seconds();
  }

  /// m_k, fitted to everything seen so far.
  void train() {
    iteration_.corrector = "classic";
    correction_ = nullptr;
    if (!problem_.trainer) return;
    const Stopwatch watch;
    const Index count = num_active();
    correction_ = problem_.trainer->train(
        {iteration_.iteration, problem_.grid.slices(front_, count), record_.boundaries.middleCols(front_, count),
         fine_.middleCols(front_, count), coarse_.middleCols(front_, count)},
        executor_);
    if (correction_) iteration_.corrector = problem_.trainer->serving();
    iteration_.seconds.fit = watch.seconds();
  }

  /// m_k(U[n]) at the states the iteration began with, in parallel. The first active slice needs none: its bracket is
  /// zero.
  void correct_old_states() {
    if (!correction_) return;
    const Stopwatch watch;
    guard_.include(fine_.middleCols(front_, num_active()), executor_);
    const Index first = front_ + 1;
    const Index num_pieces = (num_slices_ - first + kSlicesPerPiece - 1) / kSlicesPerPiece;
    executor_.for_each(num_pieces, [&](Index piece) {
      const Index begin = first + piece * kSlicesPerPiece;
      const Index count = std::min(kSlicesPerPiece, num_slices_ - begin);
      correction_->evaluate_block(problem_.grid.slices(begin, count), record_.boundaries.middleCols(begin, count),
                                  corrections_.middleCols(begin, count));
    });
    iteration_.seconds.predict = watch.seconds();
  }

  /// U[n+1]' = F(U[n]) + (G_k(U[n]') − G_k(U[n])), one slice after the other.
  void corrected_sweep() {
    const Stopwatch watch;
    double predict_seconds = 0.0;
    // U[front]' = U[front]: the bracket is exactly zero.
    replace_boundary(front_, fine_.col(front_));
    for (Index n = front_ + 1; n < num_slices_; ++n) {
      const auto state = record_.boundaries.col(n);
      propagate_coarse(n, state, new_coarse_);
      const auto classic = fine_.col(n) + (new_coarse_ - coarse_.col(n));
      if (correction_) {
        const Stopwatch predict_watch;
        correction_->evaluate(slice(n), state, new_correction_);
        new_state_ = fine_.col(n) + ((new_coarse_ + new_correction_) - (coarse_.col(n) + corrections_.col(n)));
        if (!guard_.admits(new_state_)) fall_back(classic, fine_.col(n));
        predict_seconds += predict_watch.seconds();
      } else {
        new_state_ = classic;
      }
      coarse_.col(n) = new_coarse_;
      replace_boundary(n, new_state_);
    }
    iteration_.seconds.predict += predict_seconds;
    iteration_.seconds.coarse = watch.seconds() - predict_seconds;
  }

  /// Freezes the slice that has become exact and all converged ones behind it.
  void advance_front() {
    iteration_.increment = *std::max_element(increments_.begin() + front_, increments_.end());
    if (exact_front_ == front_) exact_front_ = front_ + 1;
    front_ = converged_prefix(increments_, front_ + 1, options_.tolerance);
    iteration_.exact_front = exact_front_;
    iteration_.converged_front = front_;
  }

  void end_iteration(double seconds) {
    iteration_.seconds.total = seconds;
    record_.seconds += iteration_.seconds;
    if (problem_.reference) iteration_.error = error_against_reference();
    record_.iterations.push_back(iteration_);
    if (observer_) observer_->on_iteration(record_.iterations.back(), record_.boundaries);
  }

  template <class Classic, class Fine>
  void fall_back(const Classic& classic, const Fine& fine) {
    ++iteration_.num_fallbacks;
    new_state_ = classic;
    if (!guard_.admits(new_state_)) new_state_ = fine;
  }

  template <class NewState>
  void replace_boundary(Index n, const NewState& state) {
    auto boundary = record_.boundaries.col(n + 1);
    increments_[static_cast<std::size_t>(n)] = options_.norm.distance(state, boundary);
    boundary = state;
  }

  void propagate_coarse(Index n, const StateView& in, StateOut out) {
    if (options_.stop.stop_requested()) throw StopRequested{};
    propagate_checked(problem_.coarse, "coarse", iteration_.iteration, slice(n), in, out);
  }

  double error_against_reference() const {
    double error = 0.0;
    for (Index n = 0; n <= num_slices_; ++n) {
      error = std::max(error, options_.norm.distance(record_.boundaries.col(n), problem_.reference->col(n)));
    }
    return error;
  }

  const Slice& slice(Index n) const { return problem_.grid.slice(n); }
  Index num_active() const { return num_slices_ - front_; }

  const PararealProblem& problem_;
  const PararealOptions& options_;
  SliceExecutor& executor_;
  IterationObserver* observer_;
  const Index num_slices_;

  FineSweep fine_sweep_;
  States fine_;         ///< F(U[n])
  States coarse_;       ///< G(U[n]), bare
  States corrections_;  ///< m_k(U[n]); empty without a trainer
  State new_coarse_;
  State new_correction_;
  State new_state_;
  std::vector<double> increments_;  ///< of U[n + 1]
  const Correction* correction_ = nullptr;
  StateGuard guard_{{}, options_.state_margin};
  Index front_ = 0;        ///< boundaries 0 … front are frozen
  Index exact_front_ = 0;  ///< boundaries 0 … exact_front are the serial fine solution
  IterationRecord iteration_;
  RunRecord record_;
};

}  // namespace

RunRecord solve_parareal(const PararealProblem& problem, const PararealOptions& options, SliceExecutor& executor,
                         IterationObserver* observer) {
  check_dimensions(problem);
  options.validate(problem.initial.size());
  return PararealLoop(problem, options, executor, observer).run();
}

}  // namespace forerun
