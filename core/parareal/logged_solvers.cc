#include "core/parareal/logged_solvers.h"

#include <string>

namespace forerun {

LoggedSolvers::LoggedSolvers(const PararealProblem& problem) : fine_(problem.fine), coarse_(&problem.coarse) {
  if (problem.log == nullptr) return;
  const auto logged = [&](const Propagator& solver, const std::string& role) -> const Propagator* {
    logged_.push_back(std::make_unique<const LoggedPropagator>(solver, *problem.log, role));
    return logged_.back().get();
  };
  std::vector<const Propagator*> levels;
  for (Index level = 0; level < fine_.num_levels(); ++level) {
    levels.push_back(logged(fine_.level(level), "fine " + std::to_string(level)));
  }
  fine_ = fine_.crossed_by(std::move(levels));
  coarse_ = logged(*coarse_, "coarse");
}

}  // namespace forerun
