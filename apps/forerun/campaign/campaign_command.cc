#include <spdlog/logger.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "apps/forerun/campaign/campaign_dry_run.h"
#include "apps/forerun/campaign/campaign_report.h"
#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/interrupt.h"
#include "apps/forerun/cli/progress.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/overrides.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/execution/time_communicator.h"
#include "core/files/atomic_file.h"
#include "core/files/read_file.h"
#include "learning/family/family_file.h"
#include "learning/files/directory_lock.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* campaign_details =
    R"(Solves a family of runs, one after the other. What each run learns of the discrepancy between the fine and the coarse
solver joins a store; one network is fitted to all of it, with the parameters that vary as inputs; the next run starts
from that network. [fine] levels serve every run; "auto" is planned once, for the middle of the ranges.

Examples:
  forerun campaign data/campaigns/burgers.toml --out runs/burgers
  forerun campaign data/campaigns/burgers.toml --out runs/short --set campaign.runs=10
  forerun campaign data/campaigns/burgers.toml --dry-run
  forerun campaign data/campaigns/fitzhugh_nagumo.toml --out runs/fhn --json - | jq .last_held_out

The file is a run's configuration and, besides, [campaign] (runs, sampling, seed, held_out, concurrent, …), [lowest] and
[highest] (the range of each parameter that varies) and [network] (the network of the store).

DIR keeps campaign.toml (resolved), campaign.csv, campaign.json and the store. An interrupted or killed campaign is
resumed by the same command: runs that are finished are not repeated. With concurrent = 1 a resumed campaign gives the
same iterations as one that was not interrupted; with n, runs of a batch do not learn from each other.

A network serves a run only after it has predicted three runs in a row that it had not seen; a run drops it when it does
not explain the first sweep. The answer never depends on it.

Columns: K cold: iterations of the same draw without the store; K: with it; sweeps: fine work of the run in full fine passes; prior: what the network did; max error:
against serial fine, in the state scaled to [-1, 1]; fit: seconds of refitting the network after the run.

First Ctrl-C, SIGTERM or SIGHUP: the runs under way are given up, what is finished is written; second: ends at once.

Exit status: 0 all runs converged, 3 one reached a limit first, 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM; 2 wrong
usage or configuration, 4 files, 5 the store is of another family or damaged.
)";

CampaignRequest make_request(const ParsedOptions& options, const Console& console) {
  if (options.arguments().size() != 1)
    throw UsageError("campaign takes one campaign file, e.g. `forerun campaign data/campaigns/burgers.toml`");
  ConfigDocument document = ConfigDocument::read(options.arguments().front());
  override_settings(document, options, console);
  CampaignRequest request{
      read_campaign_config(document), options.text("out").value_or(""), {}, options.text("json"), options.has("quiet")};
  const bool may_be_nowhere = options.has("dry-run") && !options.has("out");
  if (request.out.empty() && !may_be_nowhere)
    throw UsageError("forerun campaign needs --out DIR: where it keeps runs and store");
  const fs::path store = request.out.empty() ? fs::path() : request.out / "store";
  request.store = options.text("store").value_or(store.string());
  return request;
}

/// The rows of an earlier process; a directory of another campaign is refused.
std::vector<CampaignRow> earlier_rows(const CampaignRequest& request) {
  const fs::path settings = request.out / "campaign.toml", rows = request.out / "campaign.csv";
  if (request.out.empty() || !fs::exists(settings)) return {};
  if (read_file(settings) != request.config.resolved)
    throw UsageError("--out " + request.out.string() + ": holds another campaign: name another directory");
  return fs::exists(rows) ? read_campaign_csv(rows, request.config) : std::vector<CampaignRow>();
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw FileError(directory.string() + ": cannot be made: " + error.message());
}

void say(const CampaignRow& row, Index number, const CampaignRequest& request, spdlog::logger& logger) {
  logger.info("run {} of {}: K {}{}, prior {}", number, request.config.num_runs(), row.iterations,
              row.cold_iterations ? " (cold " + std::to_string(*row.cold_iterations) + ")" : "", to_string(row.prior));
}

/// Processes that share a run solve one after the other together.
void require_one_at_a_time(const CampaignRequest& request, const Console& console) {
  const Index concurrent = request.config.campaign.integer("concurrent");
  if (console.communicator == nullptr || concurrent == 1) return;
  throw UsageError(place_of(request.config.base, "campaign", "concurrent") +
                   ": [campaign] concurrent = " + std::to_string(concurrent) + ": must be 1 where " +
                   std::to_string(console.communicator->size()) + " processes share the runs");
}

/// Batch by batch, the table written after each. False where a stop was requested.
bool solve_all(Campaign& campaign, const CampaignRequest& request, bool writes, spdlog::logger& logger,
               const std::stop_token& stop) {
  while (!campaign.finished()) {
    const std::size_t before = campaign.rows().size();
    if (!campaign.run_batch(stop)) return false;
    for (std::size_t r = before; r < campaign.rows().size(); ++r)
      say(campaign.rows()[r], static_cast<Index>(r) + 1, request, logger);
    if (!writes) continue;
    write_file_atomically(request.out / "campaign.csv", campaign_csv(request.config, campaign.rows()));
    write_file_atomically(request.out / "campaign.json", campaign_json(request.config, campaign.rows()));
  }
  return true;
}

ExitStatus run_campaign(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                        const Console& console) {
  InterruptGuard interrupt;
  const std::stop_token stop = interrupt.token();
  const StopScope scope(stop);
  const CampaignRequest request = make_request(options, console);
  if (options.has("dry-run")) {
    if (options.text("json") == "-") throw UsageError("--json -: a plan (--dry-run) is text");
    console.out << campaign_dry_run_text(request, static_cast<Index>(earlier_rows(request).size()));
    return ExitStatus::ok;
  }
  Experiment middle = middle_run(request.config);
  open_external_solvers(request.config.base, middle);
  require_told_parameters(request.config, middle);
  const StoreFamily family = campaign_family(request.config, middle);
  const bool json_to_file = request.json && *request.json != "-";
  if (json_to_file && console.speaks()) require_writable(*request.json);
  require_one_at_a_time(request, console);
  std::optional<DirectoryLock> lock;
  if (console.speaks()) {
    make_directory(request.out);
    lock.emplace(request.out / "lock", DirectoryLock::Wait::no);
  }
  std::vector<CampaignRow> done = earlier_rows(request);
  const fs::path settings = request.out / "campaign.toml";
  if (console.speaks() && !fs::exists(settings)) write_file_atomically(settings, request.config.resolved);
  const auto logger = make_logger(console, request.quiet);
  constexpr std::uint64_t megabyte = 1'000'000;
  const auto limit = static_cast<std::uint64_t>(request.config.campaign.integer("max_megabytes")) * megabyte;
  middle.num_processes = console.communicator != nullptr ? console.communicator->size() : 1;
  Campaign campaign(request.config, std::move(middle), Store(request.store, family, limit), std::move(done), *logger,
                    console.communicator);
  // Only then does the first process add to what the others have read.
  if (console.communicator != nullptr) console.communicator->gather("");

  const InterruptGuard::Keep keep(
      interrupt, [&request] { return "what was finished is in " + request.out.string() + ", to be gone on with"; });
  const bool finished = solve_all(campaign, request, console.speaks(), *logger, stop);
  interrupt.finish();
  if (console.speaks() && campaign.learner().network().num_runs() > 0) {
    write_family_file(request.store / "network.safetensors", campaign.learner(), family,
                      network_texts(request.config.network));
  }
  const std::string json = campaign_json(request.config, campaign.rows());
  if (console.speaks()) write_file_atomically(request.out / "campaign.json", json);
  if (json_to_file && console.speaks()) write_file_atomically(*request.json, json);
  console.out << (request.json == "-" ? json : campaign_table(request.config, campaign.rows()));
  if (const auto status = InterruptGuard::status()) return *status;
  if (!finished) return ExitStatus::interrupted;
  const bool all =
      std::all_of(campaign.rows().begin(), campaign.rows().end(), [](const auto& r) { return r.converged; });
  return all ? ExitStatus::ok : ExitStatus::not_converged;
}

}  // namespace

Command campaign_command() {
  const std::vector<OptionSpec> options = with_progress_options({
      {"out", "DIR", "the campaign's directory; one that holds this campaign is resumed"},
      {"store", "DIR",
       "the store, to share it with other campaigns of the family (default: in the campaign's directory)"},
      {"set", "section.key=value", "override one key of the file; may be repeated", true},
      {"threads", "N", "threads; 0: all cores (default: [run] threads, else 0)"},
      {"seed", "N", "of the random layers (default: [run] seed, else 1)"},
      {"json", "FILE", "write the record as JSON; -: to standard output, alone"},
      {"dry-run", "", "check everything, print the plan with sizes and memory, write nothing"},
  });
  return {
      "campaign",   "CAMPAIGN", "Solve a family of runs, each learning from those before", campaign_details, options,
      run_campaign, true};
}

}  // namespace forerun
