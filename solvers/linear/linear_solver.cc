#include "solvers/linear/linear_solver.h"

#include "solvers/linear/solver_forms.h"

namespace forerun {
namespace {

constexpr Index kWidestBand = 48;
constexpr Index kAlwaysBanded = 200;
constexpr Index kMostForFill = 20000000;

}  // namespace

std::string_view to_text(SolverForm form) {
  switch (form) {
    case SolverForm::banded:
      return "banded";
    case SolverForm::sparse:
      return "sparse";
    case SolverForm::krylov:
      return "krylov";
  }
  return "";
}

std::shared_ptr<const LinearSolver> make_linear_solver(const std::shared_ptr<const SparsityPattern>& pattern) {
  BandOrdering ordering = narrow_band(*pattern);
  if (ordering.width() <= kWidestBand || pattern->dimension <= kAlwaysBanded) {
    return make_banded_solver(*pattern, std::move(ordering));
  }
  const bool fills = pattern->dimension * ordering.width() > kMostForFill;
  return make_linear_solver(pattern, fills ? SolverForm::krylov : SolverForm::sparse);
}

std::shared_ptr<const LinearSolver> make_linear_solver(const std::shared_ptr<const SparsityPattern>& pattern,
                                                       SolverForm form) {
  if (form == SolverForm::banded) return make_banded_solver(*pattern, narrow_band(*pattern));
  if (form == SolverForm::sparse) return make_sparse_solver(pattern);
  return make_krylov_solver(*pattern);
}

}  // namespace forerun
