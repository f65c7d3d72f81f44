#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/campaign/campaign_config.h"
#include "apps/forerun/run/experiment.h"
#include "learning/family/family_learner.h"
#include "learning/family/store.h"

namespace spdlog {
class logger;
}

namespace forerun {

class TimeCommunicator;

/// What served a run besides its own corrector.
enum class PriorUse { none, served, dropped };

/// "none", "served", "dropped".
std::string_view to_string(PriorUse use);

/// What is kept of each run of a campaign.
struct CampaignRow {
  State parameters;
  Index iterations = 0;
  double effective_sweeps = 0.0;
  std::optional<Index> cold_iterations;  ///< of the same draw without the store, where it was held out
  std::optional<double> max_error;       ///< against serial fine, in the scaled state
  bool converged = false;
  PriorUse prior = PriorUse::none;
  double seconds = 0.0;                       ///< of the run
  std::optional<double> serial_seconds = {};  ///< of serial stepping, where that was asked for
  double fit_seconds = 0.0;                   ///< of refitting the network with what the run brought
  std::uint64_t store_bytes = 0;
};

/// The parts of the parameter box that the right-hand side depends on. Others (of an initial profile, say) reach the
/// discrepancy F(u) − G(u) through the state alone: as inputs they would only be noise. Found by evaluating f with each
/// parameter at both ends of its range, the others in the middle, at random states within the bounds.
ParameterBox network_box(const CampaignConfig& config);

/// Executes a campaign, one batch of concurrent runs after the other; all runs of a batch start from the same network,
/// and what they bring is taken in in their order. So results do not depend on timing, seconds excepted.
class Campaign {
 public:
  /// `done` are the rows of an earlier process's runs. Entries that the store holds already are read, checked and
  /// learned from, in their order; one that is refused is left out with a warning. A check is to compute a sample's
  /// discrepancy again (spot_check.h).
  /// `middle` is the configuration's `middle_run`, whose levels and coarse solver serve all runs. The processes of
  /// `communicator` share each run, and learn alike; the first one adds to the store.
  Campaign(const CampaignConfig& config, Experiment middle, Store store, std::vector<CampaignRow> done,
           spdlog::logger& logger, TimeCommunicator* communicator = nullptr);

  const std::vector<CampaignRow>& rows() const { return rows_; }
  bool finished() const { return static_cast<Index>(rows_.size()) == config_.num_runs(); }
  /// Runs the next batch. False where a stop was requested: nothing of the batch is kept then.
  bool run_batch(std::stop_token stop);

  const FamilyLearner& learner() const { return learner_; }
  const Store& store() const { return store_; }

 private:
  struct Prior;
  struct Solved;
  struct Finished {
    CampaignRow row;
    StoreEntry entry;
    bool interrupted = false;
  };
  Experiment experiment_of(const Draw& draw) const;
  State network_parameters(const Draw& draw) const;
  Prior prior_of(const State& inputs, const Experiment& experiment) const;
  Solved solve_once(const Experiment& experiment, const Prior& prior, const States* reference,
                    const std::stop_token& stop) const;
  Finished run_draw(Index index, std::stop_token stop) const;
  Finished run_draw_or_stop(Index index, std::stop_token stop) const;
  /// Whether the network takes in another run.
  bool learns() const;
  void learn_from_store();

  const CampaignConfig& config_;
  Store store_;
  spdlog::logger& logger_;
  TimeCommunicator* const communicator_;
  Experiment reference_;  ///< the base configuration: bounds, dimension, levels, coarse solver
  std::vector<Draw> draws_;
  std::vector<Index> inputs_;  ///< of the drawn parameters, those that the network takes
  FamilyLearner learner_;
  std::unique_ptr<SliceExecutor> executor_;
  std::vector<CampaignRow> rows_;
};

/// The run in the middle of the box: dimension, bounds and solvers are those of all runs. `levels = "auto"` is planned
/// for it, once: with a coarse solver of their own, runs would have nothing to learn from each other.
Experiment middle_run(const CampaignConfig& config);

/// The family that a campaign's runs belong to; `middle` is its `middle_run`.
/// Throws `UsageError` where a solver that is not ours is not told of a parameter that varies: it would solve the same
/// equation again and again.
void require_told_parameters(const CampaignConfig& config, const Experiment& middle);
StoreFamily campaign_family(const CampaignConfig& config, const Experiment& middle);

}  // namespace forerun
