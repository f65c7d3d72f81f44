#include "learning/family/family_network.h"

namespace forerun {
namespace {

ParameterSpec integer(std::string name, std::int64_t value, double minimum, double maximum, std::string description) {
  return {std::move(name), value, std::move(description), minimum, maximum};
}

ParameterSpec positive(std::string name, double value, double maximum, std::string description) {
  return {std::move(name), value, std::move(description), 0.0, maximum, false};
}

}  // namespace

std::vector<ParameterSpec> FamilyOptions::parameter_specs() {
  constexpr double largest = 1e6;
  ParameterSpec activation{"activation", std::string("tanh"), "activation of the random layer"};
  activation.choices = {"relu", "tanh"};
  ParameterSpec kind{"kind", std::string("auto"),
                     "patches; stencil: weights shared over the mesh; kriging: a Gaussian process of whole states; "
                     "auto: stencil where "
                     "runs learn with it, else patches"};
  kind.choices = {"auto", "kriging", "patches", "stencil"};
  return {
      activation,
      positive("bias_scale", 1.0, largest, "biases of the random layer are uniform in (-bias_scale, bias_scale)"),
      positive("decay", 0.5, 1.0, "weight of a parameter's power against the one below it"),
      integer("degree", 3, 0, 8, "highest power of the parameters"),
      kind,
      integer("neurons", 200, 1, 20000, "neurons of the random layer"),
      positive("ridge", 1e-11, 1.0, "ridge of the fit relative to the features' typical energy"),
      integer("samples_per_run", 1500, 1, 100000000, "samples that the network takes from a run, at most"),
      positive("scale", 0.5, largest, "weights of the random layer are uniform in (-scale, scale)"),
      integer("seed", 1, 0, 9007199254740992.0, "of the random layer"),
      integer("stencil", 0, 0, 1000000,
              "points to each side that a point's discrepancy depends on, on a periodic grid; 0: whole states"),
  };
}

FamilyOptions FamilyOptions::from_parameters(const Parameters& parameters) {
  FamilyOptions options;
  options.kind = parameters.text("kind");
  options.layer.activation = parameters.text("activation");
  options.layer.bias_scale = parameters.number("bias_scale");
  options.layer.neurons = parameters.integer("neurons");
  options.layer.scale = parameters.number("scale");
  options.layer.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
  options.layer.linear = true;
  options.layer.constant = true;
  options.stencil = parameters.integer("stencil");
  options.degree = parameters.integer("degree");
  options.decay = parameters.number("decay");
  options.ridge = parameters.number("ridge");
  options.samples_per_run = parameters.integer("samples_per_run");
  return options;
}

}  // namespace forerun
