#pragma once

#include <cstddef>
#include <vector>

namespace forerun {

/// At most `count` of the places 0 … size − 1, spread evenly over their weights (≥ 0, finite): those where the sum of
/// weights up to and including the place passes (2 i + 1)/(2 count) of the total, i = 0 … count − 1, each once, in
/// order. Without any weight they are spread evenly over the places. Cost O(size). Deterministic.
std::vector<std::size_t> weighted_places(const std::vector<double>& weights, std::size_t count);

}  // namespace forerun
