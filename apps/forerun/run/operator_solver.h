#pragma once

#include <memory>

#include "apps/forerun/config/config_document.h"
#include "core/base/parameters.h"
#include "core/base/time_grid.h"
#include "core/propagation/propagator.h"
#include "learning/networks/operator_file.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// The network in the file that `spec` names, for a problem with these parameters. Throws `FileError` and
/// `ModelFileError` for the file, and `ParameterError` ("file") where it was trained for another equation, for states
/// of another dimension, or for other parameters.
std::unique_ptr<Propagator> make_operator_solver(const SolverSpec& spec, const OdeProblem& problem,
                                                 const Parameters& parameters);

/// Throws `UsageError` with the place in the document, that of a key of [coarse] or [fine], where `solver` is a network
/// that was not trained for such slices.
void require_trained_slices(const ConfigDocument& document, const std::string& section, const Propagator& solver,
                            const TimeGrid& grid);

/// The problem itself with these values of the box's parameters.
std::unique_ptr<OdeProblem> problem_at(const OdeProblem& problem, const Parameters& parameters, const ParameterBox& box,
                                       const StateView& values);
/// The problem itself with the parameters of the box in the middle of it: what a network's probe belongs to.
std::unique_ptr<OdeProblem> middle_of_box(const OdeProblem& problem, const Parameters& parameters,
                                          const ParameterBox& box);

/// f(probe), at the problem's own begin.
State slope_at(const OdeProblem& problem, const StateView& probe);

}  // namespace forerun
