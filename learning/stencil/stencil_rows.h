#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/execution/slice_executor.h"
#include "learning/stencil/stencil_features.h"
#include "learning/training/harvest.h"

namespace forerun {

/// Equations that a readout is fitted to, one a column: what the features of a point are, and what the discrepancy is
/// there, relative to its field's width. Samples have as many each, one sample's after the other's.
///
/// Of samples that processes share (`Harvest::processes`) each process makes those of the samples that it holds, which
/// all need (`share`): 8 (features + fields) bytes a row, where the samples' states are 8 d and their fields as many.
struct StencilRows {
  States features;  ///< features × rows
  States targets;   ///< fields × rows

  Index size() const { return features.cols(); }
};

/// Points of a sample, as many as are wanted, spread evenly over the mesh with a random place in each part: a function
/// of seed and sample alone.
std::vector<Index> spread_points(Index num_points, Index wanted, Index sample, std::uint64_t seed);

/// Of many samples so many, evenly spread.
std::vector<Index> evenly_chosen(const std::vector<Index>& samples, Index count);

/// Rows that so many features can be fitted to at next to no cost: a fit to many rows is a steady one.
Index cheap_rows(Index features);

/// Points of each of so many samples that together give the rows that are wanted, at least one.
Index points_for(Index rows, Index num_samples);

/// φ and δ at points of these samples, as many of each; of samples that are not held nothing is filled in.
StencilRows value_rows(const StencilFeatures& features, const Harvest& harvest, std::span<const Index> samples,
                       Index points_a_sample, std::uint64_t seed, SliceExecutor& executor);

/// Slices in which little is left to be done count as much as those in which much is: multiplies the rows of each of
/// so many samples by the same number, so that their targets are of one size; by 50 at most, as what is next to nothing
/// is rounding.
void balance(StencilRows& values, Index num_samples);

/// *Secants*: their changes since the sample that the same slice had before, divided by how far the state has moved.
/// Equation (1) of Parareal asks for changes of m, and of those between iterates, so these are what the coming sweep
/// needs; they say it to the digits that matter then, where values say it to those of the whole discrepancy. Samples
/// without a predecessor, and those that have hardly moved, are passed over. `values` are the value rows of the same
/// samples, with the same seed, `moves` what `distances_moved` says of them.
struct StencilSecants {
  std::vector<Index> samples;  ///< those that have rows
  StencilRows rows;
};
StencilSecants secant_rows(const StencilFeatures& features, const Harvest& harvest, std::span<const Index> samples,
                           std::span<const double> moves, const StencilRows& values, std::uint64_t seed,
                           SliceExecutor& executor);

/// How far each of these samples' states has moved since the sample that its slice had before: the most that a
/// component has, in widths of its field; 0 where there was none. A number a sample is told to all processes.
std::vector<double> distances_moved(const StateView& widths, const Harvest& harvest, std::span<const Index> samples,
                                    SliceExecutor& executor);

/// Rows of these samples that each process has made of those that it holds, on all.
void share(const Harvest& harvest, std::span<const Index> samples, StencilRows& rows);

/// λ that is `relative` to the mean energy of a feature in these rows; > 0 even where all are zero.
double ridge_for(const StencilRows& rows, double relative);

}  // namespace forerun
