#include <nlohmann/json.hpp>
#include <system_error>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/record/record_file.h"
#include "apps/forerun/run/checkpoint.h"
#include "apps/forerun/run/solve.h"
#include "core/base/errors.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* resume_details =
    R"(Goes on with a `run` or `compare` that was started with --out DIR and was interrupted, killed, or lost its machine.
It ends as it would have without the interruption: the same states, iterations and record, bit for bit, seconds excepted.

Examples:
  forerun resume runs/long
  forerun resume runs/long --threads 16 --quiet

What was asked for then is done now: correctors, --reference, --model, --save-model, --json; the configuration is the one
in DIR. A run leaves what its solvers have computed in DIR/checkpoint, at most every [run] checkpoint_seconds (default 30;
0: after each iteration) and when it is told to stop. No solve that is kept there is made again: a resumed run repeats
fits, predictions and what is too cheap to keep, which takes a fraction of the time they are of the run so far. A
damaged part of a checkpoint is computed again.

A run that has ended is said to have, with its result.

Exit status: as `forerun run`; 0 where the run had ended already; 4 where DIR holds no run, or no checkpoint, or not the
configuration and the model that the run was started with.
)";

fs::path directory_argument(const ParsedOptions& options) {
  const auto& arguments = options.arguments();
  if (arguments.size() == 1 && !arguments.front().empty()) return arguments.front();
  throw UsageError(std::string("resume ") +
                   (arguments.size() <= 1 ? "needs the directory of a run"
                                          : "takes the directory of one run, not " + std::to_string(arguments.size())) +
                   ", e.g. `forerun resume runs/long`");
}

/// "classic: converged after 12 iterations".
std::string result_text(const nlohmann::ordered_json& run) {
  constexpr Index most = 1'000'000'000;
  const Index iterations = json_integer(run, "iterations", 0, most);
  return json_text(run, "corrector") + ": " + json_text(run, "termination") + " after " + std::to_string(iterations) +
         (iterations == 1 ? " iteration" : " iterations");
}

/// Says how the run ended whose directory has no checkpoint. Throws `FileError` where it did not.
ExitStatus tell_end(const fs::path& directory, const Console& console) {
  std::error_code ignored;
  if (!fs::is_directory(directory, ignored)) throw FileError(directory.string() + ": is no directory");
  if (!fs::exists(directory / "record.json", ignored)) {
    throw FileError(directory.string() + ": holds no run: there is neither a checkpoint nor a record.json");
  }
  const Experiment experiment = read_recorded_experiment(directory);
  std::string results;
  bool has_ended = true;
  read_record(directory, experiment, [&](const nlohmann::ordered_json& record) {
    has_ended = !record.contains("status") || json_text(record, "status") == "ended";
    for (const auto& run : json_array(record, "runs")) {
      has_ended = has_ended && json_text(run, "termination") != to_string(Termination::interrupted);
      results += "  " + printable(result_text(run)) + "\n";
    }
  });
  if (!has_ended) {
    throw FileError(directory.string() + ": was interrupted and holds no checkpoint to go on from; start it again");
  }
  console.out << printable(directory.string()) << ": this run has ended, there is nothing to resume\n" << results;
  return ExitStatus::ok;
}

ExitStatus resume_run(const ParsedOptions& options, const std::vector<std::string>& /*words*/, const Console& console) {
  const fs::path directory = directory_argument(options);
  if (!Checkpoint::exists(directory)) return tell_end(directory, console);
  return resume({directory, options.text("threads"), options.text("json"), options.has("quiet")}, console);
}

}  // namespace

Command resume_command() {
  return {
      "resume",
      "DIR",
      "Go on with a run that was interrupted",
      resume_details,
      with_progress_options(
          {{"threads", "N", "threads; 0: all cores (default: as the run was started)"},
           {"json", "FILE", "write the record as JSON; -: to standard output, alone\n(default: where it was to go)"}}),
      resume_run,
      true};
}

}  // namespace forerun
