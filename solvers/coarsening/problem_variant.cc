#include "solvers/coarsening/problem_variant.h"

#include <algorithm>
#include <string>
#include <vector>

#include "solvers/equations/problem_origin.h"

namespace forerun {
namespace {

constexpr Index kFewestPoints = 4;  // what cubic interpolation looks at

const std::string& coarsening_key() { return mesh_keys().front().name; }

[[noreturn]] void refuse_coarsening(Index factor, const std::string& rule) {
  const std::string& key = coarsening_key();
  throw ParameterError(key, key + " = " + std::to_string(factor) + ": " + rule);
}

bool can_coarsen(const MeshAxis& axis, Index factor) {
  const Index parts = num_parts(axis.ends, axis.points);
  return parts % factor == 0 && num_points(axis.ends, parts / factor) >= kFewestPoints;
}

/// "2, 4, 7": the factors that would do.
std::string possible_factors(const StateLayout& layout) {
  constexpr Index largest = 64;
  std::string text;
  for (Index factor = 2; factor <= largest; ++factor) {
    const auto may = [&](const MeshAxis& axis) { return can_coarsen(axis, factor); };
    if (!std::all_of(layout.axes.begin(), layout.axes.end(), may)) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(factor);
  }
  return text.empty() ? "none does" : "possible here: " + text;
}

/// Sets what says how many points the mesh has.
void coarsen(const OdeProblem& problem, Index factor, const ProblemOrigin& origin, Parameters& parameters) {
  const StateLayout layout = problem.layout();
  if (layout.axes.empty()) {
    refuse_coarsening(factor, "must be 1 or left out, '" + problem.name() + "' has no mesh");
  }
  if (origin.mesh_keys.size() != layout.axes.size()) {
    refuse_coarsening(factor, "must be 1 or left out, '" + problem.name() + "' does not say how its mesh is made");
  }
  for (std::size_t a = 0; a < layout.axes.size(); ++a) {
    const MeshAxis& axis = layout.axes[a];
    const Index parts = num_parts(axis.ends, axis.points);
    if (!can_coarsen(axis, factor)) {
      refuse_coarsening(factor, "must divide the " + std::to_string(parts) + " parts of axis " + axis.name + " (" +
                                    origin.mesh_keys[a] + " = " + std::to_string(axis.points) +
                                    ") and leave at least " + std::to_string(kFewestPoints) + " points; " +
                                    possible_factors(layout));
    }
    parameters.set(origin.mesh_keys[a], static_cast<std::int64_t>(num_points(axis.ends, parts / factor)));
  }
}

/// Throws for the first of the changes that made states another kind of thing.
void require_same_kind(const OdeProblem& problem, const OdeProblem& variant, const SolverSpec& spec) {
  const StateLayout own = problem.layout(), other = variant.layout();
  const auto same_axis = [](const MeshAxis& a, const MeshAxis& b) { return a.name == b.name && a.ends == b.ends; };
  const bool is_same = own.fields == other.fields && (!own.axes.empty() || own.dimension() == other.dimension()) &&
                       std::equal(own.axes.begin(), own.axes.end(), other.axes.begin(), other.axes.end(), same_axis);
  if (is_same || spec.problem.empty()) return;
  const std::string& key = spec.problem.begin()->first;
  throw ParameterError("problem." + key, "problem." + key +
                                             ": must leave states what they are, with the same fields on the same "
                                             "kind of mesh");
}

}  // namespace

Index num_parts(AxisEnds ends, Index points) {
  switch (ends) {
    case AxisEnds::walls_at_points:
      return points - 1;
    case AxisEnds::values_beyond_points:
      return points + 1;
    default:
      return points;
  }
}

Index num_points(AxisEnds ends, Index parts) { return parts + (parts - num_parts(ends, parts)); }

std::unique_ptr<OdeProblem> make_variant(const OdeProblem& problem, const SolverSpec& spec) {
  const ProblemOrigin* origin = problem.origin();
  if (origin == nullptr) {
    if (spec.coarsening() > 1) refuse_coarsening(spec.coarsening(), "'" + problem.name() + "' has one mesh only");
    const std::string key = "problem." + spec.problem.begin()->first;
    throw ParameterError(key, key + ": must be left out, '" + problem.name() + "' has no parameters");
  }
  Parameters parameters = origin->parameters;
  if (spec.coarsening() > 1) coarsen(problem, spec.coarsening(), *origin, parameters);
  for (const auto& [key, value] : spec.problem) {
    try {
      parameters.set(key, value);
    } catch (const ParameterError& error) {
      throw ParameterError("problem." + key, std::string("problem.") + error.what());
    }
  }
  std::unique_ptr<OdeProblem> variant = origin->make(parameters);
  require_same_kind(problem, *variant, spec);
  return variant;
}

TransferOptions transfer_options(const OdeProblem& problem, const OdeProblem& variant, const SolverSpec& spec) {
  const std::string& interpolation = spec.options.text("interpolation");
  const bool is_trigonometric = interpolation == "trigonometric";
  for (const MeshAxis& axis : problem.layout().axes) {
    if (!is_trigonometric || axis.ends == AxisEnds::periodic) continue;
    throw ParameterError("interpolation", "interpolation = \"trigonometric\": must be cubic or linear, '" +
                                              problem.name() + "' is not periodic along " + axis.name);
  }
  const bool is_linear = problem.is_linear() && variant.is_linear();
  return {.order = interpolation == "linear" ? 2 : 4,
          .averages = spec.options.text("restriction") == "average",
          .beyond = is_linear ? ValuesBeyond::zero : ValuesBeyond::unknown,
          .trigonometric = is_trigonometric};
}

EquationOfSolver::EquationOfSolver(const OdeProblem& problem, const SolverSpec& spec) : own_(problem) {
  if (!spec.is_of_variant()) return;
  variant_ = make_variant(problem, spec);
  transfer_.emplace(problem.layout(), variant_->layout(), transfer_options(problem, *variant_, spec));
  if (transfer_->is_identity()) transfer_.reset();
}

State EquationOfSolver::restricted(const StateView& state) const {
  if (!transfer_) return state;
  State coarse(transfer_->coarse_dimension());
  transfer_->restrict_to_coarse(state.data(), coarse.data());
  return coarse;
}

}  // namespace forerun
