#include "learning/networks/operator_options.h"

#include "core/base/errors.h"

namespace forerun {
namespace {

ParameterSpec integer_key(std::string name, std::int64_t value, double minimum, double maximum,
                          std::string description) {
  return {std::move(name), value, std::move(description), minimum, maximum};
}

bool is_one_periodic_axis(const StateLayout& layout) {
  constexpr Index fewest_points = 4, most_points = 4096;  // work and memory grow with their square
  if (layout.axes.size() != 1 || layout.axes.front().ends != AxisEnds::periodic) return false;
  return layout.axes.front().points >= fewest_points && layout.axes.front().points <= most_points;
}

}  // namespace

std::vector<ParameterSpec> OperatorOptions::parameter_specs() {
  constexpr double largest_seed = 9007199254740992.0;  // 2^53
  const OperatorOptions usual;
  ParameterSpec kind{
      "kind", usual.kind,
      "\"fourier\": random features on a periodic axis, read out wave by wave; \"pod\": random features of "
      "the coordinates in the states' largest modes; \"fno\": a Fourier neural operator, \"deeponet\": "
      "a branch and a trunk, all of whose weights are trained; \"pinn\": "
      "fitted to the equation itself, without a fine solve, for all states and parameters of the draws; "
      "\"auto\": fourier where it can be"};
  kind.choices = {"auto", "fourier", "pod", "fno", "deeponet", "pinn"};
  ParameterSpec ridge{"ridge", usual.ridge, "of the readout, relative to the features' mean square"};
  ridge.minimum = 0.0;
  ridge.minimum_allowed = false;
  ridge.maximum = 1.0;
  ParameterSpec held_out{"held_out", usual.held_out, "part of the runs that is predicted, not learned from"};
  held_out.minimum = 0.0;
  held_out.maximum = 0.9;
  return {kind,
          integer_key("neurons", usual.neurons, 0, 10000, "of the random hidden layer"),
          integer_key("reach", usual.reach, 0, 1000, "fourier: points to each side that a neuron looks at"),
          integer_key("modes", usual.modes, 1, 1000, "pod, pinn: coordinates, at most"),
          integer_key("parts", usual.parts, 1, 1024,
                      "pinn: equal parts of a slice, each of which the network crosses, one after the other"),
          integer_key("samples", usual.samples, 1, 1e7,
                      "slices that are learned from, of pinn places where the equation is asked, at most"),
          ridge,
          integer_key("width", usual.width, 0, 1000, "fno, deeponet: channels or neurons of a layer; 0: 16 and 64"),
          integer_key("layers", usual.layers, 1, 20, "fno, deeponet: hidden layers"),
          integer_key("waves", usual.waves, 0, 1000,
                      "fno: waves that are mixed; deeponet: functions of its basis; 0: 12 and 40"),
          integer_key("epochs", usual.epochs, 0, 1e6, "fno, deeponet: of Adam, each through all samples once"),
          integer_key("iterations", usual.iterations, 0, 1e6, "fno, deeponet: of L-BFGS after it"),
          held_out,
          integer_key("seed", static_cast<std::int64_t>(usual.seed), 0, largest_seed, "of the hidden layer")};
}

OperatorOptions OperatorOptions::from_parameters(const Parameters& parameters) {
  OperatorOptions options;
  options.kind = parameters.text("kind");
  options.neurons = static_cast<Index>(parameters.integer("neurons"));
  options.reach = static_cast<Index>(parameters.integer("reach"));
  options.modes = static_cast<Index>(parameters.integer("modes"));
  options.parts = static_cast<Index>(parameters.integer("parts"));
  options.samples = static_cast<Index>(parameters.integer("samples"));
  options.ridge = parameters.number("ridge");
  options.width = static_cast<Index>(parameters.integer("width"));
  options.layers = static_cast<Index>(parameters.integer("layers"));
  options.waves = static_cast<Index>(parameters.integer("waves"));
  options.epochs = static_cast<Index>(parameters.integer("epochs"));
  options.iterations = static_cast<Index>(parameters.integer("iterations"));
  options.held_out = parameters.number("held_out");
  options.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
  return options;
}

std::string OperatorOptions::kind_for(const StateLayout& layout) const {
  const bool periodic = is_one_periodic_axis(layout);
  if (kind == "auto") return periodic ? "fourier" : "pod";
  const auto refuse = [&](const std::string& rule) {
    throw ParameterError("kind", "kind = \"" + kind + "\": must have " + rule + "; \"pod\" suits any");
  };
  if ((kind == "fourier" || kind == "fno") && !periodic) refuse("an equation on one periodic axis of 4 to 4096 points");
  if (kind == "deeponet" && layout.axes.empty()) refuse("an equation on a mesh");
  return kind;
}

}  // namespace forerun
