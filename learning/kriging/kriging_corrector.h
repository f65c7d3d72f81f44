#pragma once

#include <map>
#include <memory>
#include <string>

#include "learning/kriging/covariance_kernel.h"
#include "learning/training/corrector.h"

namespace forerun {

struct KrigingOptions {
  CovarianceKernel kernel = CovarianceKernel::matern72;
  Index neighbors = 18;                        ///< m ≥ 1: samples a prediction is made from
  Index window = 3;                            ///< ≥ 0: slices to each side that they are looked for in
  bool standardize = true;                     ///< scale inputs by their spread in the first sweep
  bool relevance = true;                       ///< learn how much each component of a short state matters
  Index sketch_size = 2048;                    ///< longer states are compressed to it for distances; 0: never
  std::uint64_t seed = 1;                      ///< of the sketch
  std::map<std::string, std::string> printed;  ///< as a model file keeps them
};

/// Kriging (Gaussian-process regression with mean zero) from the m harvested samples around a slice's newest state:
///
///   m(u) = D K⁻¹ k(u),      K_ij = c(‖x_i − x_j‖) + η δ_ij,   k_i = c(‖x_i − x(u)‖),
///
/// D d × m the samples' discrepancies, x a state's coordinates, c a `CovarianceKernel`. One length scale and one nugget
/// η serve all outputs and slices; each fit chooses the most likely ones anew (`most_likely_scale`) from four slices,
/// evenly spread over those where the newest iteration has changed discrepancies by more than rounding, at a cost that
/// does not depend on d beyond comparing discrepancies, forming distances and condensing outputs.
///
/// The samples belong to the slice, not to the query: between two evaluations in one slice the model is as smooth as
/// its kernel, where neighbours chosen by the query would let it jump; and where the fit is prepared to serve, their
/// Cholesky factor is computed once, in parallel, so that a prediction in the serial sweep costs no more than
/// O(d m + m²). Of very many slices only the first are prepared (`KrigingNetwork::kMostPrepared`); the others pay
/// O(m³) and a search at each prediction.
///
/// x: components mapped to the problem's bounds, or where `standardize` is set by mean and standard deviation of the
/// first sweep's states, so that no component swamps the others. Where `relevance` is set and states have at most 16
/// components, each fit weighs these anew (`coordinate_relevance`).
/// Of a run that processes share each fetches what its slices look at of others, as their indices say (`samples_near`):
/// 2 d numbers each, of 18 samples around a block of slices in the first iteration of a large system, and of three
/// slices to each side in each later one, where all states are 3 d N; once 8 d numbers for mean and deviation, passed
/// on from process to process so that sums have one order. States of at most 16 components, and those of few slices,
/// all of which are looked at, are gathered. Memory beyond the harvest: its coordinates, and m² doubles a slice
/// prepared. Deterministic and thread-safe as `Corrector` says; a fit depends on the harvest alone, not on fits before.
/// Sources: Pentland et al. (2023), GParareal; Gattiglio, Grigoryeva, Tamborrino (2024), nnGParareal.
std::unique_ptr<Corrector> make_kriging_corrector(const KrigingOptions& options, const StateBounds& bounds);

/// Bytes beyond the harvest, at the peak.
struct KrigingBytes {
  double fitted = 0.0;    ///< by the fit
  double prepared = 0.0;  ///< by preparing it for a sweep

  double total() const { return fitted + prepared; }
};
KrigingBytes kriging_bytes(const KrigingOptions& options, Index dimension, double num_slices, double num_samples);

/// The correction of a saved model: predicts from the model's own harvest.
std::unique_ptr<const Correction> make_kriging_correction(std::shared_ptr<const LearnedModel> model,
                                                          CovarianceKernel kernel, Index neighbors, Index window);

}  // namespace forerun
