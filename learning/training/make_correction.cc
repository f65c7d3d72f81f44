#include <charconv>
#include <stdexcept>

#include "learning/kriging/kriging_corrector.h"
#include "learning/random_features/network_correction.h"
#include "learning/random_features/randnet_local_corrector.h"
#include "learning/stencil/stencil_correction.h"
#include "learning/subspace/krylov_corrector.h"
#include "learning/subspace/secant_corrector.h"
#include "learning/training/learned_model.h"

namespace forerun {
namespace {

/// An option that is a number of type T.
template <typename T>
T option(const LearnedModel& model, const std::string& name) {
  const auto found = model.options.find(name);
  T value{};
  if (found != model.options.end()) {
    const std::string& text = found->second;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) return value;
  }
  throw std::invalid_argument("model: option \"" + name + "\" of " + model.corrector + " must be a number");
}

std::string text_option(const LearnedModel& model, const std::string& name) {
  const auto found = model.options.find(name);
  if (found != model.options.end()) return found->second;
  throw std::invalid_argument("model: option \"" + name + "\" of " + model.corrector + " is missing");
}

}  // namespace

std::unique_ptr<const Correction> make_correction(std::shared_ptr<const LearnedModel> model) {
  if (model->corrector == "randnet-local") {
    const Index neighbors = option<Index>(*model, "neighbors"), window = option<Index>(*model, "window");
    return make_randnet_local_correction(std::move(model), neighbors, window);
  }
  if (model->corrector == "kriging") {
    const CovarianceKernel kernel = covariance_kernel(text_option(*model, "kernel"));
    const Index neighbors = option<Index>(*model, "neighbors"), window = option<Index>(*model, "window");
    return make_kriging_correction(std::move(model), kernel, neighbors, window);
  }
  if (model->corrector == "krylov") {
    return make_krylov_correction(*model, option<double>(*model, "tolerance"), option<Index>(*model, "rank"));
  }
  if (model->corrector == "stencil") {
    return make_stencil_correction(*model, text_option(*model, "mesh"));
  }
  if (model->corrector == "secant") {
    const Index rank = option<Index>(*model, "rank");
    return make_secant_correction(std::move(model), rank);
  }
  if (model->corrector != "randnet") {
    throw std::invalid_argument("model: unknown corrector \"" + model->corrector + "\"");
  }
  auto features = std::make_shared<const RandomFeatures>(model->bounds, model->layer);
  return std::make_unique<const NetworkCorrection>(std::move(features),
                                                   std::shared_ptr<const States>(model, &model->readout),
                                                   std::shared_ptr<const States>(model, &model->basis), model->options);
}

}  // namespace forerun
