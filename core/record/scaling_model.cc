#include "core/record/scaling_model.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>

namespace forerun {
namespace {

/// The chain of work and messages that leads up to an event; the parts add up to the event's time.
struct CriticalPath {
  double fine = 0.0;
  double coarse = 0.0;
  double learning = 0.0;
  double communication = 0.0;

  double end() const { return fine + coarse + learning + communication; }
};

const CriticalPath& later(const CriticalPath& a, const CriticalPath& b) { return b.end() > a.end() ? b : a; }

class ScaledRun {
 public:
  ScaledRun(const IterationHistory& history, Index processors, const ScalingOptions& options)
      : history_(history),
        options_(options),
        owners_(std::min(processors, history.num_slices)),
        alone_ratio_(history.top_slice() > 0.0 ? history.serial_slice / history.top_slice() : 1.0),
        paths_(static_cast<std::size_t>(owners_)) {}

  CriticalPath run() {
    sweep(history_.initial_coarse, history_.initial_prediction, 0, 0);
    const IterationCost* last = &history_.iterations.front();
    for (const IterationCost& cost : history_.iterations) {
      if (!options_.pipelined) synchronise();
      first_owner_ = owner_of(cost.first_slice());
      climb(*last, cost);
      last = &cost;
      cross_slices(cost);
      exchange();
      if (history_.learns()) learn(cost);
      sweep(cost.coarse, cost.prediction, cost.first_slice(), 1);
    }
    return latest();
  }

 private:
  Index begin(Index owner) const { return owner * history_.num_slices / owners_; }
  Index owner_of(Index slice) const { return ((slice + 1) * owners_ - 1) / history_.num_slices; }
  /// How many of an owner's slices are in [first, end).
  Index share(Index owner, Index first, Index end) const {
    return std::max<Index>(0, std::min(begin(owner + 1), end) - std::max(begin(owner), first));
  }
  Index active(Index owner, Index first_slice) const { return share(owner, first_slice, history_.num_slices); }
  CriticalPath& path(Index owner) { return paths_[static_cast<std::size_t>(owner)]; }

  /// ⌈log₂ of the processors⌉: rounds in which something reaches all of them.
  double rounds() const {
    return static_cast<double>(std::bit_width(static_cast<std::uint64_t>(owners_ - first_owner_) - 1));
  }

  CriticalPath latest() const {
    CriticalPath last;
    for (const CriticalPath& path : paths_) last = later(last, path);
    return last;
  }

  void synchronise() {
    first_owner_ = 0;
    CriticalPath all = latest();
    all.communication += rounds() * options_.network.latency;
    std::fill(paths_.begin(), paths_.end(), all);
  }

  /// Seconds of F on `count` slices: full lanes first, what is left over one by one or in lanes partly empty.
  double block_seconds(double fine, Index count) const {
    const Index left_over = count % history_.lanes;
    const double one_by_one = static_cast<double>(left_over) * fine * alone_ratio_;
    const double partly_empty = left_over > 0 ? static_cast<double>(history_.lanes) * fine : 0.0;
    return static_cast<double>(count - left_over) * fine + std::min(one_by_one, partly_empty);
  }

  /// Whether slices climb is known when the last of them has been swept. Frozen and resting slices that take part again
  /// count, too.
  void climb(const IterationCost& before, const IterationCost& now) {
    for (const LevelCost& cost : now.levels) {
      const bool some_rested = cost.first_slice < before.first_slice();
      const Index first = some_rested ? cost.first_slice : std::max(cost.first_slice, end_of_level(before, cost.level));
      const Index end = cost.first_slice + cost.num_slices;
      if (first >= end) continue;
      CriticalPath known = path(owner_of(end - 1));
      known.communication += rounds() * options_.network.latency;
      for (Index p = owner_of(first); p <= owner_of(end - 1); ++p) path(p) = later(path(p), known);
    }
  }

  /// The first slice below `level`.
  static Index end_of_level(const IterationCost& cost, Index level) {
    Index end = cost.first_slice();
    for (const LevelCost& part : cost.levels) {
      if (part.level >= level) end = part.first_slice + part.num_slices;
    }
    return end;
  }

  void cross_slices(const IterationCost& cost) {
    for (const LevelCost& part : cost.levels) {
      const Index end = part.first_slice + part.num_slices;
      for (Index p = owner_of(part.first_slice); p <= owner_of(end - 1); ++p) {
        path(p).fine += block_seconds(part.fine, share(p, part.first_slice, end));
      }
      path(owner_of(part.first_slice)).fine += part.straggler;
    }
    for (Index p = first_owner_; p < owners_; ++p) path(p).fine += cost.level_check;
  }

  /// What a sweep is to know of all slices: it begins when the last of them has been crossed.
  void exchange() {
    CriticalPath all = latest();
    all.communication += rounds() * options_.network.latency;
    std::fill(paths_.begin() + first_owner_, paths_.end(), all);
  }

  /// All samples to all, the fit on each, then m at the old states of each block.
  void learn(const IterationCost& cost) {
    CriticalPath all = latest();
    const auto slices = static_cast<double>(history_.num_slices - cost.first_slice());
    const auto processors = static_cast<double>(owners_ - first_owner_);
    const double bytes = 3.0 * state_bytes() * slices * (processors - 1.0) / processors;
    all.communication += rounds() * options_.network.latency + bytes / options_.network.bandwidth;
    all.learning += cost.fit;
    for (Index p = first_owner_; p < owners_; ++p) {
      const Index replaced = active(p, cost.first_slice()) - (p == first_owner_ ? 1 : 0);
      path(p) = all;
      path(p).learning += static_cast<double>(replaced) * cost.prediction;
    }
  }

  /// From left to right, one processor after the other; the first `free_slices` cost nothing.
  void sweep(double coarse, double prediction, Index first_slice, Index free_slices) {
    const double message = options_.network.message_seconds(state_bytes());
    for (Index p = first_owner_; p < owners_; ++p) {
      if (p > first_owner_) {
        CriticalPath arrival = path(p - 1);
        arrival.communication += message;
        path(p) = later(path(p), arrival);
      }
      const auto slices = static_cast<double>(active(p, first_slice) - (p == first_owner_ ? free_slices : 0));
      path(p).coarse += slices * coarse;
      path(p).learning += slices * prediction;
    }
  }

  double state_bytes() const { return static_cast<double>(sizeof(double)) * static_cast<double>(history_.dimension); }

  const IterationHistory& history_;
  const ScalingOptions& options_;
  const Index owners_;        ///< processors that own a slice
  const double alone_ratio_;  ///< F on one slice alone ÷ in full lanes
  Index first_owner_ = 0;
  std::vector<CriticalPath> paths_;
};

TimeShares shares_of(const CriticalPath& path, const IterationHistory& history, Index processors) {
  double all_fine = 0.0;
  for (const IterationCost& iteration : history.iterations) {
    for (const LevelCost& cost : iteration.levels) {
      all_fine += static_cast<double>(cost.num_slices) * cost.fine + cost.straggler;
    }
  }
  const double even = std::min(path.fine, all_fine / static_cast<double>(processors));
  const double pass = static_cast<double>(history.num_slices) * history.top_slice() / static_cast<double>(processors);
  const double useful = std::min(even, pass);
  const double total = path.end();
  if (!(total > 0.0)) return {};
  return {useful / total,      (even - useful) / total, (path.fine - even) / total,
          path.coarse / total, path.learning / total,   path.communication / total};
}

}  // namespace

ScalingPoint model_scaling(const IterationHistory& history, Index processors, const ScalingOptions& options) {
  if (processors < 1) throw std::invalid_argument("a scaling model needs at least one processor");
  if (!(options.network.latency >= 0.0) || !(options.network.bandwidth > 0.0)) {
    throw std::invalid_argument("a network needs latency ≥ 0 and bandwidth > 0");
  }
  const CriticalPath path = ScaledRun(history, processors, options).run();
  ScalingPoint point;
  point.processors = processors;
  point.num_slices = history.num_slices;
  point.seconds = path.end();
  point.shares = shares_of(path, history, processors);
  if (point.seconds > 0.0) {
    point.speedup = static_cast<double>(history.num_slices) * history.serial_slice / point.seconds;
    point.efficiency = point.speedup / static_cast<double>(processors);
  }
  return point;
}

}  // namespace forerun
