// Your own solver in Forerun: the van der Pol oscillator, solved in parallel in time.
#include <iostream>

#include "core/parareal/parareal.h"
#include "core/propagation/fidelity_ladder.h"
#include "core/propagation/serial_fine.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/harvesting_trainer.h"

using namespace forerun;

// u'' = (1 − u²) u' − u as a system of first order.
State van_der_pol(const State& u) { return State{{u[1], (1 - u[0] * u[0]) * u[1] - u[0]}}; }

// Crosses a time slice with `steps` steps of the classic Runge–Kutta method.
FunctionPropagator runge_kutta(int steps) {
  const auto cross = [steps](const Slice& slice, const StateView& in, StateOut out) {
    const double h = slice.length() / steps;
    State u = in;
    for (int i = 0; i < steps; ++i) {
      const State a = van_der_pol(u);
      const State b = van_der_pol(u + h / 2 * a);
      const State c = van_der_pol(u + h / 2 * b);
      const State d = van_der_pol(u + h * c);
      u += h / 6 * (a + 2 * b + 2 * c + d);
    }
    out = u;
  };
  return {2, cross, /*work=*/4.0 * steps};
}

int main() {
  const TimeGrid grid(0.0, 20.0, 32);
  const State start{{2.0, 0.0}};
  const FunctionPropagator coarse = runge_kutta(4);

  // The fine solver, and cheaper versions of it that serve while the iterate is still far off.
  const FunctionPropagator rough = runge_kutta(25), medium = runge_kutta(100), fine = runge_kutta(400);
  const FidelityLadder ladder({&rough, &medium, &fine});

  // A learner of what separates fine from coarse; it is told what it learns on, for models that are saved.
  const CorrectorEntry& randnet = find_corrector("randnet");
  const CorrectorContext context{{State{{-3, -3}}, State{{3, 3}}}, /*seed=*/1};
  const auto make_corrector = [&] { return randnet.make(Parameters(randnet.parameters), context); };
  HarvestingTrainer learner(make_corrector, {"van_der_pol", {}, 2, grid.slice_length(), "rk4 x 4", "rk4 x 400"});

  const auto threads = make_tbb_executor(0);  // all cores
  const RunRecord run = solve_parareal({grid, start, coarse, ladder, &learner}, {.tolerance = 1e-9}, *threads);

  const SerialSolution serial = solve_serial(grid, start, fine);
  const double error = (run.boundaries - serial.boundaries).cwiseAbs().maxCoeff();
  std::cout << to_string(run.termination) << " after " << run.num_iterations() << " iterations, "
            << run.effective_sweeps() << " full fine passes, " << error << " away from the serial fine solution\n";
  return run.converged() && error < 1e-8 ? 0 : 1;
}
