// Your own solver in Forerun: the van der Pol oscillator, solved in parallel in time.
#include <iostream>

#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"

using namespace forerun;

// u'' = (1 − u²) u' − u as a system of first order.
State van_der_pol(const State& u) { return State{{u[1], (1 - u[0] * u[0]) * u[1] - u[0]}}; }

// Crosses a time slice with `steps` steps of the classic Runge–Kutta method.
FunctionPropagator runge_kutta(int steps) {
  return {2, [steps](const Slice& slice, const StateView& in, StateOut out) {
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
          }};
}

int main() {
  const TimeGrid grid(0.0, 20.0, 32);
  const State start{{2.0, 0.0}};
  const FunctionPropagator coarse = runge_kutta(4);
  const FunctionPropagator fine = runge_kutta(400);

  const auto threads = make_tbb_executor(0);  // all cores
  const RunRecord run = solve_parareal({grid, start, coarse, fine}, {.tolerance = 1e-9}, *threads);

  const SerialSolution serial = solve_serial(grid, start, fine);
  const double error = (run.boundaries - serial.boundaries).cwiseAbs().maxCoeff();
  std::cout << to_string(run.termination) << " after " << run.num_iterations() << " iterations, " << error
            << " away from the serial fine solution\n";
  return run.converged() && error < 1e-8 ? 0 : 1;
}
