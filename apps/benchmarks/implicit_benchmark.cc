/// Implicit methods on stiff problems, serially: error against a tight reference over time.
///
///     implicit_benchmark          rows of small and medium size: seconds, best of three
///     implicit_benchmark large [NAME]
///                                 a slice of sizes 10⁴ to 10⁶ (diffusion_reaction_77, diffusion_reaction_235,
///                                 heat_2d_1000): seconds and peak memory
///
/// One line a run: problem, method, error in the norm of the state scaled by the problem's bounds, time.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "core/base/stopwatch.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

struct Row {
  std::string problem;
  std::vector<std::pair<std::string, ParameterValue>> parameters;
  double end;
  SolverSpec reference;
  std::vector<SolverSpec> runs;
};

std::unique_ptr<OdeProblem> make(const Row& row) {
  const ProblemEntry& entry = find_problem(row.problem);
  Parameters parameters(entry.parameters);
  for (const auto& [key, value] : row.parameters) parameters.set(key, value);
  return entry.make(parameters);
}

State solve(const Propagator& propagator, const OdeProblem& problem, double end) {
  State result(problem.dimension());
  propagator.propagate({0, 0.0, end}, problem.initial_state(), result);
  return result;
}

void measure(const Row& row) {
  const auto problem = make(row);
  const State reference = solve(*problem->make_propagator(row.reference), *problem, row.end);
  const StateNorm norm(problem->bounds());
  std::printf("%s, d = %lld, to t = %g\n", row.problem.c_str(), static_cast<long long>(problem->dimension()), row.end);
  for (const SolverSpec& spec : row.runs) {
    const auto propagator = problem->make_propagator(spec);
    double seconds = std::numeric_limits<double>::infinity();
    State result;
    for (int repeat = 0; repeat < 3; ++repeat) {
      const Stopwatch watch;
      result = solve(*propagator, *problem, row.end);
      seconds = std::min(seconds, watch.seconds());
    }
    std::printf("  %-24s error %.1e  %9.3f ms\n", to_text(spec).c_str(), norm.distance(result, reference),
                1e3 * seconds);
  }
}

std::vector<SolverSpec> to_tolerances(std::initializer_list<double> tolerances) {
  std::vector<SolverSpec> specs;
  for (const char* method : {"esdirk43", "radau5"}) {
    for (const double tolerance : tolerances) specs.push_back({method, tolerance});
  }
  return specs;
}

void measure_small() {
  const auto number = [](std::int64_t n) { return ParameterValue(n); };
  const SolverSpec tight{"radau5", 1e-12};
  measure({"van_der_pol", {}, 2000.0, tight, to_tolerances({1e-5, 1e-7, 1e-9})});
  measure({"robertson", {}, 1e4, tight, to_tolerances({1e-5, 1e-7, 1e-9})});
  measure({"oregonator", {}, 360.0, tight, to_tolerances({1e-5, 1e-7, 1e-9})});
  measure({"allen_cahn", {{"points", number(200)}}, 20.0, tight, to_tolerances({1e-4, 1e-6, 1e-8})});
  measure({"burgers", {{"points", number(128)}}, 5.9, tight, to_tolerances({1e-4, 1e-6, 1e-8})});
  measure({"burgers", {{"points", number(1128)}}, 5.9, tight, to_tolerances({1e-4, 1e-5, 1e-6, 1e-7, 1e-8})});
  measure({"burgers", {{"points", number(10000)}}, 5.9, {"radau5", 1e-9}, to_tolerances({1e-4, 1e-5, 1e-6})});
  measure({"heat", {{"points", number(1000)}}, 1.0, tight, to_tolerances({1e-4, 1e-6, 1e-8})});
  measure({"diffusion_reaction", {{"cells", number(19)}}, 20.0, tight, to_tolerances({1e-4, 1e-6})});
}

/// Prints seconds: of a first slice, with all that is found and made for it, and of the same once more.
void cross_once(const Row& row, const SolverSpec& spec) {
  const auto problem = make(row);
  const auto propagator = problem->make_propagator(spec);
  const auto seconds = [&] {
    const Stopwatch watch;
    const State end = solve(*propagator, *problem, row.end);
    return end.allFinite() ? watch.seconds() : std::numeric_limits<double>::quiet_NaN();
  };
  const double first = seconds();
  std::printf("%s, d = %lld, %s over %g: first %.2f s, again %.2f s", row.problem.c_str(),
              static_cast<long long>(problem->dimension()), to_text(spec).c_str(), row.end, first, seconds());
  std::fflush(stdout);
}

/// Each in a process of its own, whose peak memory is that of this run alone.
void cross_large(const Row& row) {
  for (const SolverSpec& spec : row.runs) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      cross_once(row, spec);
      std::_Exit(0);
    }
    rusage usage{};
    int status = 0;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) return;
    std::printf(status == 0 ? ", peak memory %ld MiB\n" : ": failed, peak memory %ld MiB\n", usage.ru_maxrss / 1024);
  }
}

/// All large rows, or those whose name is given.
void measure_large(const std::string& name) {
  const auto number = [](std::int64_t n) { return ParameterValue(n); };
  const std::vector<SolverSpec> general = {{"backward_euler", 1}, {"sdirk2", 1}, {"radau3", 1},
                                           {"esdirk43", 1e-4},    {"ars343", 1}, {"rkc", 1e-4}};
  std::vector<SolverSpec> of_heat = general;
  of_heat.push_back({"exponential", 1e-4});
  const std::vector<std::pair<std::string, Row>> rows = {
      {"diffusion_reaction_77", {"diffusion_reaction", {{"cells", number(77)}}, 0.04, {}, general}},
      {"diffusion_reaction_235", {"diffusion_reaction", {{"cells", number(235)}}, 0.04, {}, general}},
      {"heat_2d_1000", {"heat_2d", {{"points", number(1000)}}, 0.01, {}, of_heat}}};
  for (const auto& [row_name, row] : rows) {
    if (name.empty() || name == row_name) cross_large(row);
  }
}

}  // namespace
}  // namespace forerun

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "large") == 0) {
    forerun::measure_large(argc > 2 ? argv[2] : "");
  } else {
    forerun::measure_small();
  }
}
