#include <algorithm>
#include <array>

#include "solvers/equations/thread_scratch.h"
#include "solvers/expressions/compiled_equations.h"
#include "solvers/expressions/place_values.h"

namespace forerun {
namespace {

/// A tape writes registers and outputs only.
double* read_only(const double* begin) { return const_cast<double*>(begin); }

/// Scalars of `Width` lanes are as many doubles, one after the other.
template <Index Width>
void evaluate_lanes(const SystemTape& system, const double* t, const double* u, double* du,
                    void (*run)(const Tape&, const TapeBases&)) {
  constexpr std::size_t usual = 32;
  alignas(64) std::array<double, usual* static_cast<std::size_t>(Width)> few;  // written before it is read
  const Index num_registers = system.tape.num_registers;
  TapeBases bases;
  bases[Space::fields] = read_only(u);
  bases[Space::time] = read_only(t);
  bases[Space::outputs] = du;
  bases[Space::scalars] = read_only(system.scalars.data());
  bases[Space::registers] =
      num_registers <= static_cast<Index>(usual) ? few.data() : thread_scratch(num_registers * Width);
  run(system.tape, bases);
}

}  // namespace

void SystemTape::evaluate(const double& t, const double* u, double* du) const {
  evaluate_lanes<1>(*this, &t, u, du, run_tape_on_one);
}

void SystemTape::evaluate(const Quad& t, const Quad* u, Quad* du) const {
  const auto numbers = [](const Quad* x) { return reinterpret_cast<const double*>(x); };
  evaluate_lanes<num_lanes<Quad>>(*this, numbers(&t), numbers(u), reinterpret_cast<double*>(du), run_tape_on_four);
}

void SystemTape::evaluate(const Lanes& t, const Lanes* u, Lanes* du) const {
  const auto numbers = [](const Lanes* x) { return reinterpret_cast<const double*>(x); };
  evaluate_lanes<num_lanes<Lanes>>(*this, numbers(&t), numbers(u), reinterpret_cast<double*>(du), run_tape_on_sixteen);
}

std::vector<double> MeshTape::scalars_at(double t) const {
  std::vector<double> found = scalars;
  found.front() = t;
  std::vector<double> registers(static_cast<std::size_t>(of_time.num_registers));
  TapeBases bases;
  bases[Space::scalars] = found.data();
  bases[Space::registers] = registers.data();
  run_tape(of_time, bases, 1);
  return found;
}

void MeshTape::evaluate(double t, const double* u, double* du) const {
  const auto num_fields = static_cast<Index>(margins.size());
  const auto num_scalars = static_cast<Index>(scalars.size());
  const bool has_rows = mesh.ny > 1;  // which the margins keep apart
  const Index num_registers = std::max(tape.num_registers * mesh_block, of_time.num_registers);
  const Index num_outputs = has_rows ? num_fields * mesh.run() : 0;
  double* const registers = thread_scratch(num_registers + num_fields * mesh.size() + num_outputs + num_scalars);
  double* const fields = registers + num_registers;
  double* const results = fields + num_fields * mesh.size();
  TapeBases bases;
  bases[Space::registers] = registers;
  bases[Space::scalars] = results + num_outputs;
  std::copy(scalars.begin(), scalars.end(), bases[Space::scalars]);
  bases[Space::scalars][0] = t;
  run_tape(of_time, bases, 1);
  for (Index f = 0; f < num_fields; ++f) {
    fill_padded(mesh, margins[static_cast<std::size_t>(f)], u + f * mesh.num_points(), fields + f * mesh.size());
  }
  double* const outputs = has_rows ? results : du;
  for (Index k = 0; k < mesh.run(); k += mesh_block) {
    bases[Space::fields] = fields + mesh.origin() + k;
    bases[Space::places] = read_only(places.data()) + mesh.origin() + k;
    bases[Space::outputs] = outputs + k;
    run_tape(tape, bases, std::min(mesh_block, mesh.run() - k));
  }
  if (!has_rows) return;
  for (Index row = 0; row < num_fields * mesh.ny; ++row) {
    const Index field = row / mesh.ny;
    std::copy_n(results + field * mesh.run() + (row % mesh.ny) * mesh.stride(), mesh.nx, du + row * mesh.nx);
  }
}

}  // namespace forerun
