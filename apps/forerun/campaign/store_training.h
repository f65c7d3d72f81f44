#pragma once

#include "apps/forerun/campaign/operator_training.h"
#include "core/base/parameters.h"
#include "learning/family/store.h"

namespace forerun {

/// The same from what the runs of a campaign have left in their store: the pairs (u, F(u)) of all their iterations,
/// F(u) being the kept discrepancy plus G(u), which the coarse solver computes once more. The fine solver crosses
/// nothing but a sample a run, to see that the store is sound, and one slice to know what it takes. `options` are those
/// of [operator]; of the runs, in their order, the last `held_out` part is not learned from.
///
/// Runs that are damaged, or of which a sample computed again differs, are left out, each with a sentence in
/// `left_out`. Deterministic for any number of threads, seconds excepted. Throws `ModelFileError` where the store holds
/// no sound run, and where its slices are not of one length or its equation depends on time, `ParameterError` for a
/// network that does not suit the mesh.
OperatorTraining train_operator_from(const Store& store, const Parameters& options, SliceExecutor& executor,
                                     std::vector<std::string>& left_out);

}  // namespace forerun
