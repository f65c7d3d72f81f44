#include "apps/forerun/selftest/selftest_runs.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <vector>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/method_run.h"
#include "core/base/stop_scope.h"
#include "core/execution/time_communicator.h"
#include "core/files/npy_file.h"
#include "core/files/read_file.h"
#include "learning/files/model_file.h"
#include "solvers/external/child_process.h"
#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLearning = R"([problem]
name = "burgers"
points = 16
viscosity = 0.05
[time]
end = 1.0
slices = 8
[fine]
method = "rk4"
steps = 16
[coarse]
method = "rk1"
steps = 4
[parareal]
tolerance = 0.0
[corrector]
name = "randnet"
)";

[[noreturn]] void fail(const std::string& sentence) { throw std::runtime_error(sentence); }

ConfigDocument document_of(const std::string& settings) { return ConfigDocument::parse(settings, "selftest"); }

/// The run that a configuration names, and serial stepping.
Comparison solved(const ConfigDocument& document, const std::stop_token& stop,
                  TimeCommunicator* communicator = nullptr) {
  const Experiment experiment = make_experiment(document);
  open_external_solvers(document, experiment);
  ComparisonPlan plan;
  plan.correctors = {is_by_method(experiment.config.method.name) ? experiment.config.method
                                                                 : experiment.config.corrector};
  plan.reference = true;
  plan.quiet = true;
  plan.keep_models = true;
  std::ostringstream nowhere;
  const Console console{.out = nowhere, .err = nowhere, .communicator = communicator};
  const auto logger = make_logger(console, true);
  Comparison comparison = carry_out(plan, experiment, console, *logger, stop);
  if (stop.stop_requested()) throw StopRequested{};
  const SerialSolution& serial = *comparison.serial_fine;
  if (serial.failure) fail("serial stepping: " + serial.failure->sentence());
  const RunRecord& record = comparison.runs.front().record;
  if (record.failure) fail(record.failure->sentence());
  if (!record.converged()) fail("the run ended by " + std::string(to_string(record.termination)));
  return comparison;
}

const States& states_of(const Comparison& comparison) { return comparison.runs.front().record.boundaries; }

/// For files that are written and read again.
class ScratchFolder {
 public:
  ScratchFolder() : path_(fs::temp_directory_path() / ("forerun-selftest-" + std::to_string(::getpid()))) {
    std::error_code error;
    if (!fs::create_directory(path_, error)) fail(path_.string() + ": cannot be made: " + error.message());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// Folders that the module may be in: of this build, and installed.
std::vector<std::string> python_folders() {
  std::error_code error;
  const fs::path programs = fs::read_symlink("/proc/self/exe", error).parent_path();
  return {(programs / "../python").lexically_normal().string(),
          (programs / build::python_folder).lexically_normal().string()};
}

constexpr int kModuleIsMissing = 3;
constexpr const char* kPythonRun = R"(import sys
sys.path[:0] = sys.argv[1:]
try:
    import forerun
except ModuleNotFoundError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)
result = forerun.run({
    "problem": {"name": "lorenz"}, "time": {"end": 1.0, "slices": 4},
    "fine": {"method": "rk4", "steps": 50}, "coarse": {"method": "rk4", "steps": 5},
    "parareal": {"tolerance": 0.0}, "corrector": {"name": "classic"}, "run": {"threads": 1}}, reference=True)
if not (result.states == result.serial_states).all():
    sys.exit("states are not those of serial stepping")
)";

}  // namespace

std::string run_exactly(const std::string& settings, const std::stop_token& stop) {
  const Comparison comparison = solved(document_of(settings), stop);
  const States& states = states_of(comparison);
  if (!(states.array() == comparison.serial_fine->boundaries.array()).all()) {
    fail("states are not those of serial stepping");
  }
  return std::to_string(states.cols() - 1) + " slices equal serial stepping bit for bit";
}

std::string compare_threads(const std::stop_token& stop) {
  ConfigDocument document = document_of(kLearning);
  document.set({"run", "threads", std::int64_t{0}, "selftest"});
  const States all = states_of(solved(document, stop));
  document.set({"run", "threads", std::int64_t{1}, "selftest"});
  if (!(all.array() == states_of(solved(document, stop)).array()).all()) {
    fail("one thread gives other states than all of them");
  }
  return "one thread and all of them give the same bits";
}

std::string keep_model(const std::stop_token& stop) {
  const Comparison comparison = solved(document_of(kLearning), stop);
  if (!comparison.runs.front().model) fail("nothing was learned");
  const ScratchFolder folder;
  save_model(folder / "first", *comparison.runs.front().model);
  save_model(folder / "second", load_model(folder / "first"));
  if (read_file(folder / "first") != read_file(folder / "second")) fail("a model that is read is another one");
  return "a model is read as it was written";
}

std::string keep_run(const std::stop_token& stop) {
  const ConfigDocument document = document_of(kLearning);
  const std::string text = to_toml(read_config(document), std::nullopt);
  if (to_toml(read_config(document_of(text)), std::nullopt) != text)
    fail("a configuration that is read is another one");
  const Comparison comparison = solved(document, stop);
  const ScratchFolder folder;
  write_npy(folder / "first.npy", states_of(comparison));
  write_npy(folder / "second.npy", States(read_npy_matrix(folder / "first.npy")));
  if (read_file(folder / "first.npy") != read_file(folder / "second.npy")) fail("states that are read are others");
  return "configurations and states are read as they were written";
}

std::string share_run(TimeCommunicator& communicator, const std::stop_token& stop) {
  ConfigDocument document = document_of(kLearning);
  const int size = communicator.size();
  constexpr int least_slices = 8;
  const int num_slices = std::max(least_slices, size);
  document.set_from_command_line("time.slices=" + std::to_string(num_slices));
  const Comparison comparison = solved(document, stop, &communicator);
  if (states_of(comparison) != comparison.serial_fine->boundaries) fail("the states are not those of serial stepping");
  return std::to_string(size) + " processes: " + std::to_string(num_slices) +
         " slices equal serial stepping bit for bit";
}

std::string use_sundials(const std::stop_token& stop) {
  if (sundials_version().empty()) throw PartIsAbsent("not built in: the build has not found SUNDIALS 6");
  return run_exactly(R"([problem]
name = "van_der_pol"
[time]
end = 1.0
slices = 4
[fine]
method = "cvode_bdf"
tolerance = 1e-8
[coarse]
method = "backward_euler"
steps = 4
[parareal]
tolerance = 0.0
[corrector]
name = "classic"
)",
                     stop);
}

std::string use_program(const std::stop_token& stop) {
  return run_exactly(R"([problem]
name = "external"
dimension = 2
initial_state = [1.0, 2.0]
[time]
end = 1.0
slices = 2
[fine]
command = ["cp", "{input}", "{output}"]
[coarse]
command = ["cp", "{input}", "{output}"]
[parareal]
tolerance = 0.0
[corrector]
name = "classic"
)",
                     stop);
}

std::string use_python(const std::stop_token& stop) {
  const std::string version = build::python;
  if (version.empty()) throw PartIsAbsent("not built: the build has not found pybind11 and numpy");
  ChildCommand command{{build::python_program, "-c", kPythonRun}, "/"};
  for (const std::string& folder : python_folders()) command.words.push_back(folder);
  try {
    find_program(build::python_program, "/");
  } catch (const std::invalid_argument& error) {
    throw PartIsAbsent("built for Python " + version + ", and " + error.what());
  }
  ChildProcess child(command, {});
  constexpr int between_looks = 20;
  std::optional<ChildEnd> end;
  while (!(end = child.wait(between_looks))) {
    if (!stop.stop_requested()) continue;
    child.end();
    throw StopRequested{};
  }
  if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == kModuleIsMissing) {
    throw PartIsAbsent("built for Python " + version + ", not found by it: " + child.error_tail().text());
  }
  if (!end->succeeded()) fail(std::string(build::python_program) + " " + end->sentence() + child.error_tail().clause());
  return "Python " + version + ": 4 slices equal serial stepping bit for bit";
}

}  // namespace forerun
