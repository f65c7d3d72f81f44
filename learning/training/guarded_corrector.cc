#include "learning/training/guarded_corrector.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "learning/training/contender.h"
#include "learning/training/layered_correction.h"
#include "learning/training/sample_pairs.h"
#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

/// With no more new samples than this, all candidates' models are prepared for the slices that they will be scored on.
constexpr Index kFewSlices = 256;
/// In logarithms: candidates that learn by slice are preferred where time matters, others elsewhere; one that is not
/// preferred serves only if its errors were smaller by this. Past errors do not show all: where time matters a slice's
/// own model sharpens with each sweep, and where it does not there is more to learn from all slices.
constexpr double kHandicap = 0.6931471805599453;
/// By so much a layer may have been worse than the candidate below it and serves all the same: it sharpens each sweep.
constexpr double kLayersLead = kHandicap;

/// log of the power mean (Σ e^p / count)^{1/p}: between the geometric mean, which a few slices hardly move, and the
/// arithmetic, which the worst slice decides.
double log_power_mean(const StateView& log_errors) {
  constexpr double kPower = 0.5;
  return std::log((kPower * log_errors.array()).exp().mean()) / kPower;
}

/// The model that serves, or m = 0 where that is classic: not nullptr, so that the loop checks its states all the same.
class GuardedCorrection final : public LearnedCorrection {
 public:
  /// `serving` may be nullptr; `learned` is what is written down then.
  GuardedCorrection(std::shared_ptr<const LearnedCorrection> serving, std::shared_ptr<const LearnedCorrection> learned)
      : serving_(std::move(serving)), learned_(std::move(learned)) {}

  void evaluate(const Slice& slice, const StateView& state, const StateView& coarse, StateOut out) const override {
    if (serving_) return serving_->evaluate(slice, state, coarse, out);
    out.setZero();
  }
  void evaluate_block(std::span<const Slice> slices, const StatesView& states, const StatesView& coarse,
                      StatesOut out) const override {
    if (serving_) return serving_->evaluate_block(slices, states, coarse, out);
    out.setZero();
  }
  void describe(LearnedModel& model) const override { learned_->describe(model); }

 private:
  std::shared_ptr<const LearnedCorrection> serving_;
  std::shared_ptr<const LearnedCorrection> learned_;
};

class GuardedCorrector final : public Corrector {
 public:
  GuardedCorrector(std::string name, std::vector<Candidate> candidates, const StateNorm& norm)
      : name_(std::move(name)), norm_(norm) {
    if (candidates.empty()) throw std::invalid_argument("guard: needs at least one candidate");
    for (Candidate& candidate : candidates) {
      const auto is_below = [&](const Contender& contender) {
        return contender.name() == candidate.on && !contender.is_classic();
      };
      if (!candidate.on.empty() && (!candidate.make || std::ranges::none_of(contenders_, is_below))) {
        throw std::invalid_argument("guard: layer '" + candidate.name + "' has no candidate below it");
      }
      contenders_.emplace_back(std::move(candidate));
    }
  }

  std::string name() const override { return name_; }
  std::string serving() const override { return contenders_[serving_].name(); }
  CorrectionErrors errors() const override { return errors_; }
  bool gives_way_to_classic() const override {
    return std::any_of(contenders_.begin(), contenders_.end(), [](const Contender& c) { return c.is_classic(); });
  }

  bool looks_at_coarse() const override {
    return std::any_of(contenders_.begin(), contenders_.end(), [](const Contender& c) { return c.looks_at_coarse(); });
  }

  SamplesNeeded samples_needed(Index num_slices) const override {
    SamplesNeeded most;
    for (const Contender& contender : contenders_) {
      const SamplesNeeded needed = contender.samples_needed(num_slices);
      most = {.all = most.all || needed.all, .near = std::max(most.near, needed.near)};
    }
    return most;
  }

  std::vector<Index> needed_samples(const Harvest& harvest, std::span<const Index> slices) const override {
    std::vector<Index> all;
    for (const Contender& contender : contenders_) {
      const std::vector<Index> needed = contender.needed_samples(harvest, slices);
      all.insert(all.end(), needed.begin(), needed.end());
    }
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    return all;
  }

  void inherit(const Corrector& predecessor) override {
    const auto* guard = dynamic_cast<const GuardedCorrector*>(&predecessor);
    if (!guard || guard->contenders_.size() != contenders_.size()) return;
    for (std::size_t c = 0; c < contenders_.size(); ++c) contenders_[c].inherit_scores(guard->contenders_[c]);
    serving_ = guard->serving_;
    has_scored_ = guard->has_scored_;
  }

  void begin_from(std::shared_ptr<const LearnedModel> model) override {
    for (Contender& contender : contenders_) contender.begin_from(model);
  }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    if (harvest.size() == 0) throw std::invalid_argument("guard: the harvest is empty");
    if (harvest.size() < num_known_) throw std::invalid_argument("guard: the harvest shrank");
    errors_ = {};
    if (num_known_ > 0) score(harvest, executor);
    all_prepared_ = harvest.size() - num_known_ <= kFewSlices;
    fit_all(harvest, executor);
    num_known_ = harvest.size();
    choose(harvest.depends_on_time());
    const auto learned = best_learned(harvest.depends_on_time());
    if (!learned) return nullptr;
    return std::make_unique<const GuardedCorrection>(contenders_[serving_].model(), learned);
  }

  void prepare(SliceExecutor& executor) override {
    if (!all_prepared_) contenders_[serving_].prepare(executor);
  }

 private:
  /// One by one, as only a layer needs another's model: residuals are kept while a layer learns from them.
  void fit_all(const Harvest& harvest, SliceExecutor& executor) {
    residuals_.clear();
    for (Contender& contender : contenders_) {
      if (contender.is_layer()) {
        fit_layer(contender, harvest, executor);
      } else {
        contender.fit(harvest, executor);
      }
      if (all_prepared_) contender.prepare(executor);
    }
  }

  void fit_layer(Contender& layer, const Harvest& harvest, SliceExecutor& executor) {
    layer.clear();
    const auto& below = find(layer.on()).model();
    if (!below) return;
    auto found = residuals_.find(layer.on());
    if (found == residuals_.end()) {
      found = residuals_.emplace(layer.on(), residual_of(harvest, *below, executor)).first;
    }
    layer.fit_on(below, found->second, executor);
  }

  const Contender& find(const std::string& name) const {
    return *std::find_if(contenders_.begin(), contenders_.end(), [&](const Contender& c) { return c.name() == name; });
  }

  void score(const Harvest& harvest, SliceExecutor& executor) {
    const std::vector<SamplePair> pairs = sample_pairs(harvest, num_known_);
    if (pairs.empty()) return;
    const States log_errors = errors_of(pairs, harvest, executor);
    for (Index c = 0; c < log_errors.cols(); ++c) {
      Contender& contender = contenders_[static_cast<std::size_t>(c)];
      if (contender.can_serve()) contender.add_score(log_power_mean(log_errors.col(c)));
    }
    errors_.found = std::exp(contenders_[serving_].latest_score());
    has_scored_ = true;
  }

  /// log e of each pair, a row, and candidate, a column.
  States errors_of(const std::vector<SamplePair>& pairs, const Harvest& harvest, SliceExecutor& executor) const {
    const auto num_pairs = static_cast<Index>(pairs.size());
    States of_pairs(static_cast<Index>(contenders_.size()), num_pairs);
    executor.for_each(num_pairs, [&](Index p) {
      const SamplePair& pair = pairs[static_cast<std::size_t>(p)];
      if (!harvest.holds(pair.newer)) return;
      for (Index c = 0; c < of_pairs.rows(); ++c)
        of_pairs(c, p) = contenders_[static_cast<std::size_t>(c)].log_error(harvest, pair, norm_);
    });
    std::vector<Index> newer;
    for (const SamplePair& pair : pairs) newer.push_back(pair.newer);
    share(harvest, newer, of_pairs);
    return of_pairs.transpose();
  }

  /// The best of those that have a model, or need none; before anything was scored the one to begin with.
  void choose(bool depends_on_time) {
    const auto handicapped = [&](const Contender& contender) {
      const double handicap = depends_on_time ? -kHandicap : kHandicap;
      return contender.score() + (contender.is_by_slice() ? handicap : 0.0) -
             (contender.is_layer() ? kLayersLead : 0.0);
    };
    const auto is_better = [&](const Contender& a, const Contender& b) {
      if (a.can_serve() != b.can_serve()) return a.can_serve();
      return has_scored_ ? handicapped(a) < handicapped(b) : depends_on_time && a.is_by_slice() && !b.is_by_slice();
    };
    const auto best = std::min_element(contenders_.begin(), contenders_.end(), is_better);
    serving_ = static_cast<std::size_t>(best - contenders_.begin());
    if (errors_.found) errors_.predicted = std::exp(best->score());
  }

  /// The best model that is worth keeping; another only where there is none.
  std::shared_ptr<const LearnedCorrection> best_learned(bool depends_on_time) const {
    const Contender* best = nullptr;
    const auto is_worth_keeping = [&](const Contender& contender) {
      return !contender.is_layer() && (depends_on_time || !contender.is_by_slice());
    };
    for (const Contender& contender : contenders_) {
      if (!contender.model()) continue;
      const bool is_better =
          !best || (is_worth_keeping(contender) != is_worth_keeping(*best) ? is_worth_keeping(contender)
                                                                           : contender.score() < best->score());
      if (is_better) best = &contender;
    }
    return best ? best->model() : nullptr;
  }

  std::string name_;
  StateNorm norm_;
  std::vector<Contender> contenders_;
  std::map<std::string, std::shared_ptr<const Harvest>> residuals_;  ///< of candidates with layers
  std::size_t serving_ = 0;
  bool all_prepared_ = false;
  Index num_known_ = 0;  ///< samples that the latest models were fitted to
  bool has_scored_ = false;
  CorrectionErrors errors_;
};

}  // namespace

std::unique_ptr<Corrector> make_guarded_corrector(std::string name, std::vector<Candidate> candidates,
                                                  const StateNorm& norm) {
  return std::make_unique<GuardedCorrector>(std::move(name), std::move(candidates), norm);
}

}  // namespace forerun
