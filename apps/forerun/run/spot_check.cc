#include "apps/forerun/run/spot_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/run/make_solver.h"
#include "core/base/errors.h"
#include "learning/files/tensor_file.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

/// As much as a recomputed discrepancy may differ, relative to the bounds.
constexpr double sample_tolerance = 1e-9;

Parameters problem_parameters(const ProblemEntry& entry, const StoreFamily& family, const State& varying) {
  ConfigDocument document = ConfigDocument::parse("", "parameters");
  for (const auto& [name, text] : family.common.parameters) document.set_from_text("problem", name, text, name);
  for (Index j = 0; j < family.box.size(); ++j)
    document.set({"problem", family.box.names[static_cast<std::size_t>(j)], varying[j], ""});
  std::vector<std::pair<std::string, ParameterValue>> values;
  for (const Setting& setting : document.settings()) values.emplace_back(setting.key, setting.value);
  Parameters parameters(entry.open ? entry.open->specs(values) : entry.parameters);
  for (const Setting& setting : document.settings()) parameters.set(setting.key, setting.value);
  return parameters;
}

/// A sample's slice as the run had it; one that does not say when it was begins with the equation.
Slice slice_of(const Harvest& harvest, Index sample, const OdeProblem& problem, double length) {
  Slice slice = harvest.slice(sample);
  if (std::isfinite(slice.begin) && std::isfinite(slice.end)) return slice;
  slice.begin = problem.default_begin() + static_cast<double>(slice.index) * length;
  slice.end = slice.begin + length;
  return slice;
}

/// Up to what boundaries are rounded by.
bool has_length(const Slice& slice, double length) {
  constexpr double rounding = 8e-15;
  return std::abs(slice.length() - length) <= rounding * std::max(std::abs(slice.begin), std::abs(slice.end));
}

/// The configuration's solver where it is the family's, else what the family's text says.
SolverSpec family_solver(const std::string& text, const std::optional<SolverSpec>& configured) {
  return configured && to_text(*configured) == text ? *configured : parse_solver(text);
}

/// F(u) − G(u) on a slice.
State discrepancy(const OdeProblem& problem, const Parameters& parameters, const SolverSpec& fine_solver,
                  const SolverSpec& coarse_solver, const Slice& slice, const StateView& state) {
  constexpr double unwritten = std::numeric_limits<double>::quiet_NaN();
  State fine = State::Constant(problem.dimension(), unwritten), coarse = fine;
  make_solver(fine_solver, problem, parameters, 1)->propagate(slice, state, fine);
  make_solver(coarse_solver, problem, parameters, 1)->propagate(slice, state, coarse);
  return fine - coarse;
}

/// A store's equation and the values of its parameters.
struct StoredEquation {
  Parameters parameters;
  std::unique_ptr<OdeProblem> problem;
};

StoredEquation stored_equation(const Store& store, const State& varying) {
  const StoreFamily& family = store.family();
  const std::string refusal = store.directory().string() + ": is of no family that can be computed here: ";
  try {
    const ProblemEntry& entry = find_identified_problem(family.common.problem);
    Parameters parameters = problem_parameters(entry, family, varying);
    if (problem_identity(entry, parameters) != family.common.problem)
      throw std::invalid_argument("its equation is not what its parameters say");
    auto problem = entry.make(parameters);
    if (problem->dimension() != family.common.dimension)
      throw std::invalid_argument("its states have another dimension than its equation");
    for (const std::string& solver : {family.common.fine, family.common.coarse})
      if (!is_external_text(solver)) problem->make_propagator(parse_solver(solver));
    return {std::move(parameters), std::move(problem)};
  } catch (const std::invalid_argument& error) {
    throw ModelFileError(refusal + error.what());
  } catch (const UsageError& error) {
    throw ModelFileError(refusal + error.what());
  }
}

}  // namespace

std::unique_ptr<OdeProblem> stored_problem(const Store& store, const State& varying) {
  return stored_equation(store, varying).problem;
}

StoredSolvers::StoredSolvers(const Store& store, const State& varying) : length_(store.family().common.slice_length) {
  require_own_solvers(store);
  StoredEquation equation = stored_equation(store, varying);
  problem_ = std::move(equation.problem);
  const ProblemSignature& common = store.family().common;
  fine_ = make_solver(parse_solver(common.fine), *problem_, equation.parameters, 1);
  coarse_ = make_solver(parse_solver(common.coarse), *problem_, equation.parameters, 1);
}

Slice StoredSolvers::slice(const Harvest& harvest, Index sample) const {
  return slice_of(harvest, sample, *problem_, length_);
}

void require_own_solvers(const Store& store) {
  for (const std::string& solver : {store.family().common.fine, store.family().common.coarse}) {
    if (!is_external_text(solver)) continue;
    throw UsageError(store.directory().string() + ": its runs were solved by " + solver +
                     ", which is not run because a store says so: `forerun campaign` learns from them");
  }
}

void check_sample(const Store& store, const StoreEntry& entry, const std::optional<SettledSolvers>& configured) {
  const auto refuse = [&](const std::string& reason) {
    throw ModelFileError((store.directory() / "runs" / (entry.name + ".safetensors")).string() +
                         ": is not what the solvers give: " + reason);
  };
  const StoredEquation equation = stored_equation(store, entry.parameters);
  const OdeProblem& problem = *equation.problem;
  const Index sample = entry.harvest.size() - 1;
  const ProblemSignature& signature = store.family().common;
  const Slice slice = slice_of(entry.harvest, sample, problem, signature.slice_length);
  if (!has_length(slice, signature.slice_length)) refuse("a sample's slice is not as long as the family's");
  const auto configured_fine = configured ? std::optional(configured->levels.solvers.back()) : std::nullopt;
  const auto configured_coarse = configured ? std::optional(configured->coarse) : std::nullopt;
  try {
    const State found =
        discrepancy(problem, equation.parameters, family_solver(signature.fine, configured_fine),
                    family_solver(signature.coarse, configured_coarse), slice, entry.harvest.states().col(sample));
    const double off = (found - entry.harvest.discrepancies().col(sample)).cwiseAbs().maxCoeff();
    const StateBounds bounds = problem.bounds();
    if (!(off <= sample_tolerance * (bounds.upper - bounds.lower).maxCoeff()))
      refuse("a sample computed again differs");
  } catch (const PropagationError& error) {
    refuse(std::string("from a sample's state: ") + error.what());
  }
}

}  // namespace forerun
