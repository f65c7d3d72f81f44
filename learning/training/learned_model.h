#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/state_norm.h"
#include "core/parareal/coarse_trainer.h"
#include "learning/training/harvest.h"

namespace forerun {

/// What a model was learned on. Equation and dimension must agree for a model to be used at all; any other difference
/// is *transfer*: allowed, and said.
struct ProblemSignature {
  std::string problem{};                            ///< equation name
  std::map<std::string, std::string> parameters{};  ///< the equation's parameters, printed to round-trip
  Index dimension = 0;
  double slice_length = 0.0;
  std::string coarse{};  ///< "rk1 x 4"
  std::string fine{};    ///< "rk8 x 200"

  bool operator==(const ProblemSignature&) const = default;
};

/// In words, what differs between the signature a model was learned on and the one it is used for; empty if nothing.
/// One entry a difference, e.g. "viscosity 0.01 there, 0.011 here".
std::vector<std::string> differences(const ProblemSignature& learned, const ProblemSignature& used);

/// A random layer as data; `RandomFeatures` says what it computes. The sketch is a function of dimension, size and
/// seed; weights and biases are kept as values.
struct LayerData {
  std::string activation = "relu";  ///< "relu" or "tanh"
  std::uint64_t seed = 1;
  double scale = 1.0;      ///< the weights were drawn from (−scale, scale)
  Index input_degree = 1;  ///< 2: products of two inputs are inputs as well
  bool linear = false;
  bool constant = true;
  Index sketch_size = 0;    ///< 0: no sketch
  Eigen::MatrixXd weights;  ///< neurons × inputs
  Eigen::VectorXd biases;
};

/// A trained network with everything needed to use it again and to train it further; what a model file holds.
///
/// Readout: discrepancy = basis · (readout · features), or readout · features where `basis` is empty (0 × 0).
/// "randnet-local" computes its readout at each prediction, from the harvest: its `readout` is empty. The `harvest` of
/// "stencil" is empty: few weights describe all that was seen.
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

/// The correction that `model` describes; its values are bit for bit those of the correction it was saved from. Shares
/// ownership of the model. Throws std::invalid_argument where its parts do not fit each other, or for a corrector that
/// is not known or needs a harvest and has none.
std::unique_ptr<const Correction> make_correction(std::shared_ptr<const LearnedModel> model);

}  // namespace forerun
