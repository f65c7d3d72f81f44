#pragma once

#include <memory>

#include "solvers/linear/band_ordering.h"
#include "solvers/linear/linear_solver.h"

namespace forerun {

/// One solver a form, each in its own source file: what `make_linear_solver` chooses from.
std::shared_ptr<const LinearSolver> make_banded_solver(const SparsityPattern& pattern, BandOrdering ordering);
std::shared_ptr<const LinearSolver> make_sparse_solver(std::shared_ptr<const SparsityPattern> pattern);
std::shared_ptr<const LinearSolver> make_krylov_solver(const SparsityPattern& pattern);

}  // namespace forerun
