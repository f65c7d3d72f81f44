#pragma once

#include <filesystem>
#include <memory>

#include "learning/family/store.h"
#include "learning/networks/operator_network.h"

namespace forerun {

/// A trained operator network with what it was trained for, and what that has cost.
///
/// What a solver makes of states depends on the right-hand side, of which the file keeps a *probe*: f at one state, for
/// the parameters in the middle of the box. An equation that gives another f there is another equation.
struct TrainedOperator {
  StoreFamily family;  ///< its box: the network's inputs, each mapped to [−1, 1]
  State probe, slope;  ///< f(probe)
  std::shared_ptr<const OperatorNetwork> network;
  Index num_solves = 0;           ///< slices that the fine solver has crossed for it; none for a pinn
  double solve_seconds = 0.0;     ///< of all these, on one thread
  double training_seconds = 0.0;  ///< wall clock
  double error = 0.0;  ///< ‖N(u) − F(u)‖ over ‖F(u) − u‖ on runs that were held out, of a pinn F their rough solver;
                       ///< NaN: none were

  /// θ as the network takes it. Throws std::invalid_argument where θ lies outside of the box.
  State inputs(const StateView& parameters) const;
};

/// A tensor file (tensor_file.h) of format "forerun.operator": the family as stores have it, "probe" and "slope" F64
/// [d], and the network's own tensors under its "kind". Atomic. Throws `FileError`.
void write_operator_file(const std::filesystem::path& path, const TrainedOperator& trained);

/// Throws `FileError` where the file cannot be read, `ModelFileError` where it is damaged, not an operator, of a later
/// version, where shapes contradict each other or a value is not finite.
TrainedOperator read_operator_file(const std::filesystem::path& path);

/// Whether a file that reads as a tensor file says that it is one.
bool is_operator_file(const std::filesystem::path& path);

}  // namespace forerun
