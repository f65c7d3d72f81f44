#include <spdlog/logger.h>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/run/spot_check.h"
#include "apps/forerun/run/store_description.h"
#include "learning/family/family_file.h"
#include "learning/files/tensor_file.h"

namespace forerun {
namespace {

constexpr const char* details =
    R"(Fits the network of a store anew from all its runs, in their order, and writes it to STORE/network.safetensors.
Options are those the network was fitted with before, else defaults; --set changes them. Runs that are damaged,
or of which a sample computed again differs, are left out and named.

Examples:
  forerun train runs/burgers/store
  forerun train runs/burgers/store --set network.neurons=400 --set network.degree=4
  forerun inspect runs/burgers/store

Exit status: 0 fitted; 2 wrong usage, 4 files, 5 the store is damaged, of a later version or holds no sound run.
)";

constexpr const char* network_name = "network.safetensors";

/// The options of the network as it was fitted before, printed in its file, with those of the command line on top.
Parameters network_options(const std::map<std::string, std::string>& texts, const std::string& place,
                           const ParsedOptions& options, const OdeProblem& problem) {
  const std::string section = "network";
  ConfigDocument document = ConfigDocument::parse("", place);
  for (const auto& [name, text] : texts) document.set_from_text(section, name, text, place);
  for (const std::string& assignment : options.texts("set")) document.set_from_command_line(assignment);
  Parameters parameters(FamilyOptions::parameter_specs());
  for (const Setting& setting : document.settings()) {
    if (setting.section != section)
      throw UsageError(setting.place + ": only keys of [" + section + "] can be set here");
    try {
      parameters.set(setting.key, setting.value);
    } catch (const ParameterError& error) {
      throw UsageError(setting.place + ": [" + section + "] " + error.what());
    }
  }
  check_network(document, parameters, problem);
  return parameters;
}

/// Whose bounds the runs' states are scaled by; what varies is in the middle of its range.
std::unique_ptr<OdeProblem> middle_problem(const Store& store) {
  const ParameterBox& box = store.family().box;
  return stored_problem(store, 0.5 * (box.lower + box.upper));
}

ExitStatus run(const ParsedOptions& options, const std::vector<std::string>& /*words*/, const Console& console) {
  if (options.arguments().size() != 1)
    throw UsageError("forerun train takes one store, e.g. `forerun train runs/burgers/store`");
  const std::filesystem::path directory = options.arguments().front();
  const Store store = Store::open(directory);
  require_own_solvers(store);
  const std::filesystem::path file = directory / network_name;
  const auto before =
      std::filesystem::exists(file) ? read_family_file(file).options : std::map<std::string, std::string>();
  const auto problem = middle_problem(store);
  const Parameters network = network_options(before, file.string(), options, *problem);
  FamilyLearner learner(FamilyOptions::from_parameters(network), problem->bounds(), store.family().box,
                        problem->layout());
  const auto logger = make_logger(console, options.has("quiet"));
  const auto executor = make_tbb_executor(0);
  for (const std::string& name : store.names()) {
    try {
      const StoreEntry entry = store.read(name);
      check_sample(store, entry);
      learner.absorb(entry, *executor);
      logger->info("{}: taken in", name);
    } catch (const ModelFileError& error) {
      logger->warn("left out: {}", error.what());
    }
  }
  if (learner.network().num_runs() == 0) throw ModelFileError(directory.string() + ": holds no run to learn from");
  write_family_file(file, learner, store.family(), network_texts(network));
  console.out << store_description(directory, options.has("json"));
  return ExitStatus::ok;
}

}  // namespace

Command train_command() {
  return {"train",
          "STORE",
          "Fit the network of a campaign's store anew",
          details,
          with_progress_options({{"set", "network.key=value", "an option of the network; may be repeated", true},
                                 {"json", "", "the store's description as JSON"}}),
          run};
}

}  // namespace forerun
