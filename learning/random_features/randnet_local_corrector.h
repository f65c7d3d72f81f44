#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/random_features/random_features.h"
#include "learning/training/corrector.h"

namespace forerun {

struct RandnetLocalOptions {
  LayerOptions layer;                          ///< features of a state
  Index neighbors = 4;                         ///< m ≥ 1: samples a readout is fitted to
  Index window = 2;                            ///< ≥ 0: slices to each side that neighbours are looked for in
  std::map<std::string, std::string> printed;  ///< as a model file keeps them
};

/// RandNet-Parareal as published: a random-feature network whose readout is fitted, at each prediction anew, to the m
/// harvested samples nearest to the query, by minimum-norm least squares with intercept:
///
///   m(u) = D w(u),      D d × m the neighbours' discrepancies, w(u) as in `affine_weights`, Σ w = 1.
///
/// The features of a sample are computed once, when it is harvested, as long as there are few enough to be kept (2²⁴
/// numbers in all), else at each prediction. Cost of a prediction: the features of u, the search
/// (`NearestNeighbors`), O(M m² + d m). Memory beyond the harvest: M doubles a sample as long as they are kept, and its
/// coordinates.
/// Of a run that processes share each fetches the samples that queries from its own slices look at, which their slices
/// say (`samples_near`): 2 d numbers each, of 32 samples around a block of slices in the first iteration of a large
/// system, and of two slices to each side in each later one, where all states are 3 d N. Where all slices are looked at
/// anyway, those are gathered.
/// Deterministic and thread-safe as `Corrector` says.
/// Source: Gattiglio, Grigoryeva, Tamborrino (2024), RandNet-Parareal, sec. 3.
std::unique_ptr<Corrector> make_randnet_local_corrector(const RandnetLocalOptions& options, const StateBounds& bounds);

/// Bytes beyond the harvest.
double randnet_local_bytes(const RandnetLocalOptions& options, Index dimension, double num_samples);

/// The correction of a saved model: predicts from the model's own harvest.
std::unique_ptr<const Correction> make_randnet_local_correction(std::shared_ptr<const LearnedModel> model,
                                                                Index neighbors, Index window);

}  // namespace forerun
