#pragma once

#include <vector>

#include "core/record/scaling_model.h"

namespace forerun {

/// A run of another method than Parareal in terms that hold for any number of processors. Seconds.
struct MethodCost {
  struct Iteration {
    double fine = 0.0;    ///< of all pieces together
    double coarse = 0.0;  ///< that one processor takes for all others, as on the machine that it was measured on
  };

  Index num_slices = 0;
  double serial_slice = 0.0;  ///< F on one slice alone: what serial stepping pays
  Index pieces = 1;           ///< intervals, steps or parts that are worked on side by side, each by one processor
  double start = 0.0;         ///< before the first iteration
  Index messages = 0;         ///< one after the other, an iteration, of a state
  double state_bytes = 0.0;
  std::vector<Iteration> iterations;
};

/// *Modelled*, not observed, on P processors:
///
///   seconds = start + Σ_k (⌈pieces / P⌉ · fine_k / pieces + coarse_k + messages · (latency + bytes / bandwidth)),
///
/// without messages where P = 1. Coarser grids and levels count as they took where they were measured, which more
/// processors would shorten. Shares are left at 0.
ScalingPoint model_method(const MethodCost& cost, Index processors, const Network& network);

}  // namespace forerun
