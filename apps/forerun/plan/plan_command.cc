#include <algorithm>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/plan/plan_report.h"
#include "apps/forerun/run/solve_request.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

constexpr const char* plan_details =
    R"(Before a long run: times the fine and the coarse solver on a few slices, solves the problem with a cheap version of the
fine solver that is as far from the coarse one, so that it needs the same iterations, and models the run itself on this
machine and on one processor a slice (or --processors). Tries other numbers of slices and coarse steps as well, and the
other methods that suit the problem (MGRIT, PFASST, ParaExp); recommends, with the lines to copy, and says where serial
stepping wins. Then it measures every integrator in series, on as much of the run as
there is time for: which one is the fastest that is as accurate as the configured fine solver, and whether Parareal
with that one as fine solver beats it here.

Examples:
  forerun plan data/configs/burgers.toml
  forerun plan data/configs/burgers.toml --set fine.steps=40000 --processors 64
  forerun plan data/configs/lorenz.toml --budget 10 --json - | jq .best_there

Trials get a fifth of the serial fine solution's seconds together, 2 s at least and 2 minutes at most (--budget), the
serial solvers as much again. Your own program or library as fine solver has no steps that could be fewer: a cheap one
of its levels stands in for it, or it serves its trials itself, for twice the serial seconds, between 10 s and 10 minutes,
and other serial solvers are not measured.
What was measured, estimated and modelled is labelled so.

Units: seconds, bytes per second; discrepancies are ∞-norms of the state scaled to [-1, 1].

Exit status: 0 planned, whatever the advice; 6 the fine solver failed on the first slice; 129, 130, 143 ended by
SIGHUP, SIGINT, SIGTERM; 2 wrong usage or configuration, 4 files.
)";

PlanOptions make_plan_options(const ParsedOptions& options) {
  const MachineOptions machine = make_machine_options(options);
  PlanOptions plan;
  plan.scaling = machine.scaling;
  if (machine.processors.size() > 1) {
    throw UsageError("--processors " + *options.text("processors") + ": must be one machine to plan for");
  }
  if (!machine.processors.empty()) plan.processors = machine.processors.front();
  if (options.has("budget")) plan.budget_seconds = number_option(options, "budget", 0.0, NumberRule::positive);
  return plan;
}

ExitStatus plan_run(const ParsedOptions& options, const std::vector<std::string>& /*words*/, const Console& console) {
  const PlanOptions plan = make_plan_options(options);
  const InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  const SolveRequest request = make_solve_request("plan", options, console);
  if (request.json && *request.json != "-") require_writable(*request.json);
  const Experiment experiment = make_experiment(request.document);
  require_one_window(request.document, experiment.config);
  require_parareal(request.document, experiment.config, "a plan tries the other methods beside Parareal by itself");
  require_equal_slices(request.document, experiment.config);
  const auto logger = make_logger(console, request.quiet);
  try {
    const PlanStudy study = make_plan_study(request.document, plan, console, *logger, stop);
    if (study.interrupted) throw StopRequested{};
    if (request.json == "-") {
      console.out << plan_json(study, experiment);
      return ExitStatus::ok;
    }
    console.out << plan_text(study, experiment);
    console.out.flush();
    if (request.json) write_file_atomically(*request.json, plan_json(study, experiment));
  } catch (const PropagationError& error) {
    console.err << "forerun: the fine solver failed on the first slice, at time " << error.time() << ": "
                << error.what() << "\n";
    return ExitStatus::solver_failed;
  }
  return InterruptGuard::status().value_or(ExitStatus::ok);
}

}  // namespace

Command plan_command() {
  std::vector<OptionSpec> options = machine_option_specs();
  options.push_back({"budget", "SECONDS", "for all trials together, and for serial solvers again"});
  for (const OptionSpec& spec : solve_option_specs()) {
    for (const char* name : {"set", "threads", "seed", "json", "quiet", "verbose", "log"}) {
      if (spec.name == name) options.push_back(spec);
    }
  }
  return {"plan",       "CONFIG", "Before a long run: what to expect, what to set, whether it pays",
          plan_details, options,  plan_run};
}

}  // namespace forerun
