#pragma once

#include "solvers/equations/problem_registry.h"

namespace forerun {

/// Adds an equation of one's own to `problem_registry()`, before that is first used: as a rule, first thing in main.
/// `make_entry` of equation_problem.h gives the entry of an equation.
///
/// Throws std::invalid_argument for a name that is taken or that a configuration cannot spell (lower-case letters,
/// digits and _), or an entry that makes nothing; std::logic_error where the registry has been used. Thread-safe.
void register_problem(ProblemEntry entry);

}  // namespace forerun
