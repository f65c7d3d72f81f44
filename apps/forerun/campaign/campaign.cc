#include "apps/forerun/campaign/campaign.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <cmath>
#include <future>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/record/provenance.h"
#include "apps/forerun/run/hanging_solver.h"
#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/spot_check.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/execution/time_communicator.h"
#include "core/files/digest.h"
#include "core/parareal/serial_together.h"
#include "core/parareal/windows.h"
#include "core/propagation/serial_fine.h"
#include "learning/files/tensor_file.h"
#include "learning/numerics/random_stream.h"
#include "learning/training/corrector_registry.h"
#include "learning/training/prior_trainer.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

State middle(const ParameterBox& box) { return 0.5 * (box.lower + box.upper); }

bool reached(Index level, const RunRecord& record) {
  return std::any_of(record.iterations.begin(), record.iterations.end(), [&](const IterationRecord& iteration) {
    return !iteration.levels.empty() && iteration.levels.front().level == level;
  });
}

/// Of every `1/part` runs one, evenly.
bool is_held_out(Index index, double part) {
  return std::floor(static_cast<double>(index + 1) * part) > std::floor(static_cast<double>(index) * part);
}

std::string entry_name(const CampaignConfig& config, Index index) {
  constexpr std::size_t digits = 6, letters = 8;
  const std::string number = std::to_string(index + 1);
  return std::string(digits - std::min(digits, number.size()), '0') + number + "-" +
         digest(config.resolved).substr(0, letters);
}

std::unique_ptr<OdeProblem> problem_of(const CampaignConfig& config, const Draw& draw) {
  const NamedChoice problem = read_config(run_document(config, draw)).problem;
  return find_problem(problem.name).make(problem.parameters);
}

/// Whether f differs when parameter j goes from one end of its range to the other.
bool matters(const CampaignConfig& config, Index j) {
  constexpr std::uint64_t num_states = 4;
  Draw low{middle(config.box), {}}, high = low;
  low.parameters[j] = config.box.lower[j];
  high.parameters[j] = config.box.upper[j];
  const auto a = problem_of(config, low), b = problem_of(config, high);
  const StateBounds bounds = a->bounds();
  State state(a->dimension()), change_a(a->dimension()), change_b(a->dimension());
  for (std::uint64_t s = 0; s < num_states; ++s) {
    const RandomStream random(s, 0);
    for (Index i = 0; i < state.size(); ++i)
      state[i] = bounds.lower[i] +
                 (bounds.upper[i] - bounds.lower[i]) * (0.5 + 0.5 * random.uniform(static_cast<std::uint64_t>(i)));
    a->evaluate(a->default_begin(), state, change_a);
    b->evaluate(a->default_begin(), state, change_b);
    if (change_a != change_b) return true;
  }
  return false;
}

std::vector<Index> network_inputs(const CampaignConfig& config) {
  std::vector<Index> inputs;
  for (Index j = 0; j < config.box.size(); ++j)
    if (matters(config, j)) inputs.push_back(j);
  return inputs;
}

}  // namespace

/// A correction known before the run, and how the run's first sweep makes a better one of it; or a model that the run's
/// own learner goes on from.
struct Campaign::Prior {
  std::shared_ptr<const Correction> correction;
  PriorTrainer::Refine refine;
  std::shared_ptr<const LearnedModel> model;

  bool exists() const { return correction != nullptr || model != nullptr; }
};

struct Campaign::Solved {
  RunRecord record;
  Harvest harvest{0};
  bool dropped_prior = false;
};

std::string_view to_string(PriorUse use) {
  return use == PriorUse::none ? "none" : use == PriorUse::served ? "served" : "dropped";
}

ParameterBox network_box(const CampaignConfig& config) {
  const std::vector<Index> inputs = network_inputs(config);
  ParameterBox box{{}, State(config.box.lower(inputs)), State(config.box.upper(inputs))};
  for (const Index j : inputs) box.names.push_back(config.box.names[static_cast<std::size_t>(j)]);
  return box;
}

Experiment middle_run(const CampaignConfig& config) {
  return make_experiment(run_document(config, {middle(config.box), {}}));
}

void require_told_parameters(const CampaignConfig& config, const Experiment& middle) {
  const auto require = [&](const std::string& section, const SolverSpec& solver) {
    if (!solver.external) return;
    for (const std::string& name : network_box(config).names) {
      if (mentions(*solver.external, name)) continue;
      const std::string kind(to_string(solver.external->kind));
      const bool is_level = config.base.find(section, kind) == nullptr;
      throw UsageError(place_of(config.base, section, is_level ? "levels" : kind) + ": [" + section + "] " + kind +
                       ": must be told by {" + name + "} what varies in this campaign");
    }
  };
  for (const SolverSpec& level : middle.config.fine_levels.solvers) require("fine", level);
  if (!middle.config.coarse_is_cheapest_level) require("coarse", middle.config.coarse);
}

StoreFamily campaign_family(const CampaignConfig& config, const Experiment& middle) {
  StoreFamily family{middle.signature, network_box(config)};
  // A parameter that reaches the initial state alone has a default for whoever computes samples again. One of an open
  // problem has none but the middle of its range.
  const bool is_open = find_problem(middle.config.problem.name).open.has_value();
  const std::vector<std::string>& varying = is_open ? family.box.names : config.box.names;
  for (const std::string& name : varying) family.common.parameters.erase(name);
  return family;
}

Campaign::Campaign(const CampaignConfig& config, Experiment middle, Store store, std::vector<CampaignRow> done,
                   spdlog::logger& logger, TimeCommunicator* communicator)
    : config_(config),
      store_(std::move(store)),
      logger_(logger),
      communicator_(communicator),
      reference_(std::move(middle)),
      draws_(make_draws(config, *reference_.problem, reference_.grid.begin())),
      inputs_(network_inputs(config)),
      learner_(FamilyOptions::from_parameters(config.network), reference_.bounds, network_box(config),
               reference_.problem->layout()),
      executor_(reference_.config.threads == 1 ? make_serial_executor() : make_tbb_executor(reference_.config.threads)),
      rows_(std::move(done)) {
  learn_from_store();
}

Experiment Campaign::experiment_of(const Draw& draw) const {
  Experiment experiment = make_experiment(run_document(config_, draw), reference_.solvers());
  if (draw.initial) experiment.initial = *draw.initial;
  return experiment;
}

State Campaign::network_parameters(const Draw& draw) const { return draw.parameters(inputs_); }

bool Campaign::learns() const {
  const Index most = config_.campaign.integer("learned_runs");
  return most == 0 || learner_.network().num_runs() < most;
}

void Campaign::learn_from_store() {
  for (const std::string& name : store_.names()) {
    StopScope::throw_if_stop_requested();
    try {
      const StoreEntry entry = store_.read(name);
      check_sample(store_, entry, reference_.solvers());
      if (!learns()) return;
      learner_.absorb(entry, *executor_);
    } catch (const ModelFileError& error) {
      logger_.warn("not learned from: {}", error.what());
    }
  }
}

Campaign::Prior Campaign::prior_of(const State& inputs, const Experiment& experiment) const {
  const bool learns = find_corrector(experiment.config.corrector.name).make != nullptr;
  if (auto model = learns ? learner_.prior_model(inputs) : nullptr) {
    model->signature = experiment.signature;
    return {nullptr, nullptr, std::move(model)};
  }
  return {learner_.prior(inputs),
          [this, &inputs](const Harvest& harvest, SliceExecutor& executor) {
            return learner_.refined(inputs, harvest, executor);
          },
          nullptr};
}

Campaign::Solved Campaign::solve_once(const Experiment& experiment, const Prior& prior, const States* reference,
                                      const std::stop_token& stop) const {
  const auto learner = make_learner(experiment.config.corrector, experiment, prior.model);
  PriorTrainer trainer(prior.correction, experiment.dimension(), learner.get(), prior.refine,
                       learner_.network().looks_at_coarse());
  PararealOptions options = experiment.options;
  options.stop = stop;
  options.slice_limit = leaving_the_process(options.slice_limit);
  const FidelityLadder ladder = experiment.ladder();
  PararealProblem problem{experiment.grid, experiment.initial, *experiment.coarse, ladder, &trainer, reference};
  problem.communicator = communicator_;
  RunRecord record = solve_in_windows(problem, experiment.config.windows, options, *experiment.executor);
  // The family's discrepancies are those of the top level; a run that ended before has none.
  Harvest harvest = reached(ladder.num_levels(), record) ? trainer.harvest() : Harvest(experiment.dimension());
  return {std::move(record), std::move(harvest), trainer.dropped_prior() || (learner && learner->dropped_prior())};
}

Campaign::Finished Campaign::run_draw(Index index, std::stop_token stop) const {
  const Draw& draw = draws_[static_cast<std::size_t>(index)];
  const Experiment experiment = experiment_of(draw);
  const bool wants_reference = config_.campaign.flag("reference");
  SerialSolution serial;
  if (wants_reference)
    serial =
        solve_serial_together(experiment.grid, experiment.initial, *experiment.fine, communicator_,
                              experiment.config.windows, stop, leaving_the_process(experiment.options.slice_limit));
  const bool has_reference = wants_reference && !serial.failure && !serial.interrupted;
  const State inputs = network_parameters(draw);
  const Prior prior = prior_of(inputs, experiment);
  Solved solved = solve_once(experiment, prior, has_reference ? &serial.boundaries : nullptr, stop);
  const bool was_interrupted = solved.record.termination == Termination::interrupted;  // perhaps another process

  Finished finished;
  CampaignRow& row = finished.row;
  row.parameters = draw.parameters;
  row.iterations = solved.record.num_iterations();
  row.effective_sweeps = solved.record.effective_sweeps();
  row.max_error = solved.record.error();
  row.converged = solved.record.converged();
  row.prior = !prior.exists() ? PriorUse::none : solved.dropped_prior ? PriorUse::dropped : PriorUse::served;
  row.seconds = solved.record.seconds.total;
  if (has_reference) row.serial_seconds = serial.seconds;
  if (is_held_out(index, config_.campaign.number("held_out")))
    row.cold_iterations =
        prior.exists() ? solve_once(experiment, {}, nullptr, stop).record.num_iterations() : row.iterations;
  finished.entry = {entry_name(config_, index), inputs, std::move(solved.harvest), row.iterations, row.cold_iterations};
  finished.interrupted = stop.stop_requested() || was_interrupted;
  return finished;
}

/// Also where the stop comes before the run itself, such as while its levels are chosen.
Campaign::Finished Campaign::run_draw_or_stop(Index index, std::stop_token stop) const {
  const StopScope scope(stop);
  try {
    return run_draw(index, stop);
  } catch (const StopRequested&) {
    Finished finished;
    finished.interrupted = true;
    return finished;
  }
}

bool Campaign::run_batch(std::stop_token stop) {
  const Index first = static_cast<Index>(rows_.size());
  const Index count = std::min(config_.campaign.integer("concurrent"), config_.num_runs() - first);
  std::vector<std::future<Finished>> running;
  const auto policy = count > 1 ? std::launch::async : std::launch::deferred;
  for (Index i = 0; i < count; ++i)
    running.push_back(std::async(policy, [this, i, first, stop] { return run_draw_or_stop(first + i, stop); }));
  std::vector<Finished> batch;
  for (auto& run : running) batch.push_back(run.get());
  if (std::any_of(batch.begin(), batch.end(), [](const Finished& f) { return f.interrupted; })) return false;
  for (Finished& finished : batch) {
    const Stopwatch watch;
    if (finished.entry.harvest.size() > 0) {
      if (learns()) learner_.absorb(finished.entry, *executor_);
      if (communicator_ == nullptr || communicator_->rank() == 0) store_.add(finished.entry);
    }
    finished.row.fit_seconds = watch.seconds();
    finished.row.store_bytes = store_.num_bytes();
    rows_.push_back(std::move(finished.row));
  }
  return true;
}

}  // namespace forerun
