#include "learning/stencil/effective_stencil.h"

#include <algorithm>
#include <cmath>

#include "core/base/plain_text.h"
#include "learning/stencil/mesh_text.h"
#include "learning/stencil/stencil_correction.h"

namespace forerun {
namespace {

constexpr Index kMostShownReach = 50;
constexpr double kSmallWeight = 1e-3;  ///< beside the largest

/// The same fields on a mesh without ends that is as large as a stencil of that reach.
StateLayout unbounded(StateLayout layout, Index reach) {
  for (MeshAxis& axis : layout.axes) {
    axis.points = 2 * reach + 3;
    axis.ends = AxisEnds::periodic;
  }
  return layout;
}

/// How far from the middle along each axis; the first axis changes most slowly.
std::vector<Index> offsets(Index place, Index width, std::size_t axes) {
  std::vector<Index> found(axes);
  for (std::size_t a = axes; a-- > 0; place /= width) found[a] = place % width - width / 2;
  return found;
}

Index count_of(Index width, std::size_t axes) {
  Index count = 1;
  for (std::size_t a = 0; a < axes; ++a) count *= width;
  return count;
}

/// What is disturbed: a uniform state, and what the coarse solver does to it.
struct Uniform {
  State state;
  State increment;
};

/// ∂m(ū)/∂v_g at the middle of the mesh, of all fields, in the order of offsets: what a disturbance at x does to the
/// point before it is what a stencil takes from behind. Places behind those of the state are its increments'.
State response(const Correction& correction, const Uniform& uniform, Index place, double step) {
  const Index dimension = uniform.state.size();
  const auto disturbed_by = [&](double size) {
    State state = uniform.state, increment = uniform.increment, out(dimension);
    (place < dimension ? state[place] : increment[place - dimension]) += size;
    correction.evaluate({0, 0.0, 1.0}, state, state + increment, out);
    return out;
  };
  return (disturbed_by(step) - disturbed_by(-step)) / (2.0 * step);
}

/// The steps beyond which all weights are small.
Index reach_of(const std::vector<State>& weights, Index width, std::size_t axes) {
  double largest = 0.0;
  for (const State& w : weights) largest = std::max(largest, w.cwiseAbs().maxCoeff());
  Index reach = 0;
  for (const State& w : weights) {
    for (Index i = 0; i < w.size(); ++i) {
      if (std::abs(w[i]) <= kSmallWeight * largest) continue;
      for (const Index o : offsets(i, width, axes)) reach = std::max(reach, std::abs(o));
    }
  }
  return reach;
}

State cut(const State& weights, Index width, Index reach, std::size_t axes) {
  State inner(count_of(2 * reach + 1, axes));
  Index next = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    const std::vector<Index> at = offsets(i, width, axes);
    if (std::all_of(at.begin(), at.end(), [&](Index o) { return std::abs(o) <= reach; })) inner[next++] = weights[i];
  }
  return inner;
}

/// " + 0.05 h^2 u_xx"
void add_term(PlainText& text, bool& is_first, double factor, const std::string& what) {
  if (is_first) {
    text << (factor < 0.0 ? "-" : "");
  } else {
    text << (factor < 0.0 ? " - " : " + ");
  }
  text << std::abs(factor) << ' ' << what;
  is_first = false;
}

}  // namespace

std::string EffectiveStencil::as_operator(Index field, Index by) const {
  const State& w = of(field, by);
  const std::string& name = inputs[static_cast<std::size_t>(by)];
  const double small = kSmallWeight * w.cwiseAbs().maxCoeff();
  PlainText text;
  text.precision(3);
  bool is_first = true;
  const auto add = [&](double factor, const std::string& what) {
    if (std::abs(factor) > small) add_term(text, is_first, factor, what);
  };
  add(w.sum(), name);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    double first = 0.0, second = 0.0;
    for (Index i = 0; i < w.size(); ++i) {
      const auto o = static_cast<double>(offsets(i, 2 * reach + 1, axes.size())[a]);
      first += o * w[i];
      second += 0.5 * o * o * w[i];
    }
    add(first, "h " + name + "_" + axes[a]);
    add(second, "h^2 " + name + "_" + axes[a] + axes[a]);
  }
  return is_first ? "0" : text.str();
}

std::optional<EffectiveStencil> effective_stencil(const LearnedModel& model) {
  const auto mesh = model.options.find("mesh"), recipe = model.options.find("recipe");
  if (model.corrector != "stencil" || mesh == model.options.end() || recipe == model.options.end()) return std::nullopt;
  const Index reach = StencilRecipe::parse(recipe->second).reach();
  if (reach < 0 || reach > kMostShownReach) return std::nullopt;
  const StateLayout layout = unbounded(parse_mesh(mesh->second), reach);
  auto features = described_features(model, layout);
  const FieldScale scale = features->scale();
  const Index num_fields = features->num_fields(), num_inputs = features->num_seen();
  const StencilCorrection correction(std::move(features), layout, model.readout, {}, {});
  const std::size_t axes = layout.axes.size();
  const Index width = 2 * reach + 3, points = count_of(width, axes);
  Uniform uniform{State(layout.dimension()), State::Zero(layout.dimension())};
  for (Index i = 0; i < num_inputs; ++i) {
    State& part = i < num_fields ? uniform.state : uniform.increment;
    part.segment(i % num_fields * points, points).setConstant(scale.middle[i]);
  }
  constexpr double step = 1e-4;  // of a field's width: the third root of rounding, about
  std::vector<State> weights(static_cast<std::size_t>(num_fields * num_inputs));
  for (Index g = 0; g < num_inputs; ++g) {
    const State all = response(correction, uniform, g * points + points / 2, step * scale.width[g]);
    for (Index f = 0; f < num_fields; ++f) {
      weights[static_cast<std::size_t>(f * num_inputs + g)] = all.segment(f * points, points).reverse();
    }
  }
  EffectiveStencil stencil;
  stencil.fields = num_fields == 1 ? std::vector<std::string>{"u"} : layout.fields;
  stencil.inputs = stencil.fields;
  for (Index i = num_fields; i < num_inputs; ++i) {
    const std::string& field = stencil.fields[static_cast<std::size_t>(i - num_fields)];
    stencil.inputs.push_back("(G " + field + " - " + field + ")");
  }
  stencil.reach = reach_of(weights, width, axes);
  for (const MeshAxis& axis : layout.axes) stencil.axes.push_back(axis.name);
  for (const State& w : weights) stencil.weights.push_back(cut(w, width, stencil.reach, axes));
  return stencil;
}

}  // namespace forerun
