#include "learning/stencil/moved_model.h"

#include <stdexcept>
#include <string>

#include "learning/stencil/mesh_text.h"

namespace forerun {
namespace {

/// Fields, axes and what is at their ends: everything of a mesh but how many points it has.
std::string kind_of(StateLayout layout) {
  for (MeshAxis& axis : layout.axes) axis.points = 1;
  return mesh_text(layout);
}

}  // namespace

LearnedModel moved_to(const LearnedModel& model, const StateLayout& layout, const StateBounds& bounds) {
  const auto mesh = model.options.find("mesh"), steps = model.options.find("steps");
  if (model.corrector != "stencil" || mesh == model.options.end()) {
    throw std::invalid_argument("only weights that are shared over a mesh (stencil) serve a state of another size");
  }
  if (steps == model.options.end()) {
    throw std::invalid_argument("it does not say how long the steps of its mesh are: learn it anew");
  }
  if (layout.axes.empty() || kind_of(parse_mesh(mesh->second)) != kind_of(layout)) {
    throw std::invalid_argument("its mesh has other fields, axes or ends");
  }
  if (!same_steps(steps->second, layout)) {
    throw std::invalid_argument("the steps of its mesh are " + steps->second + " long, here " + steps_text(layout) +
                                ": only the extent may be another");
  }
  LearnedModel moved = model;
  moved.options["mesh"] = mesh_text(layout);
  moved.signature.dimension = layout.dimension();
  moved.bounds = bounds;
  moved.harvest = Harvest(layout.dimension());
  return moved;
}

}  // namespace forerun
