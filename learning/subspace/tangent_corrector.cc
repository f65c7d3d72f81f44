#include "learning/subspace/tangent_corrector.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/errors.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"
#include "learning/subspace/secant_corrector.h"

namespace forerun {
namespace {

/// What is known of one slice: its newest sample, and the modes about it once somebody has asked.
struct SliceTangent {
  Index sample = 0;
  std::once_flag is_found;
  TangentModes modes;
  State coarse;  ///< G(u_n) where G is taken away; else empty
};

class TangentCorrection final : public LearnedCorrection {
 public:
  TangentCorrection(const Harvest& harvest, const TangentOptions& options, StateBounds bounds,
                    std::shared_ptr<const TangentModesFinder> finder)
      : harvest_(harvest),
        options_(options),
        bounds_(std::move(bounds)),
        finder_(std::move(finder)),
        slices_(static_cast<std::size_t>(harvest.by_slice().num_slices())) {
    for (std::size_t place = 0; place < slices_.size(); ++place)
      slices_[place].sample = harvest.by_slice().newest_at(static_cast<Index>(place), harvest.size());
  }

  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    SliceTangent* const known = find(slice);
    if (known == nullptr) {
      out.setZero();
      return;
    }
    make_sure(*known);
    const TangentModes& modes = known->modes;
    thread_local Scratch change_memory, coefficient_memory;
    auto change = change_memory.matrix(state.size(), 1);
    change.col(0) = state - harvest_.state(known->sample);
    auto coefficients = coefficient_memory.matrix(modes.right.cols(), 1);
    coefficients.setZero();
    add_transposed_product(modes.right, change, coefficients);
    change.col(0) = harvest_.discrepancy(known->sample);
    add_product(1.0, modes.left, coefficients, change);
    if (known->coarse.size() > 0) {
      thread_local State coarse;
      coarse.resize(state.size());
      finder_->coarse().propagate(slice, state, coarse);
      change.col(0) += known->coarse - coarse;
    }
    out = change.col(0);
  }

  void describe(LearnedModel& model) const override {
    model.corrector = "secant";
    model.options = {{"rank", std::to_string(SecantOptions{}.rank)}};
    model.bounds = bounds_;
    model.layer = {};
    model.layer.linear = true;
    model.layer.weights.resize(0, harvest_.dimension());
    model.readout.resize(0, 0);
    model.basis.resize(0, 0);
  }

 private:
  /// nullptr where nothing is known of the slice.
  SliceTangent* find(const Slice& slice) const {
    const SamplesBySlice& by_slice = harvest_.by_slice();
    const Index place = by_slice.lower_bound(slice.index);
    if (place == by_slice.num_slices() || by_slice.slice(place) != slice.index) return nullptr;
    SliceTangent& known = slices_[static_cast<std::size_t>(place)];
    const Slice of_sample = harvest_.slice(known.sample);
    const bool is_same = of_sample.begin == slice.begin && of_sample.end == slice.end;
    return is_same ? &known : nullptr;
  }

  /// Of a slice whose tangent cannot be had, R = 0 serves, in front of G.
  void make_sure(SliceTangent& known) const {
    std::call_once(known.is_found, [&] {
      const Index dimension = harvest_.dimension();
      known.modes = {States(dimension, 0), States(dimension, 0)};
      if (finder_ == nullptr) return;
      const Slice slice = harvest_.slice(known.sample);
      const auto of = options_.with_coarse ? TangentModesFinder::Of::difference : TangentModesFinder::Of::fine;
      try {
        const State state = harvest_.state(known.sample);
        TangentModes found = finder_->find(slice, state, std::min(options_.modes, dimension), of);
        State coarse(options_.with_coarse ? 0 : dimension);
        if (!options_.with_coarse) finder_->coarse().propagate(slice, state, coarse);
        if (!found.left.allFinite() || !found.right.allFinite() || !coarse.allFinite()) return;
        known.modes = std::move(found);
        known.coarse = std::move(coarse);
      } catch (const PropagationError&) {
        // as it was
      }
    });
  }

  const Harvest& harvest_;
  TangentOptions options_;
  StateBounds bounds_;
  std::shared_ptr<const TangentModesFinder> finder_;
  mutable std::vector<SliceTangent> slices_;  ///< by their places in the harvest
};

class TangentCorrector final : public Corrector {
 public:
  TangentCorrector(TangentOptions options, StateBounds bounds, std::shared_ptr<const TangentModesFinder> finder)
      : options_(std::move(options)), bounds_(std::move(bounds)), finder_(std::move(finder)) {
    if (options_.modes < 0) throw std::invalid_argument("tangent: the number of modes must be ≥ 0");
  }

  std::string name() const override { return "tangent"; }
  SamplesNeeded samples_needed(Index /*num_slices*/) const override { return {}; }
  double fine_solves() const override {
    return finder_ ? finder_->fine_solves(options_.modes, bounds_.lower.size()) : 0.0;
  }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& /*executor*/) override {
    if (harvest.size() == 0) throw std::invalid_argument("tangent: the harvest is empty");
    if (harvest.dimension() != bounds_.lower.size())
      throw std::invalid_argument("tangent: the harvest has another dimension");
    if (harvest.size() < num_known_) throw std::invalid_argument("tangent: the harvest shrank");
    num_known_ = harvest.size();
    return std::make_unique<const TangentCorrection>(harvest, options_, bounds_, finder_);
  }

 private:
  TangentOptions options_;
  StateBounds bounds_;
  std::shared_ptr<const TangentModesFinder> finder_;
  Index num_known_ = 0;
};

}  // namespace

std::unique_ptr<Corrector> make_tangent_corrector(const TangentOptions& options, const StateBounds& bounds,
                                                  std::shared_ptr<const TangentModesFinder> finder) {
  return std::make_unique<TangentCorrector>(options, bounds, std::move(finder));
}

double tangent_bytes(const TangentOptions& options, Index dimension, double num_slices) {
  const auto modes = static_cast<double>(std::min(options.modes, dimension));
  return num_slices * (2.0 * sizeof(double) * static_cast<double>(dimension) * modes + sizeof(SliceTangent));
}

}  // namespace forerun
