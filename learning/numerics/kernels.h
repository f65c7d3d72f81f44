#pragma once

#include <span>

#include "core/base/state.h"

namespace forerun {

/// Dense kernels whose every result has one fixed order of operations, whatever the instruction set, the number of
/// columns handled at once or the thread: a state evaluated alone and the same state evaluated in a block give the same
/// bits, which equation (1) of Parareal relies on. Compiled for several instruction sets and chosen at load time.

/// y ← y + alpha · a · x. Column by column: y(i, c) adds a(i, 0) (alpha x(0, c)), a(i, 1) (alpha x(1, c)), … in this
/// order. Shapes: a m × n, x n × k, y m × k, no overlap with y. Cost 2 m n k flops; reads `a` once per block of
/// columns. Thread-safe; no allocation in steady state.
void add_product(double alpha, const StatesView& a, const StatesView& x, StatesOut y);

/// y ← y + aᵀ x, summed in the order of the rows. Shapes: a n × m, x n × k, y m × k. Otherwise like `add_product`.
void add_transposed_product(const StatesView& a, const StatesView& x, StatesOut y);

/// values[i] ← tanh(values[i]), to 4·10⁻¹⁶ absolutely; not a number where a value is not finite.
void replace_by_tanh(double* values, Index count);

/// Σ_i a_i b_i, in eight interleaved partial sums.
double dot(const StateView& a, const StateView& b);

/// Σ_i (a_i − b_i)², in eight interleaved partial sums.
double squared_distance(const StateView& a, const StateView& b);

/// Σ_i (w_i (a_i − b_i))², in eight interleaved partial sums.
double squared_distance(const StateView& weights, const StateView& a, const StateView& b);

/// sums[i] = Σ over shifts of values[shift + i], in the order of the shifts, for i < count. No overlap.
void add_up_shifted(const double* values, std::span<const Index> shifts, double* sums, Index count);

}  // namespace forerun
