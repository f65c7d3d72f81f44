#include "apps/forerun/cli/command.h"
#include "apps/forerun/run/solve.h"

namespace forerun {
namespace {

constexpr const char* run_details =
    R"(Solves the problem of a configuration once, with the corrector it names, and prints a summary.
Progress goes to standard error, the result to standard output.

Examples:
  forerun run data/configs/burgers.toml
  forerun run data/configs/burgers.toml --reference --out runs/first
  forerun run data/configs/burgers.toml --set time.slices=64 --set corrector.name=classic
  forerun run data/configs/burgers.toml --save-model burgers.safetensors
  forerun run data/configs/burgers.toml --model burgers.safetensors --json - | jq .runs[0].iterations

Units: times are in the equation's own unit, wall-clock times in seconds, sizes in bytes (1 kB = 1000 B); increments
and errors are ∞-norms of the state scaled to [-1, 1] by the problem's bounds.

What overrides what: the file < --set < --threads and --seed. `forerun list` names every key with its default.
Where --set corrector.name names another corrector than the file, the file's options of its own one are left behind.
Without --reference there is no error and no measured speed-up: they need the serial fine solution.
First Ctrl-C, SIGTERM or SIGHUP: stops, within two seconds, and writes what was reached; second: ends at once.
With --out the directory follows the run: iterations.csv grows by a row an iteration (tail -f), record.json is renewed.

Exit status: 0 converged, 3 a limit was reached first, 6 a solver failed or overran [fine] slice_timeout, 129, 130, 143
ended by SIGHUP, SIGINT, SIGTERM (in all of these the best iterate is written); 2 wrong usage or configuration, 4 files,
5 model file (nothing is written).
)";

ExitStatus solve_once(const ParsedOptions& options, const std::vector<std::string>& words, const Console& console) {
  return solve(make_solve_request("run", options, console), words, console);
}

}  // namespace

Command run_command() {
  std::vector<OptionSpec> options = solve_option_specs();
  options.push_back({"reference", "", "also solve serially with the fine solver: error and measured speed-up"});
  return {"run", "CONFIG", "Solve one problem", run_details, options, solve_once, true};
}

}  // namespace forerun
