#include <spdlog/logger.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "apps/forerun/bench/bench_coarse.h"
#include "apps/forerun/bench/bench_configs.h"
#include "apps/forerun/bench/bench_emulate.h"
#include "apps/forerun/bench/bench_kernels.h"
#include "apps/forerun/bench/bench_methods.h"
#include "apps/forerun/bench/bench_network.h"
#include "apps/forerun/bench/bench_operators.h"
#include "apps/forerun/bench/bench_precision.h"
#include "apps/forerun/bench/bench_published.h"
#include "apps/forerun/bench/bench_speed.h"
#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/execution/time_communicator.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* bench_details =
    R"(Measures what Forerun claims, on this machine, and says plainly where a goal is missed.

  published   iterations until convergence by the published rule beside the published counts (minutes)
  speed       effective sweeps and wall-clock time against serial fine stepping (minutes; wants a quiet machine)
  emulate     wall-clock time with a processor a slice: fine solves emulated by waiting, all else real (minutes)
  methods     Parareal, MGRIT, PFASST and ParaExp on the same problems (minutes; wants a quiet machine)
  coarse      every strategy for the coarse solver on the same problems (minutes; wants a quiet machine)
  configs     every shipped configuration as it is, against serial fine stepping (minutes)
  precision   error over time: the best serial solvers, SUNDIALS and Parareal (half an hour; wants a quiet machine)
  operators   operator networks as coarse solvers of unseen runs, beside correctors: iterations and training (minutes)
  network     messages between processes, and a run that they share against the model (started by mpirun; a minute)
  kernels     right-hand sides, Runge-Kutta steps, learners' kernels and the engine against stated limits (seconds)

Examples:
  forerun bench published --out runs/bench
  forerun bench published --problems burgers,lorenz --seeds 3
  forerun bench speed --repeats 5 --threads 1,2 --out runs/bench
  mpirun -n 4 forerun bench network
  forerun bench kernels --json - | jq '.measurements[]'

--out writes NAME.md, a table for people, NAME.csv, every measurement, and of precision NAME.html, work-precision
diagrams. Problems and goals are read from a suite: data/references/published_iterations.toml and, called as the
benchmark, data/benchmarks/speed.toml, emulate.toml, methods.toml, coarse.toml, network.toml, operators.toml and
precision.toml below the current directory, or --suite; configs runs what is in data/configs, or the directory --suite.

Exit status: 0 measured, whether goals were met or not; 3 a run reached a limit first; 129, 130, 143 ended by SIGHUP,
SIGINT, SIGTERM; 2 wrong usage or configuration, 4 files.
)";

/// `text` of --name as an integer from 1 to `most`.
int parse_integer(const std::string& name, const std::string& text, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most) {
    throw UsageError("--" + name + " " + text + ": must be an integer from 1 to " + std::to_string(most));
  }
  return value;
}

int integer_option(const ParsedOptions& options, const std::string& name, int fallback, int most) {
  const std::optional<std::string> text = options.text(name);
  return text ? parse_integer(name, *text, most) : fallback;
}

std::vector<int> threads_option(const ParsedOptions& options, const std::vector<int>& fallback) {
  const std::optional<std::string> text = options.text("threads");
  if (!text) return fallback;
  constexpr int most = 1024;
  std::vector<int> threads;
  for (const std::string& word : split(*text, ',')) threads.push_back(parse_integer("threads", word, most));
  if (threads.empty()) throw UsageError("--threads '" + *text + "': must be integers like 1,2");
  return threads;
}

std::vector<BenchEntry> suite(const ParsedOptions& options, const fs::path& fallback,
                              const std::vector<ParameterSpec>& keys) {
  const fs::path path = options.text("suite").value_or(fallback.string());
  if (!options.has("suite") && !fs::exists(path)) {
    throw FileError(path.string() + ": not below the current directory; --suite FILE says where it is");
  }
  return read_suite(path, keys, split(options.text("problems").value_or(""), ','));
}

BenchReport measure(const std::string& name, const ParsedOptions& options, const Console& console,
                    spdlog::logger& logger, std::stop_token stop) {
  if (name == "kernels") return bench_kernels();
  if (name == "published") {
    constexpr int default_seeds = 10;
    constexpr int most_seeds = 1000;
    return bench_published(suite(options, "data/references/published_iterations.toml", published_keys()),
                           integer_option(options, "seeds", default_seeds, most_seeds), console, logger,
                           std::move(stop));
  }
  constexpr int most_repeats = 1000;
  if (name == "precision") {
    PrecisionOptions precision;
    precision.repeats = integer_option(options, "repeats", static_cast<int>(precision.repeats), most_repeats);
    precision.threads = threads_option(options, precision.threads);
    return bench_precision(suite(options, "data/benchmarks/precision.toml", precision_keys()), precision, console,
                           logger, std::move(stop));
  }
  if (name == "emulate") {
    EmulateOptions emulate;
    emulate.repeats = integer_option(options, "repeats", static_cast<int>(emulate.repeats), most_repeats);
    return bench_emulate(suite(options, "data/benchmarks/emulate.toml", emulate_keys()), emulate, console, logger,
                         std::move(stop));
  }
  if (name == "methods") {
    MethodsOptions methods;
    methods.repeats = integer_option(options, "repeats", static_cast<int>(methods.repeats), most_repeats);
    return bench_methods(suite(options, "data/benchmarks/methods.toml", methods_keys()), methods, console, logger,
                         std::move(stop));
  }
  if (name == "operators") {
    return bench_operators(suite(options, "data/benchmarks/operators.toml", operators_keys()), console, logger,
                           std::move(stop));
  }
  if (name == "coarse") {
    CoarseOptions coarse;
    coarse.repeats = integer_option(options, "repeats", static_cast<int>(coarse.repeats), most_repeats);
    return bench_coarse(suite(options, "data/benchmarks/coarse.toml", coarse_suite_keys()), coarse, console, logger,
                        std::move(stop));
  }
  if (name == "configs") {
    const fs::path directory = options.text("suite").value_or("data/configs");
    return bench_configs(configurations_in(directory, split(options.text("problems").value_or(""), ',')), console,
                         logger, std::move(stop));
  }
  if (name == "network") {
    constexpr int usual_repeats = 3;
    return bench_network(suite(options, "data/benchmarks/network.toml", network_keys()),
                         integer_option(options, "repeats", usual_repeats, most_repeats), console, logger,
                         std::move(stop));
  }
  SpeedOptions speed;
  speed.repeats = integer_option(options, "repeats", static_cast<int>(speed.repeats), most_repeats);
  speed.threads = threads_option(options, speed.threads);
  return bench_speed(suite(options, "data/benchmarks/speed.toml", speed_keys()), speed, console, logger,
                     std::move(stop));
}

/// The benchmark that is asked for; options that belong to another one are refused.
std::string benchmark_name(const ParsedOptions& options) {
  static const std::map<std::string, std::vector<std::string>> known = {
      {"coarse", {"repeats", "problems", "suite"}},  {"configs", {"problems", "suite"}},
      {"emulate", {"repeats", "problems", "suite"}}, {"kernels", {}},
      {"methods", {"repeats", "problems", "suite"}}, {"network", {"repeats", "problems", "suite"}},
      {"operators", {"problems", "suite"}},          {"precision", {"repeats", "threads", "problems", "suite"}},
      {"published", {"seeds", "problems", "suite"}}, {"speed", {"repeats", "threads", "problems", "suite"}}};
  std::vector<std::string> names;
  for (const auto& [name, own] : known) names.push_back(name);
  if (options.arguments().size() != 1)
    throw UsageError(
        "bench takes one of published, speed, emulate, methods, coarse, configs, precision, operators, network, "
        "kernels");
  const std::string& name = options.arguments().front();
  const auto found = known.find(name);
  if (found == known.end()) throw UsageError("unknown benchmark '" + name + "': " + suggestion(name, names));
  for (const std::string option : {"seeds", "repeats", "threads", "problems", "suite"}) {
    const auto& own = found->second;
    if (options.has(option) && std::find(own.begin(), own.end(), option) == own.end()) {
      throw UsageError("--" + option + ": not an option of forerun bench " + name);
    }
  }
  return name;
}

/// One is about many processes, the others are about one.
void require_processes(const std::string& name, const Console& console) {
  const bool is_shared = console.communicator != nullptr;
  if (name == "network" && !is_shared) {
    throw UsageError("bench network: needs several processes: `mpirun -n 4 forerun bench network`");
  }
  if (name != "network" && is_shared) {
    throw UsageError("bench " + name + ": takes one process, and was started as " +
                     std::to_string(console.communicator->size()));
  }
}

void require_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw FileError(directory.string() + ": cannot be made: " + error.message());
}

ExitStatus run_bench(const ParsedOptions& options, const std::vector<std::string>& words, const Console& console) {
  const std::string name = benchmark_name(options);
  require_processes(name, console);
  const std::optional<std::string> out = console.speaks() ? options.text("out") : std::nullopt;
  const std::optional<std::string> json = console.speaks() ? options.text("json") : std::nullopt;
  if (json && *json != "-") require_writable(*json);
  if (out) require_directory(*out);
  const auto logger = make_logger(console, options.has("quiet"));
  InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  const BenchReport report = measure(name, options, console, *logger, stop);
  interrupt.finish();
  if (out) {
    std::string command = "forerun";
    for (const std::string& word : words) command += " " + word;
    write_file_atomically(fs::path(*out) / (name + ".md"), bench_markdown(report, command));
    write_file_atomically(fs::path(*out) / (name + ".csv"), bench_csv(report));
    if (!report.page.empty()) write_file_atomically(fs::path(*out) / (name + ".html"), report.page);
  }
  if (json && *json != "-") write_file_atomically(*json, bench_json(report));
  console.out << (json == "-" ? bench_json(report) : bench_text(report));
  if (const auto status = InterruptGuard::status()) return *status;
  if (report.interrupted) return ExitStatus::interrupted;
  return report.all_converged ? ExitStatus::ok : ExitStatus::not_converged;
}

}  // namespace

Command bench_command() {
  const std::vector<OptionSpec> options = with_progress_options({
      {"seeds", "N", "published: seeds 1 to N of the random layers (default: 10)"},
      {"repeats", "N",
       "speed, emulate, methods, coarse, precision: runs of each variant, at\nmost (default: 5, 3, 3, 3, 3)"},
      {"threads", "a,b", "speed, precision: numbers of threads (default: 1,2)"},
      {"problems", "a,b", "only these sections of the suite, or configurations"},
      {"suite", "FILE", "problems and goals; of configs a directory"},
      {"out", "DIR", "write NAME.md and NAME.csv there, of precision NAME.html, too"},
      {"json", "FILE", "write the measurements as JSON; -: to standard output, alone"},
  });
  return {"bench",
          "published|speed|emulate|methods|coarse|configs|precision|operators|network|kernels",
          "Measure iterations, speed and kernels against their goals",
          bench_details,
          options,
          run_bench,
          true};
}

}  // namespace forerun
