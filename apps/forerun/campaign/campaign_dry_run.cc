#include "apps/forerun/campaign/campaign_dry_run.h"

#include <cmath>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/run/dry_run.h"
#include "apps/forerun/run/report.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/errors.h"
#include "core/base/number_text.h"
#include "core/parareal/parareal_memory.h"
#include "learning/training/harvesting_trainer.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

std::string runs_text(const CampaignConfig& config, Index num_done) {
  const auto runs = static_cast<double>(config.num_runs());
  std::string text = shortest_text(config.num_runs());
  if (num_done > 0) text += ", of which " + shortest_text(num_done) + " are done";
  if (config.campaign.flag("reference")) text += "; serial fine solution of each";
  const double cold = std::floor(runs * config.campaign.number("held_out"));
  return text + "; " + shortest_text(cold) + " cold as well, once the network serves";
}

std::string drawn_text(const CampaignConfig& config) {
  std::string text;
  for (Index j = 0; j < config.box.size(); ++j) {
    text += (j > 0 ? ", " : "") + config.box.names[static_cast<std::size_t>(j)] + " in [" +
            shortest_text(config.box.lower[j]) + ", " + shortest_text(config.box.upper[j]) + "]";
  }
  const std::string& states = config.campaign.text("initial_states");
  if (states != "problem") text += (text.empty() ? "" : ", ") + ("initial states of " + states);
  return text;
}

std::string store_text(const CampaignRequest& request, const StoreFamily& family) {
  const std::int64_t limit = request.config.campaign.integer("max_megabytes");
  const std::string rule = limit > 0 ? "at most " + shortest_text(limit) + " MB" : "without a limit";
  if (request.store.empty() || !fs::exists(request.store / "store.safetensors")) return "new, " + rule;
  const Store store = Store::open(request.store);
  store.require_family(family);
  return shortest_text(store.names().size()) + " runs of " + format_bytes(static_cast<double>(store.num_bytes())) +
         " are there, " + rule;
}

std::string network_text(const CampaignConfig& config, const Experiment& run, const StoreFamily& family) {
  constexpr double bytes_per_number = 8.0;
  const Index features = num_family_features(FamilyOptions::from_parameters(config.network), run.bounds, family.box);
  const auto size = static_cast<double>(features);
  return format_bytes(bytes_per_number * size * size) + ", " + shortest_text(features) + " features";
}

/// "DIR", as the help calls it, stands for a directory that is not named.
std::vector<std::string> files_written(const CampaignRequest& request) {
  const fs::path out = request.out.empty() ? fs::path("DIR") : request.out;
  const fs::path store = request.store.empty() ? out / "store" : request.store;
  std::vector<std::string> files;
  for (const char* name : {"campaign.toml", "campaign.csv", "campaign.json", "lock"})
    files.push_back((out / name).string());
  for (const char* name : {"store.safetensors", "network.safetensors", "lock", "runs/*.safetensors (one a run)"})
    files.push_back((store / name).string());
  if (request.json && *request.json != "-") files.push_back(*request.json);
  return files;
}

}  // namespace

std::string campaign_dry_run_text(const CampaignRequest& request, Index num_done) {
  const CampaignConfig& config = request.config;
  const Experiment run = middle_run(config);
  make_draws(config, *run.problem, run.grid.begin());
  for (const fs::path& directory : {request.out, request.store}) {
    if (fs::exists(directory) && !fs::is_directory(directory))
      throw FileError(directory.string() + ": exists and is not a directory");
  }
  if (request.json && *request.json != "-") require_file_name(*request.json);
  const StoreFamily family = campaign_family(config, run);
  const auto slices = static_cast<double>(run.num_slices());
  const auto concurrent = static_cast<double>(config.campaign.integer("concurrent"));
  const std::string each = concurrent > 1.0 ? ", of " + shortest_text(concurrent) + " runs at a time" : "";
  // A run's harvest is kept twice: as its learner sees it, and as the store will.
  const double harvest = 2.0 * HarvestingTrainer::bytes(run.dimension(), 0.0, slices);
  std::string text = problem_heading(run) + "\n";
  text += plan_line("equation", equation_text(find_problem(run.problem->name()), run.config.problem.parameters));
  text += plan_line("runs", runs_text(config, num_done));
  text += plan_line("drawn", drawn_text(config));
  text += plan_line("one fine pass", pass_text(run.config.fine, run));
  text += plan_line("one coarse pass", pass_text(run.config.coarse, run));
  text += plan_line("corrector", run.config.corrector.name);
  text += plan_line("memory, states", format_bytes(concurrent * parareal_bytes(run.dimension(), slices, true)) + each);
  text += plan_line("memory, harvest", format_bytes(concurrent * harvest) + " an iteration" + each);
  text += plan_line("memory, network", network_text(config, run, family));
  text += plan_line("store", store_text(request, family));
  return text + plan_files(files_written(request)) + dry_run_ending;
}

}  // namespace forerun
