#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/parameters.h"
#include "solvers/expressions/mesh.h"

namespace forerun {

/// One unknown: a component of a system, or a function on the mesh.
struct FieldSpec {
  std::string name;
  std::string initial;               ///< expression in places and parameters
  std::string rhs;                   ///< expression in time, places, parameters and fields
  std::optional<std::string> stiff;  ///< what of `rhs` is stiff, likewise
  std::optional<std::pair<double, double>> bounds;
  std::optional<BoundaryValues> boundary;  ///< in place of the mesh's
};

/// Equations as they are written down: fields' = expressions, on a mesh of up to two axes or on none.
struct EquationsSpec {
  std::vector<std::pair<std::string, double>> parameters;
  std::vector<MeshAxisSpec> axes;                         ///< x, y; none: a system of ODEs
  std::vector<std::optional<BoundaryValues>> boundaries;  ///< of each axis
  std::vector<FieldSpec> fields;                          ///< in the order of the state

  bool has_mesh() const { return !axes.empty(); }
  bool has_stiff_part() const {
    return std::any_of(fields.begin(), fields.end(), [](const FieldSpec& field) { return field.stiff.has_value(); });
  }
};

/// The keys that an `equations` problem may have, as patterns: FIELD, NAME and AXIS stand for names of the user's own
/// (an axis is x or y). For documentation; `equation_parameters` checks by the same list.
const std::vector<ParameterSpec>& equation_key_patterns();

using NamedValue = std::pair<std::string, ParameterValue>;

/// The keys that are given, with the rules of their patterns, and those that follow from them ("fields"); in the order
/// given. A key's value may be a number or a text where its pattern allows both. Throws `ParameterError` for keys that
/// match no pattern, names the nearest one.
std::vector<ParameterSpec> equation_parameter_specs(const std::vector<NamedValue>& given);

/// What those parameters say. Throws `ParameterError`, its name a key (or the beginning of one that is missing): names
/// that mean something else, keys that are missing or do not go together, axes without length.
EquationsSpec read_equations(const Parameters& parameters);

/// What makes the equations these and no others, on one line: "u' = nu*dxx(u)-u*dx(u); x periodic". Not numbers that
/// may differ between runs of a family: parameters, points, initial states.
std::string equations_text(const EquationsSpec& equations);

}  // namespace forerun
