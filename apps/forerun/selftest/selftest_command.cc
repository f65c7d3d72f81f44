#include <nlohmann/json.hpp>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/selftest/selftest.h"
#include "core/base/stop_scope.h"
#include "core/execution/mpi_processes.h"
#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* selftest_details =
    R"(Shows what this machine and this build have, and tries each part with a small run that must end exact: its states
are those of serial stepping, bit for bit. Takes a few seconds; writes to the folder for temporary files alone and leaves
nothing there. An optional part that is not there (SUNDIALS, the Python module) is no failure.

Examples:
  forerun selftest
  mpirun -n 2 forerun selftest
  forerun selftest --json | jq '.checks[] | select(.outcome == "FAILED")'

Exit status: 0 all right, 1 a check has failed, 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM.
)";

std::string line(const std::string& name, const std::string& value) {
  constexpr std::size_t width = 28;
  const std::size_t used = display_width(name);
  return "  " + name + std::string(used < width ? width - used : 1, ' ') + value + "\n";
}

std::string text_of(const SelfTestMachine& machine, const std::vector<SelfTestCheck>& checks) {
  std::string text = std::string("forerun ") + build::version + ", revision " + build::revision + "\n\nThis machine\n";
  text +=
      line("processor", machine.cpu + ", " + std::to_string(machine.cores) + (machine.cores == 1 ? " core" : " cores"));
  text += line("instruction set", machine.instruction_set);
  text += line("kernels", machine.kernels);
  text += line("threads of a run", std::to_string(machine.threads));
  text += line("memory", format_bytes(machine.memory_bytes));
  text += "\nThis build\n";
  text += line("compiler", std::string(build::compiler) + ", " + build::type);
  for (const build::Library& library : build::libraries) text += line(library.name, library.version);
  const std::string sundials = sundials_version();
  text += line("SUNDIALS", sundials.empty() ? "not built in" : sundials);
  text +=
      line("MPI", mpi_version().empty() ? "not built in" : mpi_version() + " (mpirun -n 2 forerun selftest tries it)");
  text += line("Python module", *build::python != '\0' ? std::string("for Python ") + build::python : "not built");
  text += "\nTried\n";
  double seconds = 0.0;
  for (const SelfTestCheck& check : checks) {
    text += line(check.name, to_string(check.outcome) + ": " + printable(check.detail));
    seconds += check.seconds;
  }
  return text + (all_right(checks) ? "\nAll right, in " : "\nNOT all right, in ") + format_duration(seconds) + ".\n";
}

std::string json_text(const SelfTestMachine& machine, const std::vector<SelfTestCheck>& checks) {
  Json json = {{"schema", "forerun.selftest/1"}, {"version", build::version}, {"revision", build::revision}};
  json["all_right"] = all_right(checks);
  json["machine"] = {
      {"cpu", machine.cpu},         {"cores", machine.cores},     {"instruction_set", machine.instruction_set},
      {"kernels", machine.kernels}, {"threads", machine.threads}, {"memory_bytes", machine.memory_bytes}};
  json["build"] = {{"compiler", build::compiler}, {"flags", build::flags}, {"type", build::type}};
  for (const build::Library& library : build::libraries) json["build"]["libraries"][library.name] = library.version;
  const std::string sundials = sundials_version();
  json["build"]["sundials"] = sundials.empty() ? Json(nullptr) : Json(sundials);
  json["build"]["mpi"] = mpi_version().empty() ? Json(nullptr) : Json(mpi_version());
  json["build"]["python"] = *build::python != '\0' ? Json(build::python) : Json(nullptr);
  json["checks"] = Json::array();
  for (const SelfTestCheck& check : checks) {
    json["checks"].push_back({{"name", check.name},
                              {"outcome", to_string(check.outcome)},
                              {"detail", check.detail},
                              {"seconds", check.seconds}});
  }
  return json_page(json);
}

ExitStatus try_all_parts(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                         const Console& console) {
  if (!options.arguments().empty()) throw UsageError("selftest takes no '" + options.arguments().front() + "'");
  const InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  const SelfTestMachine machine = this_machine();
  const std::vector<SelfTestCheck> checks = run_selftest(stop, console.communicator);
  console.out << (options.has("json") ? json_text(machine, checks) : text_of(machine, checks));
  return all_right(checks) ? ExitStatus::ok : ExitStatus::internal_error;
}

}  // namespace

Command selftest_command() {
  return {"selftest",
          "",
          "Try every part of this build on this machine with an exact small run",
          selftest_details,
          {{"json", "", "as JSON"}},
          try_all_parts,
          true};
}

}  // namespace forerun
