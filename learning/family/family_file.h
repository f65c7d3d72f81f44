#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "learning/family/family_learner.h"
#include "learning/family/store.h"

namespace forerun {

/// What a family's network was made from and how well it predicts.
struct FamilyDescription {
  StoreFamily family;
  std::map<std::string, std::string> options;  ///< [network], printed to round-trip
  Index num_runs = 0;
  Index num_samples = 0;
  std::vector<double> log_errors;  ///< of `FamilyLearner`
  Index num_neurons = 0;
  Index num_features = 0;  ///< columns of the readout: M |p|
};

/// A tensor file (tensor_file.h), format "forerun.family": metadata as in a model file, and
///
///   layer.weights, layer.biases   F64 [inputs, n], [n]
///   bounds.lower, bounds.upper    F64 [inputs], what the inputs are scaled by
///   readout                       F64 [M |p|, outputs]
///   log_errors                    F64 [runs − 1]
///
/// so that other programs can evaluate `FamilyNetwork`; of a `StencilFamily` recipe, mesh and the neurons' seed in the
/// metadata, and `scale`, F64 [2, fields], in the place of layer and bounds. Campaigns do not read it: they fit the
/// store's harvests anew.
void write_family_file(const std::filesystem::path& path, const FamilyLearner& learner, const StoreFamily& family,
                       const std::map<std::string, std::string>& options);
/// Throws `FileError`, `ModelFileError`: as for models (model_file.h).
FamilyDescription read_family_file(const std::filesystem::path& path);

}  // namespace forerun
