#include "core/parareal/coarse_sweep.h"

#include <algorithm>

#include "core/base/stopwatch.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

constexpr Index kSlicesPerPiece = 16;
/// Classic Parareal may leave the typical range by far on its way, but not by several times its width.
constexpr double kLooseMargin = 2.0;

}  // namespace

CoarseSweep::CoarseSweep(const TimeGrid& grid, const Propagator& coarse, const PararealOptions& options,
                         const StateNorm& norm, const StateProjection& projection, bool with_correction)
    : grid_(grid),
      propagator_(coarse),
      options_(options),
      norm_(norm),
      projection_(projection),
      coarse_(coarse.dimension(), grid.num_slices()),
      corrections_(coarse.dimension(), with_correction ? grid.num_slices() : 0),
      new_coarse_(coarse.dimension()),
      new_correction_(coarse.dimension()),
      new_state_(coarse.dimension()),
      uncrossed_(static_cast<std::size_t>(grid.num_slices()), 0),
      increments_(static_cast<std::size_t>(grid.num_slices())),
      carried_(static_cast<std::size_t>(grid.num_slices())),
      guard_(options.bounds, options.state_margin),
      initial_guard_(options.bounds, options.state_margin),
      loose_guard_(options.bounds, kLooseMargin),
      knows_range_(options.bounds.lower.size() > 0) {}

void CoarseSweep::start(const Correction* correction, States& boundaries, SliceExecutor& executor) {
  if (knows_range_) {
    initial_guard_.include(boundaries.col(0), executor);
    loose_guard_.include(boundaries.col(0), executor);
  }
  begin(correction, 0, 0);
  bool is_corrected = false;  // the state that slice n starts from
  for (Index n = 0; n < grid_.num_slices(); ++n) {
    if (!propagate(n, boundaries.col(n), coarse_.col(n).data()) && is_corrected) {
      boundaries.col(n) = coarse_.col(n - 1);  // it is the correction that led to nowhere
      propagate(n, boundaries.col(n), coarse_.col(n).data());
    }
    is_corrected = false;
    boundaries.col(n + 1) = coarse_.col(n);
    if (!loose_guard_.admits(coarse_.col(n)) || !project(boundaries.col(n + 1).data())) {
      ++num_fallbacks_;
      boundaries.col(n + 1) = boundaries.col(n);
    }
    if (!correction) continue;
    const Stopwatch watch;
    is_corrected = evaluate(*correction, n, boundaries.col(n));
    if (is_corrected) {
      new_state_ = coarse_.col(n) + new_correction_;
      is_corrected = initial_guard_.admits(new_state_) && project(new_state_.data());
    }
    if (is_corrected) {
      boundaries.col(n + 1) = new_state_;
    } else {
      ++num_fallbacks_;
    }
    predict_seconds_ += watch.seconds();
  }
}

void CoarseSweep::include_sound_states(Index first, const States& fine, const std::vector<char>& uncrossed,
                                       SliceExecutor& executor) {
  guard_.include(fine.rightCols(grid_.num_slices() - first), executor,
                 std::span(uncrossed).subspan(static_cast<std::size_t>(first)));
}

void CoarseSweep::correct_old_states(const Correction& correction, Index first, const States& boundaries,
                                     SliceExecutor& executor) {
  const Index begin = first + 1;
  const Index num_pieces = (grid_.num_slices() - begin + kSlicesPerPiece - 1) / kSlicesPerPiece;
  executor.for_each(num_pieces, [&](Index piece) {
    const Index n = begin + piece * kSlicesPerPiece;
    const Index count = std::min(kSlicesPerPiece, grid_.num_slices() - n);
    correction.evaluate_block(grid_.slices(n, count), boundaries.middleCols(n, count),
                              corrections_.middleCols(n, count));
  });
}

void CoarseSweep::begin(const Correction* correction, Index iteration, Index first) {
  correction_ = correction;
  iteration_ = iteration;
  first_ = first;
  num_fallbacks_ = 0;
  failure_.reset();
  predict_seconds_ = 0.0;
}

void CoarseSweep::cross(Index n, States& boundaries, const States& fine) {
  if (n == first_) {
    replace_boundary(n, fine.col(n).data(), fine.col(n).data(), boundaries);
    return;
  }
  propagate_or_step_back(n, boundaries, fine);
  if (correction_) {
    predict(n, boundaries.col(n), fine.col(n));
  } else {
    new_state_ = fine.col(n) + (new_coarse_ - coarse_.col(n));
    if (!loose_guard_.admits(new_state_.data(), new_state_.size())) {
      ++num_fallbacks_;
      new_state_ = fine.col(n);
    }
  }
  if (projection_ && !project(new_state_.data())) {
    ++num_fallbacks_;
    new_state_ = fine.col(n);
  }
  coarse_.col(n) = new_coarse_;
  replace_boundary(n, new_state_.data(), fine.col(n).data(), boundaries);
}

void CoarseSweep::propagate_or_step_back(Index n, States& boundaries, const States& fine) {
  if (propagate(n, boundaries.col(n), new_coarse_.data())) return;
  if (!correction_ || boundaries.col(n) == fine.col(n - 1)) return;
  double& increment = increments_[static_cast<std::size_t>(n - 1)];
  const double refused_increment = increment;
  replace_boundary(n - 1, fine.col(n - 1).data(), fine.col(n - 1).data(), boundaries);
  increment += refused_increment;  // a bound: the state before both replacements is gone
  propagate(n, boundaries.col(n), new_coarse_.data());
}

bool CoarseSweep::evaluate(const Correction& correction, Index n, const StateView& state) {
  try {
    correction.evaluate(grid_.slice(n), state, new_correction_);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool CoarseSweep::project(double* state) const {
  if (!projection_) return true;
  Eigen::Map<State> projected(state, coarse_.rows());
  try {
    projection_(projected);
  } catch (const std::exception&) {
    return false;
  }
  return projected.allFinite();
}

void CoarseSweep::predict(Index n, const StateView& state, const StateView& fine) {
  const Stopwatch watch;
  const bool is_known = evaluate(*correction_, n, state);
  if (is_known) new_state_ = fine + ((new_coarse_ + new_correction_) - (coarse_.col(n) + corrections_.col(n)));
  if (!is_known || !guard_.admits(new_state_)) {
    ++num_fallbacks_;
    new_state_ = fine + (new_coarse_ - coarse_.col(n));
    if (!guard_.admits(new_state_)) new_state_ = fine;
  }
  predict_seconds_ += watch.seconds();
}

void CoarseSweep::replace_boundary(Index n, const double* state, const double* fine, States& boundaries) {
  double* const boundary = boundaries.col(n + 1).data();
  const Index dimension = boundaries.rows();
  increments_[static_cast<std::size_t>(n)] = norm_.distance(state, boundary, dimension);
  carried_[static_cast<std::size_t>(n)] = norm_.distance(state, fine, dimension);
  Eigen::Map<State>(boundary, dimension) = Eigen::Map<const State>(state, dimension);
}

bool CoarseSweep::propagate(Index n, const StateView& in, double* out) {
  if (options_.stop.stop_requested()) throw StopRequested{};
  Eigen::Map<State> result(out, in.size());
  try {
    CheckedPropagator{propagator_, "coarse", iteration_}.propagate(grid_.slice(n), in, result);
    uncrossed_[static_cast<std::size_t>(n)] = 0;
    return true;
  } catch (const SliceError& error) {
    uncrossed_[static_cast<std::size_t>(n)] = 1;
    if (!failure_) failure_ = error.failure;
    ++num_fallbacks_;
    result = in;
    return false;
  }
}

}  // namespace forerun
