#include "learning/random_features/network_correction.h"

#include <algorithm>
#include <stdexcept>

#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr Index kCorrectedBlock = 64;

}  // namespace

NetworkCorrection::NetworkCorrection(std::shared_ptr<const RandomFeatures> features,
                                     std::shared_ptr<const States> readout, std::shared_ptr<const States> basis,
                                     std::map<std::string, std::string> options)
    : features_(std::move(features)),
      readout_(std::move(readout)),
      basis_(std::move(basis)),
      options_(std::move(options)) {
  const bool compressed = basis_->size() > 0;
  if (readout_->cols() != features_->num_features())
    throw std::invalid_argument("network: the readout does not fit the number of features");
  if (readout_->rows() != (compressed ? basis_->cols() : features_->dimension()))
    throw std::invalid_argument("network: the readout does not fit the number of outputs");
  if (compressed && basis_->rows() != features_->dimension())
    throw std::invalid_argument("network: the basis does not fit the dimension");
}

void NetworkCorrection::evaluate(const Slice& /*slice*/, const StateView& state, const StateView& /*coarse*/,
                                 StateOut out) const {
  predict(state, out);
}

void NetworkCorrection::evaluate_block(std::span<const Slice> /*slices*/, const StatesView& states,
                                       const StatesView& /*coarse*/, StatesOut out) const {
  for (Index first = 0; first < states.cols(); first += kCorrectedBlock) {
    const Index count = std::min(kCorrectedBlock, states.cols() - first);
    predict(states.middleCols(first, count), out.middleCols(first, count));
  }
}

void NetworkCorrection::predict(const StatesView& states, StatesOut out) const {
  thread_local Scratch feature_memory, coefficient_memory;
  auto features = feature_memory.matrix(features_->num_features(), states.cols());
  features_->evaluate(states, features);
  out.setZero();
  if (basis_->size() == 0) return add_product(1.0, *readout_, features, out);
  auto coefficients = coefficient_memory.matrix(readout_->rows(), states.cols());
  coefficients.setZero();
  add_product(1.0, *readout_, features, coefficients);
  add_product(1.0, *basis_, coefficients, out);
}

void NetworkCorrection::describe(LearnedModel& model) const {
  model.corrector = "randnet";
  model.options = options_;
  model.bounds = features_->normalizer().bounds();
  model.layer = features_->layer();
  model.readout = *readout_;
  model.basis = *basis_;
}

}  // namespace forerun
