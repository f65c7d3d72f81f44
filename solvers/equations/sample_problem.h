#pragma once

#include <memory>
#include <span>

#include "solvers/equations/ode_problem.h"
#include "solvers/equations/sampled_sides.h"

namespace forerun {

/// These components of a problem's right-hand side, without the others; nullptr where they cannot be had: of equations
/// that are none of the registry's on a mesh or written as text, of choices that depend on the state, and on a mesh of
/// what changes with time.
std::shared_ptr<const SampledSides> sample_problem(const OdeProblem& problem, std::span<const Index> components);

}  // namespace forerun
