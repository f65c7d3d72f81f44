// Configurations of runs and campaigns, suites of benchmarks, and what --set says.

#include <sstream>

#include "apps/forerun/bench/bench_published.h"
#include "apps/forerun/bench/bench_suite.h"
#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/cli/command_line.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/config/overrides.h"
#include "tests/core/temporary_directory.h"
#include "tests/fuzz/command_readers.h"

namespace forerun::fuzz {
namespace {

const TemporaryDirectory& directory() {
  static const TemporaryDirectory made;
  return made;
}

/// What a configuration says in full reads back as the same configuration.
RunConfig read_run(const std::string& bytes) {
  ConfigDocument document = ConfigDocument::parse(bytes, "run.toml");
  leave_options_behind(document);
  const RunConfig config = read_config(document);
  const std::string text = to_toml(config, config.initial_state);
  const std::string again = to_toml(read_config(ConfigDocument::parse(text, "again.toml")), config.initial_state);
  if (text != again) throw BrokenContract("reads back as another configuration:\n" + text + "\n\n" + again);
  return config;
}

/// Small enough to be built thousands of times a second; what the sizes may be is the configuration's business.
bool is_small(const RunConfig& config) {
  constexpr std::int64_t most = 100;
  if (config.slices > most || config.fine_levels.automatic || config.initial_state) return false;
  if (config.fine.external || config.coarse.external) return false;  // whatever they name is not to be touched
  for (const ParameterSpec& spec : config.problem.parameters.specs()) {
    const ParameterValue& value = config.problem.parameters.value(spec.name);
    if (const auto* integer = std::get_if<std::int64_t>(&value); integer != nullptr && *integer > most) return false;
  }
  return true;
}

void build(const std::string& bytes) {
  const std::filesystem::path file = directory() / "run.toml";
  write_bytes(file, bytes);
  std::ostringstream out, err;
  const ExitStatus status = run_command_line({"run", file.string(), "--dry-run"}, {out, err});
  if (status != ExitStatus::ok && status != ExitStatus::usage) throw BrokenContract("--dry-run: " + err.str());
}

void read_suite_file(const std::string& bytes) {
  const std::filesystem::path file = directory() / "suite.toml";
  write_bytes(file, bytes);
  read_suite(file, published_keys(), {});
}

void read(const std::string& bytes) {
  bool can_be_built = false;
  expect_value_or_refusal<UsageError>([&] { can_be_built = is_small(read_run(bytes)); });
  if (can_be_built) {
    build(bytes);
    expect_value_or_refusal<UsageError>([&] { read_campaign_config(ConfigDocument::parse(bytes, "campaign.toml")); });
  }
  expect_value_or_refusal<UsageError>([&] { read_suite_file(bytes); });
  expect_value_or_refusal<UsageError>([&] {
    ConfigDocument document = ConfigDocument::parse("", "");
    document.set_from_command_line(bytes);
  });
}

std::vector<std::string> seeds() {
  return {R"([problem]
name = "burgers"
points = 16
viscosity = 0.05
[time]
end = 1.0
slices = 8
[fine]
method = "rk4"
steps = 16
levels = [2, 16]
[coarse]
method = "rk1"
steps = 4
[parareal]
tolerance = 5e-7
stopping = "estimate"
[corrector]
name = "randnet"
neurons = 20
[run]
threads = 1
seed = 0x10
)",
          R"([problem]
name = 'lorenz' # a comment
[time]
begin = -1
end = 1_0.5
slices = 4
[fine]
method = "dopri5"
tolerance = 1e-9
levels = [1e-3, 1e-9]
[campaign]
runs = 3
sampling = "grid"
[network]
neurons = 8
[lowest]
rho = 27.0
[highest]
rho = 29.0
)",
          R"([problem]
name = "equations"
parameters = { nu = 0.01 }
[problem.mesh]
x = { from = -1.0, to = 1.0, points = 8, boundary = "periodic" }
y = { from = 0, to = 2, points = 4, neumann = [0.0, 1] }
[problem.u]
initial = "cos(pi*x)*y"
rhs = """
nu*lap(u) - u*dx(u) \
  + \u0032*t"""
bounds = [0.0, 1.0]
[time]
end = 1.0
slices = 4
[fine]
method = "rk4"
steps = 4
[coarse]
method = "rk1"
steps = 1
)",
          R"([problem]
name = "external"
dimension = 2
initial_state = [2.0, 0]
bounds = [[-3.0, 3.0], [-1, 1]]
[time]
end = 1.0
slices = 4
[fine]
levels = [{worker = ["./w", "8"]}, {command = ['./c', "{input}", "{output}", "{t0}"], work = 9.0, format = "csv"}]
processes = 2
directory = ".."
[coarse]
library = "l.so"
function = "f"
argument = "nu"
exclusive = true
)",
          "[burgers]\ntitle = \"Burgers\"\nconfig = \"burgers.toml\"\nsettings = \"time.slices=64\"\n",
          "time.slices=64",
          "problem.name=\"bur\\u0067ers\"",
          "\xef\xbb\xbf[time]\nend = 1979-05-27T07:32:00Z\nslices = [[1, 2], {a = 1}]\nbegin = 1e400\n"};
}

}  // namespace

Reader config_reader() { return {"config", seeds, read}; }

}  // namespace forerun::fuzz
