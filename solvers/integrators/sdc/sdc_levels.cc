#include "solvers/integrators/sdc/sdc_levels.h"

#include "solvers/coarsening/problem_variant.h"
#include "solvers/integrators/integrator_needs.h"
#include "solvers/integrators/sdc/sdc_propagator.h"

namespace forerun {
namespace {

class MeshLevelTransfer final : public LevelTransfer {
 public:
  explicit MeshLevelTransfer(MeshTransfer transfer) : transfer_(std::move(transfer)) {}

  void restrict_to_coarse(const StateView& fine, StateOut coarse) const override {
    transfer_.restrict_to_coarse(fine.data(), coarse.data());
  }
  void interpolate_to_fine(const StateView& coarse, StateOut fine) const override {
    transfer_.interpolate_to_fine(coarse.data(), fine.data());
  }

 private:
  MeshTransfer transfer_;
};

}  // namespace

bool is_sdc(const SolverSpec& spec) { return spec.method.starts_with("sdc_"); }

SdcLevels::SdcLevels(std::shared_ptr<const OdeProblem> problem, const std::vector<Level>& levels) {
  for (const Level& level : levels) {
    const SolverSpec& spec = level.solver;
    if (!is_sdc(spec)) {
      throw ParameterError("method", "method = \"" + spec.method +
                                         "\": must be sdc_explicit, sdc_implicit or sdc_imex on the levels of PFASST");
    }
    problems_.push_back(spec.is_of_variant() ? std::shared_ptr<const OdeProblem>(make_variant(*problem, spec))
                                             : problem);
    const OdeProblem& own = *problems_.back();
    require_needs(own, spec.entry());
    equations_.push_back(make_split_equation(problems_.back(), sdc_splitting(spec)));
    methods_.push_back(std::make_unique<const SdcMethod>(sdc_method(spec)));
    const LevelTransfer* transfer = nullptr;
    if (problems_.size() > 1) {
      const OdeProblem& finer = *problems_[problems_.size() - 2];
      MeshTransfer between(finer.layout(), own.layout(), transfer_options(finer, own, spec));
      if (!between.is_identity()) {
        transfers_.push_back(std::make_unique<const MeshLevelTransfer>(std::move(between)));
        transfer = transfers_.back().get();
      }
    }
    levels_.push_back({equations_.back().get(), methods_.back().get(), level.sweeps, transfer});
  }
}

}  // namespace forerun
