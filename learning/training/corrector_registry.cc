#include "learning/training/corrector_registry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <type_traits>

#include "learning/kriging/kriging_corrector.h"
#include "learning/random_features/randnet_corrector.h"
#include "learning/random_features/randnet_local_corrector.h"
#include "learning/stencil/stencil_corrector.h"
#include "learning/subspace/krylov_corrector.h"
#include "learning/subspace/secant_corrector.h"
#include "learning/training/guarded_corrector.h"

namespace forerun {
namespace {

/// Round-trips.
std::string printed(const ParameterValue& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return held;
        } else if constexpr (std::is_same_v<Held, bool>) {
          return held ? "true" : "false";
        } else {
          std::array<char, 32> buffer;
          return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), held).ptr};
        }
      },
      value);
}

std::map<std::string, std::string> printed(const Parameters& parameters) {
  std::map<std::string, std::string> result;
  for (const ParameterSpec& spec : parameters.specs()) result[spec.name] = printed(parameters.value(spec.name));
  return result;
}

ParameterSpec integer(std::string name, std::int64_t value, double minimum, double maximum, std::string description) {
  ParameterSpec spec{std::move(name), value, std::move(description)};
  spec.minimum = minimum;
  spec.maximum = maximum;
  return spec;
}

ParameterSpec number(std::string name, double value, double minimum, bool minimum_allowed, std::string description) {
  ParameterSpec spec{std::move(name), value, std::move(description)};
  spec.minimum = minimum;
  spec.minimum_allowed = minimum_allowed;
  return spec;
}

ParameterSpec activation() {
  ParameterSpec spec{"activation", std::string("relu"), "activation of the random layer"};
  spec.choices = {"relu", "tanh"};
  return spec;
}

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
      integer("neighbors", 18, 1, 1000, "harvested states that a prediction is made from"),
      {"relevance", true, "learn how much each component matters, of states with at most 16"},
      integer("sketch", 2048, 0, 1000000, "states longer than this are compressed to it for distances; 0: never"),
      {"standardize", true, "scale the inputs by their spread in the first sweep instead of the problem's bounds"},
      integer("window", 3, 0, 1000000000, "slices to each side that neighbours are looked for in"),
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_kriging_corrector(kriging_options(parameters, context.seed), context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return kriging_bytes(kriging_options(parameters, 0), size.dimension, size.num_slices, size.num_samples).total();
  };
  return entry;
}

CorrectorEntry secant_entry() {
  CorrectorEntry entry;
  entry.name = "secant";
  entry.description = "each slice by itself, as an affine function of its states so far; made for forced problems";
  entry.parameters = {integer("rank", 16, 1, 1000, "earlier states of a slice that its model is made from, at most")};
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_secant_corrector({parameters.integer("rank"), printed(parameters)}, context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return secant_bytes({parameters.integer("rank"), {}}, size.dimension, size.num_slices);
  };
  return entry;
}

/// Makes the corrector of an entry with its default options.
CorrectorFactory default_factory(const CorrectorEntry& entry, const CorrectorContext& context) {
  return [entry, context] { return entry.make(Parameters(entry.parameters), context); };
}

Candidate by_slice(const CorrectorContext& context) {
  return {"by slice", default_factory(secant_entry(), context), true};
}

/// A learner of what all slices have in common does not know when they are. Where that matters more than what it knows,
/// each slice by itself serves better; the option says no to that.
CorrectorEntry beside_by_slice(CorrectorEntry entry) {
  entry.parameters.push_back(
      {"by_slice", true, "also learn each slice by itself, and use what has predicted better: for forced problems"});
  entry.make = [name = entry.name, make_learner = entry.make](const Parameters& parameters,
                                                              const CorrectorContext& context) {
    if (!parameters.flag("by_slice")) return make_learner(parameters, context);
    std::vector<Candidate> candidates;
    candidates.push_back({name, [make_learner, parameters, context] { return make_learner(parameters, context); }});
    candidates.push_back(by_slice(context));
    return make_guarded_corrector(name, std::move(candidates), StateNorm(context.bounds));
  };
  entry.bytes = [bytes_of_learner = entry.bytes](const Parameters& parameters, const LearningSize& size) {
    return bytes_of_learner(parameters, size) +
           (parameters.flag("by_slice") ? secant_bytes({}, size.dimension, size.num_slices) : 0.0);
  };
  return entry;
}

StencilOptions stencil_options(const Parameters& parameters, std::uint64_t seed) {
  StencilOptions options;
  options.recipe = parameters.text("recipe");
  options.activation = parameters.text("activation");
  options.neurons = parameters.integer("neurons");
  options.rows = parameters.integer("rows");
  options.ridge = parameters.number("ridge");
  options.seed = seed;
  options.printed = printed(parameters);
  return options;
}

/// What `auto` learns with: a few more iterations than the default's, for a tenth of its operations.
StencilOptions small_stencil() {
  StencilOptions options;
  options.neurons = 120;
  options.rows = 8;
  return options;
}

/// `stencil`, and a layer on it unless that is "none".
void add_stencil(std::vector<Candidate>& candidates, CorrectorFactory make, const std::string& layer,
                 const CorrectorContext& context) {
  candidates.push_back({"stencil", std::move(make)});
  if (layer == "none") return;
  const CorrectorEntry entry = layer == "kriging" ? kriging_entry() : secant_entry();
  candidates.push_back({"stencil+" + layer, default_factory(entry, context), false, "stencil"});
}

double layer_bytes(const std::string& layer, const LearningSize& size) {
  if (layer == "none") return 0.0;
  const double residual = 3.0 * sizeof(double) * static_cast<double>(size.dimension) * size.num_samples;
  if (layer == "secant") return residual + secant_bytes({}, size.dimension, size.num_slices);
  return residual + kriging_bytes({}, size.dimension, size.num_slices, size.num_samples).total();
}

CorrectorEntry stencil_entry() {
  CorrectorEntry entry;
  entry.name = "stencil";
  entry.description = "a random-feature network with weights shared over the mesh: of the state around each point";
  ParameterSpec shape = activation();
  shape.default_value = std::string("tanh");
  ParameterSpec layer{"layer", std::string("secant"),
                      "what learns from what the network leaves, used once it has predicted as well"};
  layer.choices = {"secant", "kriging", "none"};
  entry.parameters = {
      shape,
      integer("neurons", 300, 0, 2000, "neurons of the random layer, where the recipe that is chosen has any"),
      {"recipe", std::string("auto"), "what the network looks at around a point; auto: chosen from the run's data"},
      number("ridge", 0.0, 0.0, true,
             "ridge of the fit relative to the features' mean energy; 0: 1e-7 with neurons, 1e-9 without"),
      integer("rows", 16, 1, 1000, "points, and changes at points, that each sweep's fit learns from, a feature"),
      layer,
      {"by_slice", true, "also learn each slice by itself, and use what has predicted better: for forced problems"},
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) -> std::unique_ptr<Corrector> {
    const auto make_learner = [options = stencil_options(parameters, context.seed), context] {
      return make_stencil_corrector(options, context.bounds, context.layout);
    };
    const std::string& on_top = parameters.text("layer");
    if (on_top == "none" && !parameters.flag("by_slice")) return make_learner();
    std::vector<Candidate> candidates;
    add_stencil(candidates, make_learner, on_top, context);
    if (parameters.flag("by_slice")) candidates.push_back(by_slice(context));
    return make_guarded_corrector("stencil", std::move(candidates), StateNorm(context.bounds));
  };
  entry.needs_mesh = true;
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return stencil_bytes(stencil_options(parameters, 0), size.dimension, size.num_slices) +
           layer_bytes(parameters.text("layer"), size) +
           (parameters.flag("by_slice") ? secant_bytes({}, size.dimension, size.num_slices) : 0.0);
  };
  return entry;
}

/// Kriging from few, more and many samples: where one is weak another was strong on every problem measured, and they
/// need no seed and little time. Other covariances and random-feature networks beside them changed nothing for the
/// better.
constexpr std::int64_t guarded_neighbors[] = {18, 12, 30};

Parameters guarded_parameters(const CorrectorEntry& kriging, std::int64_t neighbors) {
  Parameters parameters(kriging.parameters);
  parameters.set("neighbors", neighbors);
  return parameters;
}

std::vector<Candidate> guard_candidates(const CorrectorContext& context) {
  const CorrectorEntry kriging = kriging_entry();
  std::vector<Candidate> candidates;
  if (stencil_pays(context)) {
    Parameters parameters(stencil_entry().parameters);
    parameters.set("neurons", std::int64_t{small_stencil().neurons});
    parameters.set("rows", std::int64_t{small_stencil().rows});
    const auto make_learner = [options = stencil_options(parameters, context.seed), context] {
      return make_stencil_corrector(options, context.bounds, context.layout);
    };
    add_stencil(candidates, make_learner, "secant", context);
  }
  for (const std::int64_t neighbors : guarded_neighbors) {
    candidates.push_back(
        {"kriging " + std::to_string(neighbors), [kriging, parameters = guarded_parameters(kriging, neighbors),
                                                  context] { return kriging.make(parameters, context); }});
  }
  candidates.push_back(by_slice(context));
  candidates.push_back({"classic", nullptr});
  return candidates;
}

CorrectorEntry auto_entry() {
  CorrectorEntry entry;
  entry.name = "auto";
  entry.description =
      "the one of several kriging correctors, stencil (on a mesh, where the fine solver is worth it) and classic that "
      "predicted best serves the next sweep";
  entry.make = [](const Parameters&, const CorrectorContext& context) {
    return make_guarded_corrector("auto", guard_candidates(context), StateNorm(context.bounds));
  };
  entry.gives_way = true;
  // All candidates are fitted; of many slices only one's are prepared.
  entry.bytes = [](const Parameters&, const LearningSize& size) {
    const CorrectorEntry kriging = kriging_entry();
    double fitted = secant_bytes({}, size.dimension, size.num_slices), prepared = 0.0;
    if (size.with_stencil)
      fitted += stencil_bytes(small_stencil(), size.dimension, size.num_slices) + layer_bytes("secant", size);
    for (const std::int64_t neighbors : guarded_neighbors) {
      const KrigingOptions options = kriging_options(guarded_parameters(kriging, neighbors), 0);
      const KrigingBytes bytes = kriging_bytes(options, size.dimension, size.num_slices, size.num_samples);
      fitted += bytes.fitted;
      prepared = std::max(prepared, bytes.prepared);
    }
    return fitted + prepared;
  };
  return entry;
}

CorrectorEntry krylov_entry() {
  CorrectorEntry entry;
  entry.name = "krylov";
  entry.description = "the discrepancy of the state's projection on all harvested ones; made for linear problems";
  entry.parameters = {
      integer("rank", 128, 1, 100000, "directions of the harvested subspace at most"),
      number("tolerance", 1e-11, 0.0, false, "directions this small beside the largest do not count"),
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

CorrectorEntry randnet_entry() {
  CorrectorEntry entry;
  entry.name = "randnet";
  entry.description = "one random-feature network for all slices, its readout fitted to the whole harvest";
  entry.parameters = {
      activation(),
      number("bias_scale", 1.0, 0.0, false, "biases of the random layer are uniform in (-bias_scale, bias_scale)"),
      integer("degree", 1, 1, 2, "2: products of two inputs are inputs as well"),
      number("growth", 2.0, 1.0, true, "how much more each iteration's samples weigh than the one's before, at first"),
      integer("neurons", 0, 0, 100000, "neurons of the random layer; 0: by the length of the state, 250 to 1000"),
      integer("rank", 0, 0, 100000,
              "states longer than this have their outputs compressed to so many modes at first; 0: 128 or 256"),
      number("ridge", 1e-10, 0.0, true, "ridge of the fit relative to the features' typical energy; 0: minimum norm"),
      number("scale", 1.0, 0.0, false, "weights of the random layer are uniform in (-scale, scale)"),
      integer("sketch", 512, 0, 1000000, "states longer than this are compressed to it before the layer; 0: never"),
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

RandnetLocalOptions randnet_local_options(const Parameters& parameters, std::uint64_t seed) {
  RandnetLocalOptions options;
  options.layer = layer_options(parameters, seed);
  options.neighbors = parameters.integer("neighbors");
  options.window = parameters.integer("window");
  options.printed = printed(parameters);
  return options;
}

CorrectorEntry randnet_local_entry() {
  CorrectorEntry entry;
  entry.name = "randnet-local";
  entry.description = "RandNet-Parareal as published: a readout on the nearest neighbours at each prediction";
  entry.parameters = {
      activation(),
      number("bias_scale", 1.0, 0.0, false, "biases of the random layer are uniform in (-bias_scale, bias_scale)"),
      integer("degree", 1, 1, 2, "2: products of two inputs are inputs as well (the published ODE runs)"),
      integer("neighbors", 4, 1, 100, "harvested states that a readout is fitted to"),
      integer("neurons", 100, 1, 100000, "neurons of the random layer (20 in the published ODE runs)"),
      number("scale", 1.0, 0.0, false, "weights of the random layer are uniform in (-scale, scale)"),
      integer("sketch", 2048, 0, 1000000, "states longer than this are compressed to it before the layer; 0: never"),
      integer("window", 2, 0, 1000000000, "slices to each side that neighbours are looked for in"),
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) {
    return make_randnet_local_corrector(randnet_local_options(parameters, context.seed), context.bounds);
  };
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return randnet_local_bytes(randnet_local_options(parameters, 0), size.dimension, size.num_samples);
  };
  return entry;
}

}  // namespace

bool stencil_pays(const CorrectorContext& context) {
  if (context.layout.axes.empty()) return false;
  // A component takes a few operations at the full speed of the machine, a fit's take several times as long each, and
  // what is saved is a sweep or two of six.
  constexpr double flops_a_component = 10.0;
  constexpr double fits_a_sweep = 8.0;
  return context.fine_work == 0.0 || flops_a_component * context.fine_work >
                                         fits_a_sweep * stencil_flops(small_stencil(), context.sweep_components);
}

const std::vector<CorrectorEntry>& corrector_registry() {
  static const std::vector<CorrectorEntry> entries = {auto_entry(),
                                                      classic_entry(),
                                                      beside_by_slice(kriging_entry()),
                                                      beside_by_slice(krylov_entry()),
                                                      beside_by_slice(randnet_entry()),
                                                      beside_by_slice(randnet_local_entry()),
                                                      secant_entry(),
                                                      stencil_entry()};
  return entries;
}

const CorrectorEntry& find_corrector(const std::string& name) {
  std::vector<std::string> names;
  for (const CorrectorEntry& entry : corrector_registry()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw ParameterError("name", "unknown corrector '" + name + "': " + suggestion(name, names));
}

}  // namespace forerun
