#pragma once

#include <optional>
#include <string>

#include "learning/training/learned_model.h"

namespace forerun {

/// The first thing in `model` that contradicts another, or that cannot be: shapes of bounds, layer, readout, basis and
/// harvest against each other and the problem's dimension, values that are not finite or out of their range, an unknown
/// activation. A sentence such as "its readout takes 11 features where its layer gives 10"; nothing where all is well.
/// Cost O(size of the network). Does not look at the harvest's values: `Harvest` holds none that are not finite.
std::optional<std::string> contradiction(const LearnedModel& model);

}  // namespace forerun
