#include "learning/training/learner_entries.h"

#include "learning/random_features/randnet_corrector.h"
#include "learning/random_features/randnet_local_corrector.h"
#include "learning/subspace/krylov_corrector.h"
#include "learning/subspace/secant_corrector.h"
#include "learning/subspace/tangent_corrector.h"
#include "learning/training/corrector_parameters.h"

namespace forerun {
namespace {

LayerOptions layer_options(const Parameters& parameters, std::uint64_t seed) {
  LayerOptions layer;
  layer.activation = parameters.text("activation");
  layer.neurons = parameters.integer("neurons");
  layer.scale = parameters.number("scale");
  layer.bias_scale = parameters.number("bias_scale");
  layer.input_degree = parameters.integer("degree");
  layer.sketch_size = parameters.integer("sketch");
  layer.seed = seed;
  return layer;
}

RandnetOptions randnet_options(const Parameters& parameters, std::uint64_t seed) {
  RandnetOptions options;
  options.layer = layer_options(parameters, seed);
  options.growth = parameters.number("growth");
  options.standardize = parameters.flag("standardize");
  options.layer.linear = true;
  options.layer.constant = true;
  options.ridge = parameters.number("ridge");
  options.rank = parameters.integer("rank");
  options.printed = printed(parameters);
  return options;
}

RandnetLocalOptions randnet_local_options(const Parameters& parameters, std::uint64_t seed) {
  RandnetLocalOptions options;
  options.layer = layer_options(parameters, seed);
  options.neighbors = parameters.integer("neighbors");
  options.window = parameters.integer("window");
  options.printed = printed(parameters);
  return options;
}

ParameterSpec bias_scale_option() {
  return number_option("bias_scale", 1.0, 0.0, false,
                       "biases of the random layer are uniform in (-bias_scale, bias_scale)");
}

ParameterSpec scale_option() {
  return number_option("scale", 1.0, 0.0, false, "weights of the random layer are uniform in (-scale, scale)");
}

}  // namespace

CorrectorEntry classic_entry() {
  CorrectorEntry entry;
  entry.name = "classic";
  entry.description = "no corrector: Parareal as it was published first";
  return entry;
}

KrigingOptions kriging_options(const Parameters& parameters, std::uint64_t seed) {
  KrigingOptions options;
  options.kernel = covariance_kernel(parameters.text("kernel"));
  options.neighbors = parameters.integer("neighbors");
  options.window = parameters.integer("window");
  options.relevance = parameters.flag("relevance");
  options.standardize = parameters.flag("standardize");
  options.sketch_size = parameters.integer("sketch");
  options.seed = seed;
  options.printed = printed(parameters);
  return options;
}

CorrectorEntry kriging_entry() {
  CorrectorEntry entry;
  entry.name = "kriging";
  entry.description = "Gaussian-process regression on the harvested states around each slice's newest";
  ParameterSpec kernel{"kernel", std::string("matern72"), "covariance: how smooth the discrepancy is taken to be"};
  kernel.choices = covariance_kernel_names();
  entry.parameters = {
      kernel,
      integer_option("neighbors", 18, 1, 1000, "harvested states that a prediction is made from"),
      {"relevance", true, "learn how much each component matters, of states with at most 16"},
      integer_option("sketch", 2048, 0, 1000000,
                     "states longer than this are compressed to it for distances; 0: never"),
      {"standardize", true, "scale the inputs by their spread in the first sweep instead of the problem's bounds"},
      integer_option("window", 3, 0, 1000000000, "slices to each side that neighbours are looked for in"),
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_kriging_corrector(kriging_options(parameters, context.seed), context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return kriging_bytes(kriging_options(parameters, 0), size.dimension, size.held * size.num_slices,
                         size.held * size.num_samples)
        .total();
  };
  return entry;
}

CorrectorEntry secant_entry() {
  CorrectorEntry entry;
  entry.name = "secant";
  entry.description = "each slice by itself, as an affine function of its states so far; made for forced problems";
  entry.parameters = {
      integer_option("rank", 16, 1, 1000, "earlier states of a slice that its model is made from, at most")};
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_secant_corrector({parameters.integer("rank"), printed(parameters)}, context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return secant_bytes({parameters.integer("rank"), {}}, size.dimension, size.num_slices);
  };
  return entry;
}

CorrectorEntry tangent_entry() {
  CorrectorEntry entry;
  entry.name = "tangent";
  entry.description =
      "each slice's fine solver linearised about the last iterate, on the directions that it makes most of: spectral "
      "of "
      "equations that are not linear";
  ParameterSpec outside{"outside", std::string("coarse"),
                        "what is made of all other directions: what the coarse solver makes of them, or nothing, where "
                        "it is not stable there"};
  outside.choices = {"coarse", "nothing"};
  entry.parameters = {
      integer_option("modes", 16, 0, 100000, "directions of each slice; as many as components: Newton's method"),
      outside,
      integer_option("steps", 0, 0, 1e9, "of the fine method in the linearised slice; 0: the fine solver itself")};
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_tangent_corrector(
        {parameters.integer("modes"), parameters.text("outside") == "coarse", printed(parameters)}, context.bounds,
        context.linearise ? context.linearise(parameters.integer("steps")) : nullptr);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return tangent_bytes({.modes = parameters.integer("modes"), .printed = {}}, size.dimension, size.num_slices);
  };
  return entry;
}

CorrectorEntry krylov_entry() {
  CorrectorEntry entry;
  entry.name = "krylov";
  entry.description = "the discrepancy of the state's projection on all harvested ones; made for linear problems";
  entry.parameters = {
      integer_option("rank", 128, 1, 100000, "directions of the harvested subspace at most"),
      number_option("tolerance", 1e-11, 0.0, false, "directions this small beside the largest do not count"),
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_krylov_corrector({parameters.number("tolerance"), parameters.integer("rank"), printed(parameters)},
                                 context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    const KrylovOptions options{parameters.number("tolerance"), parameters.integer("rank"), {}};
    return krylov_bytes(options, size.dimension, size.num_samples);
  };
  return entry;
}

CorrectorEntry randnet_entry() {
  CorrectorEntry entry;
  entry.name = "randnet";
  entry.description = "one random-feature network for all slices, its readout fitted to the whole harvest";
  entry.parameters = {
      activation_option(),
      bias_scale_option(),
      integer_option("degree", 1, 1, 2, "2: products of two inputs are inputs as well"),
      number_option("growth", 2.0, 1.0, true,
                    "how much more each iteration's samples weigh than the one's before, at first"),
      integer_option("neurons", 0, 0, 100000,
                     "neurons of the random layer; 0: by the length of the state, 250 to 1000"),
      integer_option("rank", 0, 0, 100000,
                     "states longer than this have their outputs compressed to so many modes at first; 0: 128 or 256"),
      number_option("ridge", 1e-10, 0.0, true,
                    "ridge of the fit relative to the features' typical energy; 0: minimum norm"),
      scale_option(),
      integer_option("sketch", 512, 0, 1000000,
                     "states longer than this are compressed to it before the layer; 0: never"),
      {"standardize", true, "scale the inputs by their spread in the first sweep instead of the problem's bounds"},
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_randnet_corrector(randnet_options(parameters, context.seed), context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return randnet_bytes(randnet_options(parameters, 0), size.dimension, size.num_slices);
  };
  return entry;
}

CorrectorEntry randnet_local_entry() {
  CorrectorEntry entry;
  entry.name = "randnet-local";
  entry.description = "RandNet-Parareal as published: a readout on the nearest neighbours at each prediction";
  entry.parameters = {
      activation_option(),
      bias_scale_option(),
      integer_option("degree", 1, 1, 2, "2: products of two inputs are inputs as well (the published ODE runs)"),
      integer_option("neighbors", 4, 1, 100, "harvested states that a readout is fitted to"),
      integer_option("neurons", 100, 1, 100000, "neurons of the random layer (20 in the published ODE runs)"),
      scale_option(),
      integer_option("sketch", 2048, 0, 1000000,
                     "states longer than this are compressed to it before the layer; 0: never"),
      integer_option("window", 2, 0, 1000000000, "slices to each side that neighbours are looked for in"),
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_randnet_local_corrector(randnet_local_options(parameters, context.seed), context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return randnet_local_bytes(randnet_local_options(parameters, 0), size.dimension, size.held * size.num_samples);
  };
  return entry;
}

}  // namespace forerun
