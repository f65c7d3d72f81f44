#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/parareal/intermediate_states.h"
#include "core/propagation/serial_fine.h"
#include "core/record/run_record.h"
#include "core/record/speedup_model.h"
#include "learning/training/learned_model.h"

namespace forerun::python {

/// What a run gives back: states, the record, and what was learned.
///
/// States are columns in C++; seen in C order the same memory has a state a row, (N + 1, d), which is what users of
/// numpy expect: states[n] is the state at times[n]. Nothing is copied.
struct Result {
  RunRecord record;
  State times;  ///< t_0 … t_N
  std::string corrector;
  std::string fine;    ///< "rk8 x 200", "python fine"
  std::string coarse;  ///< likewise
  std::vector<std::string> levels;
  int num_threads = 1;
  std::optional<double> planning_seconds;  ///< of choosing levels, where that was left to us
  std::optional<double> planning_work;     ///< likewise, in full fine passes
  std::optional<SerialSolution> serial_fine;
  std::optional<double> measured_speedup;
  std::optional<ModelledSpeedup> modelled_speedup;
  std::vector<std::string> transfer;  ///< what differs from what the model was learned on
  std::shared_ptr<const LearnedModel> model;
  State output_times;                        ///< that [output] asks for
  std::vector<Index> output_components;      ///< likewise; empty: all
  std::optional<IntermediateStates> output;  ///< the states there
  std::optional<SliceFailure> output_failure;
};

/// One iteration as a dict of numbers; those of a run as a dict of arrays with an entry an iteration. The same keys.
pybind11::dict iteration_dict(const IterationRecord& iteration);
pybind11::dict iterations_dict(const std::vector<IterationRecord>& iterations);
/// None where there is none.
pybind11::object failure_dict(const std::optional<SliceFailure>& failure);

/// "converged after 8 iterations": without full stop.
std::string outcome(const Result& result);

/// The class `Result`.
void define_result(pybind11::module_& module);

}  // namespace forerun::python
