#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/parareal/coarse_trainer.h"
#include "learning/training/harvest.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// A correction that can be written down.
class LearnedCorrection : public Correction {
 public:
  /// Sets what this version consists of: corrector, options, bounds, layer, readout and basis. Signature and harvest
  /// are the caller's.
  virtual void describe(LearnedModel& model) const = 0;
};

/// Samples that a process must have of a run that it shares: those of its own slices, and of slices near them
/// (`Corrector::needed_samples`) to both sides as many as this at most; or all.
struct SamplesNeeded {
  bool all = false;
  Index near = 0;
};

/// Learns the discrepancy u ↦ F(u) − G(u) from a harvest.
///
/// `fit` is called once an iteration with everything harvested so far and returns a new version of the model: const,
/// thread-safe, deterministic, valid until the next `fit`. A corrector is deterministic given its options (the seed is
/// one of them) and independent of the number of threads.
/// A corrector serves one harvest that grows: each call's samples begin with those of the call before, and only the new
/// ones need work.
/// Errors: std::invalid_argument for an empty, mismatched or shrunken harvest; a fit that fails numerically returns
/// nullptr (m = 0).
class Corrector {
 public:
  virtual ~Corrector() = default;

  /// As in configurations: "randnet", "randnet-local", ….
  virtual std::string name() const = 0;
  /// What made the latest fit: the corrector itself, or the candidate it chose.
  virtual std::string serving() const { return name(); }
  /// What is known of its errors, if it looks.
  virtual CorrectionErrors errors() const { return {}; }

  /// Fine solves that the latest fit takes for each slice that it serves (`CoarseTrainer::fine_solves`).
  virtual double fine_solves() const { return 0.0; }

  /// Where processes share a run with sweeps of so many slices: which samples a process must have. Unless that is all,
  /// the corrector has its ways to tell the others what they need to know (shared_samples.h), all processes call its
  /// members alike, and the model is asked about own slices alone. Everywhere the same, and as long as it lives.
  virtual SamplesNeeded samples_needed(Index /*num_slices*/) const { return {.all = true}; }

  /// Beside the samples of own slices, those that the next fit and its model look at for these slices, which are some
  /// process's own: a function of what is noted of samples, as all know what others need. They are fetched before.
  virtual std::vector<Index> needed_samples(const Harvest& /*harvest*/, std::span<const Index> /*slices*/) const {
    return {};
  }

  /// Whether its models look at G(u), which the harvest must keep then.
  virtual bool looks_at_coarse() const { return false; }

  /// True of one that gives way to classic Parareal where that does as well, and then need not be fitted.
  virtual bool gives_way_to_classic() const { return false; }

  /// Takes over what another of its kind has learned about itself, such as which candidate predicts best, but not its
  /// fits. For a fresh one whose predecessor's samples have been changed.
  virtual void inherit(const Corrector& /*predecessor*/) {}

  /// What one of its kind has learned in other runs, to learn on from, before the first fit. Models of other kinds are
  /// passed over.
  virtual void begin_from(std::shared_ptr<const LearnedModel> /*model*/) {}

  /// The latest fit is going to serve a sweep: what makes its evaluations cheaper may be computed now. Changes no
  /// value. Takes its turn with evaluations.
  virtual void prepare(SliceExecutor& /*executor*/) {}

  /// The model for `harvest`, which outlives the result and may grow but not change meanwhile.
  virtual std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) = 0;
};

/// Makes a corrector that has seen nothing yet; every call the same.
using CorrectorFactory = std::function<std::unique_ptr<Corrector>()>;

}  // namespace forerun
