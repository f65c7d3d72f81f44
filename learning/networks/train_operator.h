#pragma once

#include <memory>

#include "core/base/state_layout.h"
#include "core/execution/slice_executor.h"
#include "learning/networks/operator_network.h"
#include "learning/networks/operator_options.h"

namespace forerun {

/// Fits a network of the kind that `options` ask for to at most `options.samples` of the samples, chosen at random.
/// Deterministic for any number of threads. Throws `ParameterError` for a kind that does not suit the layout or learns
/// from no samples ("pinn"), and
/// std::invalid_argument where there are no samples or one is not finite.
std::unique_ptr<const OperatorNetwork> train_operator(const OperatorOptions& options, const StateLayout& layout,
                                                      const OperatorSamples& samples, SliceExecutor& executor);

/// ‖N(u) − F(u)‖ over ‖F(u) − u‖, both over all samples: 1 is no better than to stand still.
double relative_error(const OperatorNetwork& network, const OperatorSamples& samples, SliceExecutor& executor);

}  // namespace forerun
