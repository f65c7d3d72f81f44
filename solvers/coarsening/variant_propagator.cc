#include "solvers/coarsening/variant_propagator.h"

#include <utility>
#include <vector>

#include "solvers/coarsening/mesh_transfer.h"
#include "solvers/coarsening/problem_variant.h"

namespace forerun {
namespace {

class OnOtherMesh final : public Propagator {
 public:
  OnOtherMesh(MeshTransfer transfer, std::unique_ptr<Propagator> solver)
      : transfer_(std::move(transfer)), solver_(std::move(solver)) {}

  Index dimension() const override { return transfer_.fine_dimension(); }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    // Beyond `out`, which other threads' results may be next to; not a thread's workspace, which the solver uses.
    thread_local std::vector<double> memory;
    const Index d = transfer_.coarse_dimension();
    if (static_cast<Index>(memory.size()) < 2 * d) memory.resize(static_cast<std::size_t>(2 * d));
    Eigen::Map<State> before(memory.data(), d), after(memory.data() + d, d);
    transfer_.restrict_to_coarse(in.data(), before.data());
    solver_->propagate(slice, before, after);
    transfer_.interpolate_to_fine(after.data(), out.data());
  }

  double work_per_slice() const override { return share() * solver_->work_per_slice() + kTransfers; }

  double work(const Slice& slice, const StateView& in) const override {
    State before(transfer_.coarse_dimension());
    transfer_.restrict_to_coarse(in.data(), before.data());
    return share() * solver_->work(slice, before) + kTransfers;
  }

 private:
  static constexpr double kTransfers = 1.0;  // in evaluations of the right-hand side

  double share() const {
    return static_cast<double>(transfer_.coarse_dimension()) / static_cast<double>(transfer_.fine_dimension());
  }

  MeshTransfer transfer_;
  std::unique_ptr<Propagator> solver_;
};

}  // namespace

std::unique_ptr<Propagator> make_variant_propagator(const OdeProblem& problem, const SolverSpec& spec) {
  const EquationOfSolver equation(problem, spec);
  auto solver = equation.problem().make_propagator(spec.without_variant());
  if (equation.transfer() == nullptr) return solver;
  return std::make_unique<OnOtherMesh>(*equation.transfer(), std::move(solver));
}

}  // namespace forerun
