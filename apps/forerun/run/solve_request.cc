#include "apps/forerun/run/solve_request.h"

#include <algorithm>
#include <sstream>

#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/coarse_strategy.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/config/overrides.h"
#include "learning/training/corrector_registry.h"

namespace forerun {
namespace {

/// "a,b,c" as names that `find` knows, none twice.
template <typename Find>
std::vector<std::string> listed_names(const std::string& option, const std::string& list, const std::string& example,
                                      const Find& find) {
  const std::string place = "--" + option + " " + list + ": ";
  std::vector<std::string> names;
  if (list.empty()) throw UsageError(place + "must name one at least, e.g. " + example);
  std::istringstream stream(list + ",");
  for (std::string name; std::getline(stream, name, ',');) {
    if (std::find(names.begin(), names.end(), name) != names.end()) throw UsageError(place + name + " is named twice");
    try {
      names.push_back(find(name));
    } catch (const ParameterError& error) {
      throw UsageError(place + error.what());
    }
  }
  return names;
}

std::optional<std::filesystem::path> path_option(const ParsedOptions& options, const std::string& name) {
  const std::optional<std::string> text = options.text(name);
  if (!text) return std::nullopt;
  if (text->empty()) throw UsageError("--" + name + " '': must be the name of a file or directory");
  return std::filesystem::path(*text);
}

std::string configuration_argument(const std::string& command, const ParsedOptions& options) {
  const auto& arguments = options.arguments();
  if (arguments.size() == 1 && !arguments.front().empty()) return arguments.front();
  throw UsageError(command +
                   (arguments.size() <= 1
                        ? " needs a configuration file, e.g. "
                        : " takes one configuration file, not " + std::to_string(arguments.size()) + ", e.g. ") +
                   "`forerun " + command + " data/configs/burgers.toml`");
}

}  // namespace

std::vector<OptionSpec> solve_option_specs() {
  return with_progress_options({
      {"set", "section.key=value",
       "override one key of the configuration; the value is TOML, a bare\nword is taken as a string; may be repeated",
       true},
      {"threads", "N", "threads; 0: all cores (default: [run] threads, else 0)"},
      {"seed", "N", "of the random layer, 0 … 2^53 (default: [run] seed, else 1)"},
      {"model", "FILE",
       "start from this model of the equation; dimension must\nagree, or of stencil the steps of the mesh"},
      {"save-model", "FILE", "write what was learned, converged or not"},
      {"out", "DIR", "write a run directory; DIR must not exist or be empty"},
      {"json", "FILE", "write the record as JSON; -: to standard output, alone"},
      {"dry-run", "", "check everything, print the plan with sizes and memory, write nothing"},
  });
}

SolveRequest make_solve_request(const std::string& command, const ParsedOptions& options, const Console& console) {
  SolveRequest request;
  request.command = command;
  request.document = ConfigDocument::read(configuration_argument(command, options));
  override_settings(request.document, options, console);
  if (const auto list = options.text("correctors")) {
    request.correctors = listed_names("correctors", *list, "classic,randnet",
                                      [](const std::string& name) { return find_corrector(name).name; });
  }
  if (const auto list = options.text("methods")) {
    request.methods = listed_names("methods", *list, "parareal,mgrit,paraexp",
                                   [](const std::string& name) { return find_method(name).name; });
  }
  if (const auto list = options.text("coarse")) {
    request.strategies =
        *list == "all" ? coarse_strategies() : listed_names("coarse", *list, "coarser-mesh,simplified", find_strategy);
  }
  const auto is_parareal = [](const std::string& method) { return method == kParareal; };
  if (!request.correctors.empty() && !request.methods.empty() &&
      std::none_of(request.methods.begin(), request.methods.end(), is_parareal)) {
    throw UsageError("--correctors " + *options.text("correctors") + ": must be left out where --methods is " +
                     *options.text("methods") + ", without parareal");
  }
  request.reference = command == "compare" || options.has("reference");
  request.model = path_option(options, "model");
  request.save_model = path_option(options, "save-model");
  request.out = path_option(options, "out");
  request.json = options.text("json");
  if (request.json && request.json->empty()) throw UsageError("--json '': must be a file, or - for standard output");
  request.dry_run = options.has("dry-run");
  if (request.dry_run && options.text("json") == "-") throw UsageError("--json -: a plan (--dry-run) is text");
  request.quiet = options.has("quiet");
  return request;
}

}  // namespace forerun
