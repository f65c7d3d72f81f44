#include <spdlog/logger.h>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/campaign/operator_training.h"
#include "apps/forerun/campaign/store_training.h"
#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config_document.h"
#include "apps/forerun/config/overrides.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/spot_check.h"
#include "apps/forerun/run/store_description.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/stop_scope.h"
#include "learning/family/family_file.h"
#include "learning/files/tensor_file.h"

namespace forerun {
namespace {

constexpr const char* train_details =
    R"(Of a store: fits its network anew from all its runs, in their order, and writes it to STORE/network.safetensors.
Options are those the network was fitted with before, else defaults; --set changes them. Runs that are damaged,
or of which a sample computed again differs, are left out and named.

Of a campaign's file: solves its runs serially with the fine solver, trains the network of [operator] to take a state
across a slice as the fine solver does, and writes it to --out. Runs of the family then take it as their coarse solver:
[coarse] strategy = "operator", file = "FILE". What that costs once, and a slice, is printed, with the error in runs that
were not learned from. With --out, of a store, too: it learns from what the runs of a campaign have left there, and
nothing is solved by the fine solver again.

With [operator] kind = "pinn" the network is fitted to the equation itself, for all states and parameters of the
draws, and the fine solver is not asked. Of an equation that is not linear its features are of the state, 64 modes at
most; it suits smooth solutions that few modes hold, and is refused where it is off by a slice's change or more.

Examples:
  forerun train runs/burgers/store
  forerun train runs/burgers/store --set network.neurons=400 --set network.degree=4
  forerun train runs/burgers/store --out burgers.safetensors --set operator.neurons=300
  forerun inspect runs/burgers/store
  forerun train data/campaigns/allen_cahn.toml --out allen_cahn.safetensors
  forerun train data/campaigns/black_scholes.toml --out black_scholes.safetensors
  forerun train data/campaigns/plate.toml --out plate.safetensors
  forerun train data/campaigns/burgers.toml --out burgers.safetensors --set operator.neurons=300

Exit status: 0 fitted; 2 wrong usage, 4 files, 5 the store is damaged, of a later version or holds no sound run; 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM.
)";

constexpr const char* network_name = "network.safetensors";

/// The keys of a section, of which only this one may be set, as `texts` have them (in a file, at `place`) and the
/// command line on top.
Parameters section_options(const std::string& section, const std::vector<ParameterSpec>& specs,
                           const std::map<std::string, std::string>& texts, const std::string& place,
                           const ParsedOptions& options, ConfigDocument& document) {
  for (const auto& [name, text] : texts) document.set_from_text(section, name, text, place);
  for (const std::string& assignment : options.texts("set")) document.set_from_command_line(assignment);
  Parameters parameters(specs);
  for (const Setting& setting : document.settings()) {
    if (setting.section != section)
      throw UsageError(setting.place + ": only keys of [" + section + "] can be set here");
    try {
      parameters.set(setting.key, setting.value);
    } catch (const ParameterError& error) {
      throw UsageError(setting.place + ": [" + section + "] " + error.what());
    }
  }
  return parameters;
}

/// The options of the network as it was fitted before, printed in its file, with those of the command line on top.
Parameters network_options(const std::map<std::string, std::string>& texts, const std::string& place,
                           const ParsedOptions& options, const OdeProblem& problem) {
  ConfigDocument document = ConfigDocument::parse("", place);
  Parameters parameters = section_options("network", FamilyOptions::parameter_specs(), texts, place, options, document);
  check_network(document, parameters, problem);
  return parameters;
}

/// A file, or a name that ends like one.
bool is_configuration(const std::filesystem::path& path) {
  return std::filesystem::is_regular_file(path) || path.extension() == ".toml";
}

/// Whose bounds the runs' states are scaled by; what varies is in the middle of its range.
std::unique_ptr<OdeProblem> middle_problem(const Store& store) {
  const ParameterBox& box = store.family().box;
  return stored_problem(store, 0.5 * (box.lower + box.upper));
}

ExitStatus train_operator_network(const ParsedOptions& options, const Console& console) {
  InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  if (!options.has("out"))
    throw UsageError("forerun train needs --out FILE for a campaign: where the network is written");
  ConfigDocument document = ConfigDocument::read(options.arguments().front());
  override_settings(document, options, console);
  const CampaignConfig config = read_campaign_config(without_network(std::move(document)));
  const std::string file = *options.text("out");
  require_writable(file);
  const auto executor = make_run_executor(read_config(config.base));
  const OperatorTraining training = train_operator_for(config, *executor, stop);
  interrupt.finish();
  write_operator_file(file, training.trained);
  console.out << training_report(training, file, options.has("json"));
  return ExitStatus::ok;
}

/// A network that is a coarse solver, from the runs of a store.
ExitStatus train_operator_of_store(const ParsedOptions& options, const Console& console) {
  InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  const Store store = Store::open(options.arguments().front());
  require_own_solvers(store);
  const std::string file = *options.text("out");
  require_writable(file);
  ConfigDocument document = ConfigDocument::parse("", file);
  const Parameters network =
      section_options("operator", OperatorOptions::parameter_specs(), {}, file, options, document);
  const auto executor = make_tbb_executor(0);
  std::vector<std::string> left_out;
  const OperatorTraining training = [&] {
    try {
      return train_operator_from(store, network, *executor, left_out);
    } catch (const ParameterError& error) {
      throw UsageError(place_of(document, "operator", error.name()) + ": [operator] " + error.what());
    }
  }();
  interrupt.finish();
  const auto logger = make_logger(console, options.has("quiet"));
  for (const std::string& reason : left_out) logger->warn("left out: {}", reason);
  write_operator_file(file, training.trained);
  console.out << training_report(training, file, options.has("json"));
  return ExitStatus::ok;
}

ExitStatus train_network(const ParsedOptions& options, const Console& console) {
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

ExitStatus train_networks(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                          const Console& console) {
  if (options.arguments().size() != 1)
    throw UsageError("forerun train takes one store or campaign, e.g. `forerun train runs/burgers/store`");
  if (is_configuration(options.arguments().front())) return train_operator_network(options, console);
  if (options.has("threads")) throw UsageError("--threads: must be left out with a store, which takes all cores");
  if (options.has("out")) return train_operator_of_store(options, console);
  return train_network(options, console);
}

}  // namespace

Command train_command() {
  return {"train",
          "STORE|CAMPAIGN",
          "Fit the network of a campaign's store anew, or train one as a coarse solver",
          train_details,
          with_progress_options(
              {{"out", "FILE", "where a network that is a coarse solver is written"},
               {"set", "section.key=value", "an option of the network, of a campaign any key; may be repeated", true},
               {"threads", "N", "of a campaign: threads; 0: all cores (default: [run] threads, else 0)"},
               {"json", "", "the store's description, or what the training has cost, as JSON"}}),
          train_networks};
}

}  // namespace forerun
