// An equation and a learner by name: the Lorenz system, learned once, and solved again from what was learned.
#include <iostream>

#include "core/parareal/parareal.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"
#include "solvers/equations/problem_registry.h"

using namespace forerun;

int main() {
  const ProblemEntry& entry = find_problem("lorenz");
  const auto lorenz = entry.make(Parameters(entry.parameters));
  const auto coarse = lorenz->make_propagator({"rk4", 6});
  const auto fine = lorenz->make_propagator({"rk4", 450});
  const TimeGrid grid(0.0, 6.0, 17);
  const State initial = lorenz->initial_state();
  const auto threads = make_tbb_executor(2);
  PararealOptions options;
  options.norm = StateNorm(lorenz->bounds());

  const CorrectorEntry& corrector = find_corrector("randnet");
  const auto make_corrector = [&] {
    return corrector.make(Parameters(corrector.parameters), {lorenz->bounds(), /*seed=*/1});
  };
  const ProblemSignature signature{"lorenz", {}, 3, grid.slice_length(), "rk4 x 6", "rk4 x 450"};

  HarvestingTrainer first(make_corrector, signature);
  const RunRecord cold = solve_parareal({grid, initial, *coarse, *fine, &first}, options, *threads);
  const auto model = std::make_shared<const LearnedModel>(first.learned_model(*threads));

  HarvestingTrainer second(make_corrector, signature, model);
  const RunRecord warm = solve_parareal({grid, initial, *coarse, *fine, &second}, options, *threads);

  std::cout << "cold: " << cold.num_iterations() << " iterations, warm: " << warm.num_iterations() << '\n';
  return cold.converged() && warm.converged() && warm.num_iterations() < cold.num_iterations() ? 0 : 1;
}
