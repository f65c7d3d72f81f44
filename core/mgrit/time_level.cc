#include "core/mgrit/time_level.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/mgrit/point_ranges.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

/// Few enough that scheduling costs nothing, enough that threads end together.
constexpr Index kPiecesPerThread = 8;

using Strided = Eigen::Map<States, 0, Eigen::OuterStride<>>;
using ConstStrided = Eigen::Map<const States, 0, Eigen::OuterStride<>>;

}  // namespace

TimeLevel::TimeLevel(std::vector<Slice> slices, Index coarsening, const Propagator& propagator, bool is_finest)
    : slices_(std::move(slices)),
      coarsening_(coarsening),
      propagator_(propagator),
      is_finest_(is_finest),
      states_(propagator.dimension(), num_slices() + 1),
      targets_(propagator.dimension(), is_finest ? 0 : num_slices()),
      old_crossings_(propagator.dimension(), is_finest ? 0 : num_slices()) {
  if (propagator.block_size() <= 1) return;
  for (Index offset = 0; offset < coarsening_; ++offset) {
    for (Index j = 0; j < num_intervals(); ++j) {
      by_offset_.push_back(slices_[static_cast<std::size_t>(j * coarsening_ + offset)]);
    }
  }
}

std::vector<Slice> TimeLevel::coarse_slices() const {
  std::vector<Slice> coarse;
  for (Index j = 0; j < num_intervals(); ++j) {
    const Slice& first = slices_[static_cast<std::size_t>(j * coarsening_)];
    const Slice& last = slices_[static_cast<std::size_t>((j + 1) * coarsening_ - 1)];
    coarse.push_back({first.index, first.begin, last.end});
  }
  return coarse;
}

void TimeLevel::begin(Index iteration, Index exact) {
  iteration_ = iteration;
  exact_ = exact;
  num_crossed_ = 0;
  seconds_ = 0.0;
  max_interval_seconds_ = 0.0;
  failures_.clear();
}

/// Whole blocks, so that lanes are full; the first interval alone where a part of it is exact, and what is left at the
/// end.
std::vector<TimeLevel::Piece> TimeLevel::pieces(Index num_threads) const {
  std::vector<Piece> pieces;
  Index first = first_interval();
  if (exact_ % coarsening_ != 0 && first < num_intervals()) pieces.push_back({first++, 1});
  const Index count = num_intervals() - first;
  const Index block = std::max<Index>(1, propagator_.block_size());
  const Index wanted = std::max<Index>(1, count / (kPiecesPerThread * num_threads));
  const Index length = std::min((wanted + block - 1) / block * block, std::max<Index>(1, count / num_threads));
  for (Index j = first; j < num_intervals(); j += length) pieces.push_back({j, std::min(length, num_intervals() - j)});
  if (num_slices() % coarsening_ != 0 && exact_ < num_slices()) pieces.push_back({num_intervals(), 1});
  return pieces;
}

Index TimeLevel::num_slices_of(const Piece& piece, bool with_targets) const {
  const bool has_targets = piece.first < num_intervals();
  const Index begin = std::max(exact_, piece.first * coarsening_);
  return end_of(piece.first + piece.count - 1) - begin - (has_targets && !with_targets ? piece.count : 0);
}

void TimeLevel::relax(SliceExecutor& executor, TimeLevel* coarse, Index num_exact_intervals,
                      const std::function<void(Index)>& crossed) {
  const std::vector<Piece> all = pieces(executor.num_threads());
  const Index exact_intervals_end = first_interval() + num_exact_intervals;
  piece_seconds_.assign(all.size(), 0.0);
  executor.for_each(static_cast<Index>(all.size()), [&](Index i) {
    const auto piece = static_cast<std::size_t>(i);
    const Stopwatch watch;
    run_piece(all[piece], coarse, exact_intervals_end);
    piece_seconds_[piece] = watch.seconds();
    if (crossed) crossed(num_slices_of(all[piece], coarse != nullptr));
  });
  double slowest = 0.0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    seconds_ += piece_seconds_[i];
    slowest = std::max(slowest, piece_seconds_[i] / static_cast<double>(all[i].count));
    num_crossed_ += num_slices_of(all[i], coarse != nullptr);
  }
  max_interval_seconds_ += slowest;
}

void TimeLevel::run_piece(const Piece& piece, TimeLevel* coarse, Index exact_intervals_end) {
  const Index block = std::max<Index>(1, propagator_.block_size());
  const bool is_aligned = exact_ <= piece.first * coarsening_;
  for (Index j = piece.first; j < piece.first + piece.count; j += block) {
    const Index count = std::min(block, piece.first + piece.count - j);
    if (count > 1 && is_aligned && cross_together({j, count}, coarse)) continue;
    for (Index i = j; i < j + count; ++i) cross_interval(i, coarse, i < exact_intervals_end);
  }
}

std::span<const Slice> TimeLevel::slices_at(Index offset, Index first_interval, Index count) const {
  return std::span(by_offset_)
      .subspan(static_cast<std::size_t>(offset * num_intervals() + first_interval), static_cast<std::size_t>(count));
}

/// Several intervals side by side. False if one cannot be crossed: which, and why, is found by crossing them one by
/// one.
bool TimeLevel::cross_together(const Piece& piece, TimeLevel* coarse) {
  const Index dimension = states_.rows();
  const Index num_steps = coarse ? coarsening_ : coarsening_ - 1;
  const Eigen::OuterStride<> stride(dimension * coarsening_);
  try {
    for (Index offset = 0; offset < num_steps; ++offset) {
      StopScope::throw_if_stop_requested();
      const Index n = piece.first * coarsening_ + offset;
      const bool is_target = offset + 1 == coarsening_;
      double* const to = is_target ? coarse->targets_.col(piece.first).data() : states_.col(n + 1).data();
      const ConstStrided in(states_.col(n).data(), dimension, piece.count, stride);
      Strided out(to, dimension, piece.count, is_target ? Eigen::OuterStride<>(dimension) : stride);
      out.setConstant(std::numeric_limits<double>::quiet_NaN());
      propagator_.propagate_block(slices_at(offset, piece.first, piece.count), in, out);
      if (!out.allFinite()) return false;
      for (Index i = 0; i < piece.count; ++i) complete(n + i * coarsening_, out.col(i).data());
    }
  } catch (const StopRequested&) {
    throw;
  } catch (...) {
    return false;
  }
  return true;
}

void TimeLevel::cross_interval(Index interval, TimeLevel* coarse, bool from_exact) {
  const Index last = interval < num_intervals() ? (interval + 1) * coarsening_ - 1 : num_slices();
  Index n = std::max(exact_, interval * coarsening_);
  for (; n < std::min(last, num_slices()); ++n) {
    cross(n, states_.col(n).data(), states_.col(n + 1).data(), from_exact);
  }
  if (coarse && interval < num_intervals()) {
    cross(n, states_.col(n).data(), coarse->targets_.col(interval).data(), from_exact);
  }
}

/// out = S(n, in), at these addresses.
void TimeLevel::cross(Index n, const double* in, double* out, bool from_exact) {
  StopScope::throw_if_stop_requested();
  const Index dimension = states_.rows();
  const Eigen::Map<const State> start(in, dimension);
  Eigen::Map<State> result(out, dimension);
  try {
    CheckedPropagator{propagator_, is_finest_ ? "fine" : "coarse", iteration_}.propagate(
        slices_[static_cast<std::size_t>(n)], start, result);
  } catch (const SliceError& error) {
    if (from_exact && is_finest_) throw;
    result = start;
    const std::lock_guard lock(adding_failure_);
    failures_.emplace(n, error.failure);
  }
  complete(n, out);
}

/// Φ(n, u) becomes S(n, u).
void TimeLevel::complete(Index n, double* out) const {
  if (!is_forced_) return;
  const double* const target = targets_.col(n).data();
  const double* const old = old_crossings_.col(n).data();
  const Index dimension = states_.rows();
  for (Index i = 0; i < dimension; ++i) out[i] = target[i] + (out[i] - old[i]);
}

void TimeLevel::take_targets(const TimeLevel& coarse, SliceExecutor& executor, Movement* movement) {
  const Index dimension = states_.rows();
  const Index first = first_interval();
  for_point_ranges(executor, num_intervals() - first, dimension, [&](Index begin, Index end) {
    for (Index j = first + begin; j < first + end; ++j) {
      auto point = states_.col((j + 1) * coarsening_);
      const auto target = coarse.targets_.col(j);
      if (movement) {
        movement->distances[static_cast<std::size_t>(j)] +=
            movement->norm.distance(target.data(), point.data(), dimension);
      }
      point = target;
    }
  });
}

void TimeLevel::restrict_to(TimeLevel& coarse, SliceExecutor& executor) {
  coarse.is_forced_ = false;                                         // O is Φ alone
  const Index known = coarse.first_interval() * coarse.coarsening_;  // from there on, points may be read
  for_point_ranges(executor, num_intervals() + 1 - known, states_.rows(), [&](Index begin, Index end) {
    for (Index j = known + begin; j < known + end; ++j) coarse.states_.col(j) = states_.col(j * coarsening_);
  });
  const Index count = coarse.num_slices() - coarse.exact_;
  const Index length = std::max<Index>(1, count / (kPiecesPerThread * executor.num_threads()));
  executor.for_each((count + length - 1) / length, [&](Index piece) {
    const Index end = std::min(count, (piece + 1) * length);
    for (Index n = coarse.exact_ + piece * length; n < coarse.exact_ + end; ++n) {
      coarse.cross(n, coarse.states_.col(n).data(), coarse.old_crossings_.col(n).data(), false);
    }
  });
  coarse.is_forced_ = true;
}

void TimeLevel::solve() {
  for (Index n = exact_; n < num_slices(); ++n) {
    cross(n, states_.col(n).data(), states_.col(n + 1).data(), false);
  }
}

Index TimeLevel::correct_by(const TimeLevel& coarse, SliceExecutor& executor, Movement* movement) {
  const Index dimension = states_.rows();
  const Index first = first_interval();
  std::vector<char> refused(static_cast<std::size_t>(num_intervals()), 0);
  for_point_ranges(executor, num_intervals() - first, dimension, [&](Index begin, Index end) {
    for (Index j = first + begin; j < first + end; ++j) {
      const auto i = static_cast<std::size_t>(j);
      auto point = states_.col((j + 1) * coarsening_);
      refused[i] = !coarse.states_.col(j + 1).allFinite();
      const double* const taken = refused[i] ? coarse.targets_.col(j).data() : coarse.states_.col(j + 1).data();
      if (movement) movement->distances[i] += movement->norm.distance(taken, point.data(), dimension);
      point = Eigen::Map<const State>(taken, dimension);
    }
  });
  return std::count(refused.begin(), refused.end(), 1);
}

void TimeLevel::start_from(const TimeLevel& coarse) {
  for (Index j = 0; j <= num_intervals(); ++j) states_.col(j * coarsening_) = coarse.states_.col(j);
}

}  // namespace forerun
