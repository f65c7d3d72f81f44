#include "learning/training/corrector_registry.h"

#include <algorithm>
#include <utility>

#include "learning/stencil/stencil_corrector.h"
#include "learning/subspace/secant_corrector.h"
#include "learning/training/corrector_parameters.h"
#include "learning/training/guarded_corrector.h"
#include "learning/training/learner_entries.h"

namespace forerun {
namespace {

/// Makes the corrector of an entry with its default options.
CorrectorFactory default_factory(const CorrectorEntry& entry, const CorrectorContext& context) {
  return [entry, context] { return entry.make(Parameters(entry.parameters), context); };
}

Candidate by_slice(const CorrectorContext& context) {
  return {"by slice", default_factory(secant_entry(), context), true};
}

ParameterSpec by_slice_option() {
  return {"by_slice", true, "also learn each slice by itself, and use what has predicted better: for forced problems"};
}

double by_slice_bytes(const Parameters& parameters, const LearningSize& size) {
  return parameters.flag("by_slice") ? secant_bytes({}, size.dimension, size.num_slices) : 0.0;
}

/// A learner of what all slices have in common does not know at what time a slice lies. Where that matters a learner of
/// each slice by itself does better, and stands beside it unless the option `by_slice` is false.
CorrectorEntry beside_by_slice(CorrectorEntry entry) {
  entry.parameters.push_back(by_slice_option());
  entry.make = [name = entry.name, make_learner = entry.make](const Parameters& parameters,
                                                              const CorrectorContext& context) {
    if (!parameters.flag("by_slice")) return make_learner(parameters, context);
    std::vector<Candidate> candidates;
    candidates.push_back({name, [make_learner, parameters, context] { return make_learner(parameters, context); }});
    candidates.push_back(by_slice(context));
    return make_guarded_corrector(name, std::move(candidates), StateNorm(context.bounds));
  };
  entry.bytes = [bytes_of_learner = entry.bytes](const Parameters& parameters, const LearningSize& size) {
    return bytes_of_learner(parameters, size) + by_slice_bytes(parameters, size);
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

/// What `auto` learns with: a few more iterations than the default's, for a tenth of its operations. In the plane and
/// in space, where neurons see many points and are asked at many, what is next to linear and shells with polynomials do
/// as well.
StencilOptions small_stencil(std::size_t num_axes) {
  StencilOptions options;
  options.neurons = num_axes == 1 ? 120 : 0;
  options.rows = 8;
  return options;
}

CorrectorFactory stencil_factory(const Parameters& parameters, const CorrectorContext& context) {
  return [options = stencil_options(parameters, context.seed), context] {
    return make_stencil_corrector(options, context.bounds, context.layout);
  };
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
  const double residual = 3.0 * sizeof(double) * static_cast<double>(size.dimension) * size.held * size.num_samples;
  if (layer == "secant") return residual + secant_bytes({}, size.dimension, size.num_slices);
  return residual + kriging_bytes({}, size.dimension, size.num_slices, size.num_samples).total();
}

CorrectorEntry stencil_entry() {
  CorrectorEntry entry;
  entry.name = "stencil";
  entry.description = "a random-feature network with weights shared over the mesh: of the state around each point";
  ParameterSpec shape = activation_option();
  shape.default_value = std::string("tanh");
  ParameterSpec layer{"layer", std::string("secant"),
                      "what learns from what the network leaves, used once it has predicted as well"};
  layer.choices = {"secant", "kriging", "none"};
  entry.parameters = {
      shape,
      integer_option("neurons", 300, 0, 2000, "neurons of the random layer, where the recipe that is chosen has any"),
      {"recipe", std::string("auto"), "what the network looks at around a point; auto: chosen from the run's data"},
      number_option("ridge", 0.0, 0.0, true,
                    "ridge of the fit relative to the features' mean energy; 0: 1e-9, 1e-7 without neurons and shells"),
      integer_option("rows", 16, 1, 1000,
                     "points, and changes at points, that each sweep's fit learns from, a feature"),
      layer,
      by_slice_option(),
  };
  entry.make = [](const Parameters& parameters, const CorrectorContext& context) -> std::unique_ptr<Corrector> {
    const CorrectorFactory make_learner = stencil_factory(parameters, context);
    const std::string& on_top = parameters.text("layer");
    if (on_top == "none" && !parameters.flag("by_slice")) return make_learner();
    std::vector<Candidate> candidates;
    add_stencil(candidates, make_learner, on_top, context);
    if (parameters.flag("by_slice")) candidates.push_back(by_slice(context));
    return make_guarded_corrector("stencil", std::move(candidates), StateNorm(context.bounds));
  };
  entry.needs_mesh = true;
  entry.bytes = [](const Parameters& parameters, const LearningSize& size) {
    return stencil_bytes(stencil_options(parameters, 0), size.dimension, size.held * size.num_slices,
                         size.held * size.num_samples) +
           layer_bytes(parameters.text("layer"), size) + by_slice_bytes(parameters, size);
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
    const StencilOptions small = small_stencil(context.layout.axes.size());
    Parameters parameters(stencil_entry().parameters);
    parameters.set("neurons", std::int64_t{small.neurons});
    parameters.set("rows", std::int64_t{small.rows});
    add_stencil(candidates, stencil_factory(parameters, context), "secant", context);
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
      fitted +=
          stencil_bytes(small_stencil(1), size.dimension, size.held * size.num_slices, size.held * size.num_samples) +
          layer_bytes("secant", size);
    for (const std::int64_t neighbors : guarded_neighbors) {
      const KrigingOptions options = kriging_options(guarded_parameters(kriging, neighbors), 0);
      const KrigingBytes bytes =
          kriging_bytes(options, size.dimension, size.held * size.num_slices, size.held * size.num_samples);
      fitted += bytes.fitted;
      prepared = std::max(prepared, bytes.prepared);
    }
    return fitted + prepared;
  };
  return entry;
}

}  // namespace

bool stencil_pays(const CorrectorContext& context) {
  if (context.layout.axes.empty()) return false;
  // A component takes a few operations at the full speed of the machine. What is saved is a third of the sweeps where
  // the stencil does well, and nothing where it does not: a fit may cost a quarter of a sweep.
  constexpr double flops_a_component = 10.0;
  constexpr double fits_a_sweep = 4.0;
  const StencilOptions options = small_stencil(context.layout.axes.size());
  return context.fine_work == 0.0 ||
         flops_a_component * context.fine_work > fits_a_sweep * stencil_flops(options, context.sweep_components);
}

const std::vector<CorrectorEntry>& corrector_registry() {
  static const std::vector<CorrectorEntry> entries = {auto_entry(),
                                                      classic_entry(),
                                                      beside_by_slice(kriging_entry()),
                                                      beside_by_slice(krylov_entry()),
                                                      beside_by_slice(randnet_entry()),
                                                      beside_by_slice(randnet_local_entry()),
                                                      secant_entry(),
                                                      stencil_entry(),
                                                      tangent_entry()};
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
