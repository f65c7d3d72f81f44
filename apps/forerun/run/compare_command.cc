#include "apps/forerun/cli/command.h"
#include "apps/forerun/run/coarse_comparison.h"
#include "apps/forerun/run/solve.h"

namespace forerun {
namespace {

constexpr const char* compare_details =
    R"(Solves the problem of a configuration with several correctors and methods, and serially with the fine solver, and prints one table.
Options in [corrector] apply to the corrector it names; the others run with their defaults (`forerun list`). So they do
where --set corrector.name names another one than the file: the file's options are left behind. MGRIT, PFASST and ParaExp
run as [method] says, or with their defaults and [parareal]'s tolerance.

Examples:
  forerun compare data/configs/burgers.toml
  forerun compare data/configs/burgers.toml --correctors classic,randnet-local,auto
  forerun compare data/configs/heat.toml --correctors classic --methods parareal,mgrit
  forerun compare data/configs/heat.toml --coarse bigger-step,coarser-mesh,optimised --correctors classic
  forerun compare data/configs/lorenz.toml --correctors randnet --set corrector.name=randnet --set corrector.neurons=500
  forerun compare data/configs/burgers.toml --json comparison.json --out runs/comparison

Columns: K iterations; sweeps: fine work in full fine passes; max error against serial fine, in the state scaled to
[-1, 1]; seconds of wall clock; the measured speed-up over serial fine on this machine; the modelled one on as many
processors as slices, from this run's own times. Below: what served the sweeps of a corrector that chooses, and how
often a corrected state was refused because it lay far outside of all that was seen (fallbacks).
Runs that have converged and took less than 5 s are timed up to five times, serial stepping and they in turn, within the
time that all took at first; times are those of the repetition with the median total, beside its min–max. Other work that
the machine had meanwhile is a warning above the verdict.

--coarse: one table of strategies (`forerun list` names them) and correctors, classic and auto by default. [coarse]
applies to the strategy that it names; what does not suit the problem is listed with the reason.

--model serves the corrector that learned it, and auto; --save-model needs exactly one corrector that learns.
What overrides what: the file < --set < --threads and --seed.
First Ctrl-C, SIGTERM or SIGHUP: stops, within two seconds, and reports what was reached; second: ends at once.

Exit status: 0 all converged, 3 one reached a limit first, 6 a solver failed or overran [fine] slice_timeout, 129, 130,
143 ended by SIGHUP, SIGINT, SIGTERM (all runs that could be carried out are shown and written); 2 wrong usage or
configuration, 4 files, 5 model file (nothing is written).
)";

ExitStatus compare_correctors(const ParsedOptions& options, const std::vector<std::string>& words,
                              const Console& console) {
  const SolveRequest request = make_solve_request("compare", options, console);
  return request.strategies.empty() ? solve(request, words, console) : solve_with_strategies(request, console);
}

}  // namespace

Command compare_command() {
  std::vector<OptionSpec> options = solve_option_specs();
  options.insert(
      options.begin(),
      {"correctors", "a,b,c",
       "which correctors, in this order (default: classic,\nrandnet-local,auto and the configuration's own)"});
  options.insert(options.begin() + 1,
                 {"coarse", "a,b,c",
                  "try coarse solvers made by these strategies, or by all;\nno run directory or model goes with it"});
  options.insert(
      options.begin() + 2,
      {"methods", "a,b", "of parareal, mgrit, pfasst and paraexp (default: parareal, and the configuration's)"});
  return {"compare",
          "CONFIG",
          "Solve one problem with several correctors and methods, side by side",
          compare_details,
          options,
          compare_correctors,
          true};
}

}  // namespace forerun
