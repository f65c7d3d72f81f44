#pragma once

#include <vector>

#include "core/record/run_record.h"

namespace forerun {

/// What one slice cost in the part of a sweep that one level of the fidelity ladder served. Seconds.
struct LevelCost {
  Index level = 1;
  Index first_slice = 0;
  Index num_slices = 0;
  double fine = 0.0;       ///< F on one slice, lanes filled
  double straggler = 0.0;  ///< by how much more the slowest slice took
};

/// What one recorded iteration cost, in terms that hold for any number of processors. Seconds.
struct IterationCost {
  std::vector<LevelCost> levels;  ///< not empty; in time order, up to the last slice, levels falling
  double level_check = 0.0;       ///< the next level on one slice, where the iteration measured the difference to it
  double coarse = 0.0;            ///< G on one slice
  double fit = 0.0;               ///< the fit of m, not divided among processors
  double prediction = 0.0;        ///< one evaluation of m
  bool at_top_level = true;

  /// Slices [first_slice, N) were propagated by the fine solver.
  Index first_slice() const { return levels.front().first_slice; }
};

/// A run of Parareal as a series of costs: what a model of more processors (core/record/scaling_model.h) runs again.
struct IterationHistory {
  Index num_slices = 0;
  Index dimension = 0;
  Index lanes = 1;                  ///< slices that F advances together, `Propagator::block_size`
  double serial_slice = 0.0;        ///< seconds of F on one slice alone: what serial stepping pays, lanes empty
  double initial_coarse = 0.0;      ///< seconds of G on one slice in the initial sweep
  double initial_prediction = 0.0;  ///< seconds of m on one slice in the initial sweep
  std::vector<IterationCost> iterations;

  bool learns() const;
  /// Mean seconds of a slice at the highest level in the run's own sweeps.
  double top_slice() const;
};

/// What a record does not say of the run it is of.
struct RecordedRun {
  Index num_slices = 0;
  Index dimension = 0;
  int num_threads = 1;
  Index lanes = 1;
  /// F on one slice alone; 0: as in the run's top-level sweeps, right where `lanes` is 1.
  double serial_slice_seconds = 0.0;
};

/// The history of a recorded run. Means are taken as follows: of the fine seconds of a level in a sweep all but its
/// slowest slice are equal; N − f − 1 coarse solves and 2 (N − f − 1) evaluations of m make an iteration with f frozen
/// slices, half of the evaluations shared by the threads. Throws std::invalid_argument if the record has no iteration
/// at the top level.
IterationHistory iteration_history(const RunRecord& record, const RecordedRun& run);

/// The same history with other solvers' seconds a slice: top-level sweeps take `fine` a slice in full lanes, lower
/// levels change in proportion, G takes `coarse`; no slice is slower than another. `serial`: F on one slice alone.
IterationHistory with_slice_seconds(const IterationHistory& history, double fine, double serial, double coarse);

/// The same history with another number of slices, each of the recorded length and cost. **Assumed**, not known: as
/// many iterations, but at each level no more than slices; fronts and levels at the same fraction of the slices; a fit
/// that takes seconds in proportion to the slices. Throws std::invalid_argument if num_slices < 1.
IterationHistory with_num_slices(const IterationHistory& history, Index num_slices);

}  // namespace forerun
