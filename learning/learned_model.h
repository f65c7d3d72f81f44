#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/coarse_trainer.h"
#include "core/state_norm.h"
#include "learning/harvest.h"

namespace forerun {

/// What a model was learned on. Equation and dimension must agree for a model to be used at all; any other difference
/// is *transfer*: allowed, and said.
struct ProblemSignature {
  std::string problem;                            ///< equation name
  std::map<std::string, std::string> parameters;  ///< the equation's parameters, printed to round-trip
  Index dimension = 0;
  double slice_length = 0.0;
  std::string coarse;  ///< "rk1 x 4"
  std::string fine;    ///< "rk8 x 200"

  bool operator==(const ProblemSignature&) const = default;
};

/// In words, what differs between the signature a model was learned on and the one it is used for; empty if nothing.
/// One entry a difference, e.g. "viscosity 0.01 there, 0.011 here".
std::vector<std::string> differences(const ProblemSignature& learned, const ProblemSignature& used);

/// A random layer as data: features(x) = [φ(weights · s + biases); s if linear; 1 if constant], s the normalised input,
/// or its sparse sketch where sketch_size > 0.
struct LayerData {
  std::string activation = "relu";  ///< "relu" or "tanh"
  std::uint64_t seed = 1;
  double scale = 1.0;
  bool linear = false;
  bool constant = true;
  Index sketch_size = 0;    ///< 0: no sketch
  Eigen::MatrixXd weights;  ///< neurons × (dimension or sketch_size)
  Eigen::VectorXd biases;
};

/// A trained network with everything needed to use it again and to train it further; what a model file holds.
///
/// Readout: discrepancy = basis · (readout · features), or readout · features where `basis` is empty (0 × 0).
struct LearnedModel {
  std::string corrector;                       ///< "randnet", "randnet-local"
  std::map<std::string, std::string> options;  ///< the corrector's options, printed to round-trip
  ProblemSignature signature;
  StateBounds bounds;  ///< the normaliser maps these onto [−1, 1]
  LayerData layer;
  Eigen::MatrixXd readout;  ///< num_outputs × num_features
  Eigen::MatrixXd basis;    ///< dimension × num_outputs, or empty
  Harvest harvest{0};
};

}  // namespace forerun
