#pragma once

#include "core/base/state_layout.h"
#include "core/base/state_norm.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// A model of `stencil` for the same equation on a mesh of another extent: its network is a law of a neighbourhood, so
/// it serves wherever the steps between points are as long. Without the harvest, whose states are of the old mesh; the
/// signature is the old one's but for the dimension.
///
/// Throws std::invalid_argument, with the reason in words, where `model` is none of `stencil` or does not say its
/// steps, or fields, axes, their ends or steps are others.
LearnedModel moved_to(const LearnedModel& model, const StateLayout& layout, const StateBounds& bounds);

}  // namespace forerun
