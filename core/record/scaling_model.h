#pragma once

#include "core/record/iteration_history.h"

namespace forerun {

/// A message of b bytes takes latency + b / bandwidth.
struct Network {
  double latency = 2e-6;      ///< seconds
  double bandwidth = 1.0e10;  ///< bytes per second

  double message_seconds(double bytes) const { return latency + bytes / bandwidth; }
};

struct ScalingOptions {
  Network network{};
  /// A processor begins its next fine work as soon as its own start values are known; else all wait for the last one.
  bool pipelined = true;
};

/// What the run's wall clock is made of; the parts add up to 1.
struct TimeShares {
  double useful = 0.0;         ///< one full pass of F in full lanes, evenly divided
  double repeated = 0.0;       ///< the other fine sweeps, evenly divided
  double imbalance = 0.0;      ///< processors idle: slices frozen, slowest slice waited for, lanes or blocks not full
  double coarse = 0.0;         ///< the serial sweep
  double learning = 0.0;       ///< fit and predictions
  double communication = 0.0;  ///< states to the right neighbour, samples to all
};

/// A *modelled* run; nothing here was observed.
struct ScalingPoint {
  Index processors = 0;
  Index num_slices = 0;
  double seconds = 0.0;
  double speedup = 0.0;     ///< N · (F on one slice alone) ÷ seconds
  double efficiency = 0.0;  ///< speedup ÷ processors
  TimeShares shares;
};

/// Runs a recorded history again on P processors, event by event.
///
/// Processor p owns the slices [⌊p N / P⌋, ⌊(p+1) N / P⌋), one block of neighbours; surplus processors idle. In
/// iteration k it crosses its active slices with F, learns in ⌈log₂ P⌉ rounds what the others have found (so the sweep
/// waits for the last of them), receives U from its left neighbour, sweeps its block with G + m and sends U to the
/// right. A correction is fitted by every processor alike, after all have the new samples: an allgather of 3 d doubles
/// a slice (its state, F and G of it) in ⌈log₂ P⌉ rounds, also where learners make do with less. Slices that climb to a
/// finer level wait for the last of them to be swept, and for ⌈log₂ P⌉ latencies more; between unpipelined iterations
/// all wait for the last one. The slowest slice of a level is its first, where it delays all others. Memory bandwidth
/// is that of the measured run, not shared by more processors.
///
/// Shares are those of the critical path: the chain of work and messages that ends last. It crosses one processor's
/// fine work in each iteration; of that, what even division would leave is useful or repeated, the rest imbalance.
///
/// With P = N, an ideal network, no correction and no pipelining the seconds are those of core/record/speedup_model.h.
/// Cost O(iterations · min(P, N)). Deterministic. Throws std::invalid_argument unless P ≥ 1, latency ≥ 0 and
/// bandwidth > 0.
ScalingPoint model_scaling(const IterationHistory& history, Index processors, const ScalingOptions& options);

}  // namespace forerun
