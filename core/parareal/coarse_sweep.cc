#include "core/parareal/coarse_sweep.h"

#include <algorithm>
#include <utility>

#include "core/base/stopwatch.h"
#include "core/propagation/checked_propagation.h"
#include "core/record/failure_archive.h"

namespace forerun {
namespace {

constexpr Index kSweptSlicesPerPiece = 16;
/// Classic Parareal may leave the typical range by far on its way, but not by several times its width.
constexpr double kLooseMargin = 2.0;

}  // namespace

CoarseSweep::CoarseSweep(const TimeGrid& grid, const Propagator& coarse, const PararealOptions& options,
                         const StateNorm& norm, const StateProjection& projection, bool with_correction,
                         TimeCommunicator& communicator)
    : grid_(grid),
      propagator_(coarse),
      options_(options),
      norm_(norm),
      projection_(projection),
      communicator_(communicator),
      own_(owned_slices(communicator, grid.num_slices())),
      coarse_(coarse.dimension(), own_.with_one_before().first, own_.with_one_before().count),
      corrections_(coarse.dimension(), own_.first, with_correction ? own_.count : 0),
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

void CoarseSweep::start(const State& initial, const Correction* correction, SliceStates& boundaries,
                        SliceExecutor& executor) {
  if (knows_range_) {
    initial_guard_.include(initial, executor);
    loose_guard_.include(initial, executor);
  }
  if (own_.first == 0) boundaries.col(0) = initial;
  begin(correction, 0, 0);
  bool is_corrected = own_.first > 0 && receive_start(boundaries);  // the state that slice n starts from
  for (Index n = own_.first; n < own_.end(); ++n) {
    const bool is_refused = !propagate(n, boundaries.col(n), coarse_.col(n).data()) && is_corrected;
    if (n == own_.first && is_corrected) answer(is_refused);
    if (is_refused) {
      boundaries.col(n) = coarse_.col(n - 1);  // G's own value, without the correction that G cannot go on from
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
    is_corrected = evaluate(*correction, n, boundaries.col(n), coarse_.col(n));
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
  if (own_.end() < grid_.num_slices()) hand_on_start(is_corrected, boundaries);
  share();
}

/// The start of the first own slice. If it is corrected, G's own value is there to step back to; returns whether it is.
bool CoarseSweep::receive_start(SliceStates& boundaries) {
  const auto dimension = static_cast<std::size_t>(coarse_.rows());
  message_.resize(correction_ ? 2 * dimension + 1 : dimension);
  communicator_.receive(communicator_.rank() - 1, message_);
  boundaries.col(own_.first) = Eigen::Map<const State>(message_.data(), coarse_.rows());
  if (!correction_) return false;
  coarse_.col(own_.first - 1) = Eigen::Map<const State>(message_.data() + dimension, coarse_.rows());
  return message_.back() != 0.0;
}

void CoarseSweep::hand_on_start(bool is_corrected, SliceStates& boundaries) {
  const auto boundary = boundaries.col(own_.end());
  message_.assign(boundary.data(), boundary.data() + boundary.size());
  if (correction_) {
    const auto bare = coarse_.col(own_.end() - 1);
    message_.insert(message_.end(), bare.data(), bare.data() + bare.size());
    message_.push_back(is_corrected ? 1.0 : 0.0);
  }
  communicator_.send(communicator_.rank() + 1, message_);
  if (is_corrected && is_refused_by_next()) boundaries.col(own_.end()) = coarse_.col(own_.end() - 1);
}

void CoarseSweep::answer(bool is_refused) {
  const double word = is_refused ? 1.0 : 0.0;
  communicator_.send(communicator_.rank() - 1, {&word, 1});
}

bool CoarseSweep::is_refused_by_next() {
  double word = 0.0;
  communicator_.receive(communicator_.rank() + 1, {&word, 1});
  return word != 0.0;
}

void CoarseSweep::include_sound_states(Index first, const SliceStates& fine, const std::vector<char>& uncrossed,
                                       SliceExecutor& executor) {
  const SliceRange active = own_.from(first);
  guard_.include(fine.middleCols(active.first, active.count), executor,
                 std::span(uncrossed).subspan(static_cast<std::size_t>(active.first)),
                 communicator_.size() > 1 ? &communicator_ : nullptr);
}

void CoarseSweep::correct_old_states(const Correction& correction, Index first, const SliceStates& boundaries,
                                     SliceExecutor& executor) {
  const SliceRange old = own_.from(first + 1);
  const Index num_pieces = (old.count + kSweptSlicesPerPiece - 1) / kSweptSlicesPerPiece;
  executor.for_each(num_pieces, [&](Index piece) {
    const Index n = old.first + piece * kSweptSlicesPerPiece;
    const Index count = std::min(kSweptSlicesPerPiece, old.end() - n);
    correction.evaluate_block(grid_.slices(n, count), boundaries.middleCols(n, count), coarse_.middleCols(n, count),
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

void CoarseSweep::receive(SliceStates& boundaries, SliceStates& fine) {
  const auto dimension = static_cast<std::size_t>(coarse_.rows());
  const auto num_before = static_cast<std::size_t>(own_.first - first_);
  message_.resize(dimension * (correction_ ? 2 : 1) + 2 * num_before);
  communicator_.receive(communicator_.rank() - 1, message_);
  const double* next = message_.data();
  const auto take = [&](auto&& column) {
    column = Eigen::Map<const State>(next, coarse_.rows());
    next += dimension;
  };
  take(boundaries.col(own_.first));
  if (correction_) take(fine.col(own_.first - 1));
  std::copy_n(next, num_before, increments_.begin() + first_);
  std::copy_n(next + num_before, num_before, carried_.begin() + first_);
}

void CoarseSweep::hand_on(SliceStates& boundaries, const SliceStates& fine) {
  const auto put = [&](const auto& column) {
    message_.insert(message_.end(), column.data(), column.data() + column.size());
  };
  message_.clear();
  put(boundaries.col(own_.end()));
  if (correction_) put(fine.col(own_.end() - 1));
  message_.insert(message_.end(), increments_.begin() + first_, increments_.begin() + own_.end());
  message_.insert(message_.end(), carried_.begin() + first_, carried_.begin() + own_.end());
  communicator_.send(communicator_.rank() + 1, message_);
  if (correction_ && is_refused_by_next()) step_back(own_.end(), boundaries, fine);
}

void CoarseSweep::share() {
  if (communicator_.size() == 1) return;
  message_.assign(increments_.begin() + own_.first, increments_.begin() + own_.end());
  message_.insert(message_.end(), carried_.begin() + own_.first, carried_.begin() + own_.end());
  message_.insert(message_.end(), uncrossed_.begin() + own_.first, uncrossed_.begin() + own_.end());
  message_.push_back(static_cast<double>(std::exchange(num_fallbacks_, 0)));
  message_.push_back(failure_ ? 1.0 : 0.0);
  const auto owned = [&](int rank) { return owned_slices(rank, communicator_.size(), grid_.num_slices()); };
  const std::vector<double> all =
      shared_numbers(communicator_, message_, [&](int rank) { return 3 * owned(rank).count + 2; });
  const double* next = all.data();
  bool some_failed = false;
  for (int rank = 0; rank < communicator_.size(); ++rank) {
    const SliceRange slices = owned(rank);
    std::copy_n(next, slices.count, increments_.begin() + slices.first);
    std::copy_n(next + slices.count, slices.count, carried_.begin() + slices.first);
    std::transform(next + 2 * slices.count, next + 3 * slices.count, uncrossed_.begin() + slices.first,
                   [](double flag) { return static_cast<char>(flag != 0.0); });
    next += 3 * slices.count;
    num_fallbacks_ += static_cast<Index>(*next++);
    some_failed = *next++ != 0.0 || some_failed;
  }
  if (some_failed) share_failure();
}

/// The first failure is that of the lowest process that has one.
void CoarseSweep::share_failure() {
  ByteWriter mine;
  mine(failure_);
  failure_.reset();
  for (const std::string& bytes : communicator_.gather(mine.bytes)) {
    if (!failure_) ByteReader{bytes}(failure_);
  }
}

void CoarseSweep::cross(Index n, SliceStates& boundaries, const SliceStates& fine) {
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

void CoarseSweep::propagate_or_step_back(Index n, SliceStates& boundaries, const SliceStates& fine) {
  const bool is_crossed = propagate(n, boundaries.col(n), new_coarse_.data());
  const bool is_refused = !is_crossed && correction_ && boundaries.col(n) != fine.col(n - 1);
  if (n == own_.first && correction_) answer(is_refused);
  if (!is_refused) return;
  step_back(n, boundaries, fine);
  propagate(n, boundaries.col(n), new_coarse_.data());
}

void CoarseSweep::step_back(Index n, SliceStates& boundaries, const SliceStates& fine) {
  double& increment = increments_[static_cast<std::size_t>(n - 1)];
  const double refused_increment = increment;
  replace_boundary(n - 1, fine.col(n - 1).data(), fine.col(n - 1).data(), boundaries);
  increment += refused_increment;  // a bound: the state before both replacements is gone
}

bool CoarseSweep::evaluate(const Correction& correction, Index n, const StateView& state, const StateView& coarse) {
  try {
    correction.evaluate(grid_.slice(n), state, coarse, new_correction_);
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
  const bool is_known = evaluate(*correction_, n, state, new_coarse_);
  if (is_known) new_state_ = fine + ((new_coarse_ + new_correction_) - (coarse_.col(n) + corrections_.col(n)));
  if (!is_known || !guard_.admits(new_state_)) {
    ++num_fallbacks_;
    new_state_ = fine + (new_coarse_ - coarse_.col(n));
    if (!guard_.admits(new_state_)) new_state_ = fine;
  }
  predict_seconds_ += watch.seconds();
}

void CoarseSweep::replace_boundary(Index n, const double* state, const double* fine, SliceStates& boundaries) {
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
