#pragma once

#include <vector>

#include "learning/training/harvest.h"

namespace forerun {

/// Two samples of one slice, the older known to the models that are scored.
struct SamplePair {
  Index older = 0;
  Index newer = 0;
};

/// Of each slice the last of the first `known` samples and the newest of all, where that is not among them and the
/// state has moved; of 64 slices at most, spread evenly over those that have such a pair. Of a shared harvest, the same
/// on all processes: whether a state has moved is a number a slice.
std::vector<SamplePair> sample_pairs(const Harvest& harvest, Index known);

}  // namespace forerun
