#include "solvers/integrators/reduced/reduced_propagator.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/base/errors.h"
#include "core/files/npy_file.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/integrator_needs.h"

namespace forerun {
namespace {

constexpr std::size_t kKeptReducedLengths = 8;

/// What an affine propagator makes of a slice: y ↦ matrix · y + offset.
void find_matrix(const ReducedEquation& equation, const Propagator& whole, const Propagator& homogeneous,
                 const Slice& slice, ReducedSlice& made) {
  const Index r = equation.dimension();
  made.offset.resize(r);
  made.matrix.resize(r, r);
  whole.propagate(slice, State::Zero(r), made.offset);
  for (Index j = 0; j < r; ++j) homogeneous.propagate(slice, State(State::Unit(r, j)), made.matrix.col(j));
}

States read_columns(const std::filesystem::path& file, Index dimension) {
  States states = read_npy_matrix(file);
  if (states.rows() == dimension && states.cols() > 0 && states.allFinite()) return states;
  throw ParameterError("snapshots_from", "snapshots_from = \"" + file.string() + "\": has " +
                                             std::to_string(states.rows()) + " rows and " +
                                             std::to_string(states.cols()) + " columns, must have states of " +
                                             std::to_string(dimension) + " finite components in columns");
}

}  // namespace

ReducedPropagator::ReducedPropagator(std::shared_ptr<const OdeProblem> problem, ReducedOptions options)
    : problem_(std::move(problem)),
      options_(std::move(options)),
      run_(*problem_, options_.snapshots),
      slices_(kKeptReducedLengths) {
  for (const auto& file : options_.files) read_columns(file, problem_->dimension());
}

/// In evaluations of the right-hand side, of which one takes about eight operations a component.
double ReducedPropagator::work_per_slice() const {
  const auto r = static_cast<double>(std::min(options_.basis_size, dimension()));
  const double to_and_fro = 0.5 * r;
  if (problem_->is_affine()) return std::max(1.0, to_and_fro);
  const double stages = std::max(1, options_.solver.entry().stages);
  const double evaluation = std::min(1.0, 10.0 * r * r / (8.0 * static_cast<double>(dimension())));
  return to_and_fro + static_cast<double>(options_.solver.steps()) * stages * evaluation;
}

Snapshots ReducedPropagator::take_snapshots() const {
  if (options_.files.empty()) return run_.carry_out();
  Snapshots all{States(dimension(), 0), {}};
  for (const auto& file : options_.files) {
    const States more = read_columns(file, dimension());
    all.states.conservativeResize(dimension(), all.states.cols() + more.cols());
    all.states.rightCols(more.cols()) = more;
  }
  all.times.assign(static_cast<std::size_t>(all.states.cols()), options_.snapshots.begin);
  return all;
}

std::shared_ptr<const ReducedEquation> ReducedPropagator::make_equation() const {
  const Snapshots snapshots = take_snapshots();
  if (!snapshots.states.allFinite() || snapshots.states.isZero(0.0))
    throw PropagationError(options_.snapshots.begin, "the states that the basis is from are all zero or not finite");
  return std::make_shared<const ReducedEquation>(reduce(*problem_, snapshots, options_.basis_size));
}

const ReducedPropagator::Found& ReducedPropagator::found() const {
  std::call_once(is_found_, [this] {
    auto equation = make_equation();
    found_.solver =
        make_reduced_problem(equation)->make_propagator(equation->is_affine ? options_.affine_solver : options_.solver);
    found_.equation = std::move(equation);
  });
  return found_;
}

std::unique_ptr<const ReducedSlice> ReducedPropagator::make_slice(const Slice& slice) const {
  const Found& model = found();
  const double begin = options_.snapshots.begin;
  const Slice one{0, begin, begin + resolved_length(slice)};
  auto made = std::make_unique<ReducedSlice>();
  if (model.equation->is_affine) {
    const auto homogeneous = make_homogeneous_reduced_problem(model.equation)->make_propagator(options_.affine_solver);
    find_matrix(*model.equation, *model.solver, *homogeneous, {0, 0.0, resolved_length(slice)}, *made);
  }
  made->remainder = std::make_unique<const Remainder>(options_.remainder, *problem_, *model.equation, run_, one);
  return made;
}

std::shared_ptr<const ReducedSlice> ReducedPropagator::of_length(const Slice& slice) const {
  return slices_.get(resolved_length(slice), [&] { return make_slice(slice); });
}

void ReducedPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  require_finite(in, slice, 0, 1);
  const Found& model = found();
  const auto of_slice = of_length(slice);
  const States& basis = model.equation->basis;
  const State before = basis.transpose() * in;
  State after(before.size());
  if (model.equation->is_affine) {
    after = of_slice->offset;
    after.noalias() += of_slice->matrix * before;
  } else {
    model.solver->propagate(slice, before, after);
  }
  State result = basis * after;
  if (of_slice->remainder->rule() != RemainderRule::dropped)
    of_slice->remainder->add(slice, in, in - basis * before, result);
  out = result;
  require_finite(out, slice, 0, 1);
}

}  // namespace forerun
