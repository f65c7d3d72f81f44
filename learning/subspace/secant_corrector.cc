#include "learning/subspace/secant_corrector.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "learning/numerics/kernels.h"
#include "learning/numerics/normalizer.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

/// A difference that points out of the newer ones by less than this part of its length adds nothing that can be told.
constexpr double kLeastShare = 0.1;
/// Differences this small beside the state are rounding.
constexpr double kDifferenceRounding = 1e-13;

/// What `predict` needs of each slice: its newest sample, which of those before it count, and the triangle R of
/// ΔU = Q R.
class SecantNetwork {
 public:
  SecantNetwork(StateBounds bounds, Index rank)
      : normalizer_(std::move(bounds)), rank_(std::min(rank, normalizer_.dimension())) {
    if (rank < 1) throw std::invalid_argument("secant: the rank must be ≥ 1");
  }

  const StateBounds& bounds() const { return normalizer_.bounds(); }

  void update(const Harvest& harvest, SliceExecutor& executor) {
    if (harvest.size() == 0) throw std::invalid_argument("secant: the harvest is empty");
    if (harvest.dimension() != normalizer_.dimension())
      throw std::invalid_argument("secant: the harvest has another dimension");
    const SamplesBySlice& by_slice = harvest.by_slice();
    if (harvest.size() < num_known_) throw std::invalid_argument("secant: the harvest shrank");
    harvest_ = &harvest;
    // Slices that appear later may come before others: then all places are others.
    const bool all = static_cast<Index>(slices_.size()) != by_slice.num_slices();
    resize(by_slice.num_slices());
    std::vector<Index> touched;
    for (Index place = 0; place < by_slice.num_slices(); ++place) {
      const Index newest = by_slice.newest_at(place, harvest.size());
      if (!all && newest < num_known_) continue;
      slices_[static_cast<std::size_t>(place)] = by_slice.slice(place);
      newest_[static_cast<std::size_t>(place)] = newest;
      if (harvest.holds(newest)) touched.push_back(place);
    }
    num_known_ = harvest.size();
    executor.for_each(static_cast<Index>(touched.size()),
                      [&](Index i) { factorize(static_cast<std::size_t>(touched[static_cast<std::size_t>(i)])); });
  }

  void predict(const Slice& slice, const StateView& state, StateOut out) const {
    const std::size_t place = place_of(slice.index);
    if (place == slices_.size() || !is_same_interval(harvest_->slice(newest_[place]), slice)) {
      out.setZero();
      return;
    }
    const Index base = newest_[place];
    const Index count = counts_[place];
    out = harvest_->discrepancy(base);
    if (count == 0) return;
    thread_local Scratch offset_memory, coefficient_memory;
    auto offset = offset_memory.matrix(state.size(), 2);
    offset.col(0) = (state - harvest_->state(base)).cwiseProduct(normalizer_.weights().cwiseAbs2());
    auto coefficients = coefficient_memory.vector(count);
    for (Index j = 0; j < count; ++j) {
      offset.col(1) = harvest_->state(sample(place, j)) - harvest_->state(base);
      coefficients[j] = dot(offset.col(1), offset.col(0));
    }
    solve(place, coefficients);
    for (Index j = 0; j < count; ++j)
      out += coefficients[j] * (harvest_->discrepancy(sample(place, j)) - harvest_->discrepancy(base));
  }

 private:
  static bool is_same_interval(const Slice& a, const Slice& b) { return a.begin == b.begin && a.end == b.end; }

  void resize(Index num_slices) {
    const auto count = static_cast<std::size_t>(num_slices);
    slices_.resize(count);
    newest_.resize(count);
    counts_.resize(count);
    samples_.resize(count * static_cast<std::size_t>(rank_));
    triangles_.resize(count * triangle_size());
  }

  /// The number of slices where it is not known.
  std::size_t place_of(Index slice) const {
    // Most often all slices of a run have samples, and follow each other.
    const auto guess = slices_.empty() ? 0 : static_cast<std::size_t>(slice - slices_.front());
    if (guess < slices_.size() && slices_[guess] == slice) return guess;
    const auto found = std::lower_bound(slices_.begin(), slices_.end(), slice);
    return found != slices_.end() && *found == slice ? static_cast<std::size_t>(found - slices_.begin())
                                                     : slices_.size();
  }

  std::size_t triangle_size() const { return static_cast<std::size_t>(rank_ * (rank_ + 1) / 2); }
  Index sample(std::size_t place, Index j) const {
    return samples_[place * static_cast<std::size_t>(rank_) + static_cast<std::size_t>(j)];
  }
  /// Column j of R, 0 … j, at this address.
  const double* column(std::size_t place, Index j) const {
    return triangles_.data() + place * triangle_size() + static_cast<std::size_t>(j * (j + 1) / 2);
  }

  /// Chooses the differences that count and orthogonalises them, newest first, by modified Gram–Schmidt, twice.
  void factorize(std::size_t place) {
    thread_local Scratch direction_memory;
    const Index base = newest_[place];
    const State& weights = normalizer_.weights();
    auto directions = direction_memory.matrix(harvest_->dimension(), rank_);
    const double least = kDifferenceRounding * weights.cwiseProduct(harvest_->state(base)).norm();
    Index& count = counts_[place];
    count = 0;
    const SamplesBySlice& by_slice = harvest_->by_slice();
    for (Index j = by_slice.previous(base); j >= 0 && count < rank_; j = by_slice.previous(j)) {
      if (!is_same_interval(harvest_->slice(j), harvest_->slice(base))) continue;
      auto direction = directions.col(count);
      direction = weights.cwiseProduct(harvest_->state(j) - harvest_->state(base));
      const double whole = direction.norm();
      if (!(whole > least)) continue;
      double* const r = triangles_.data() + place * triangle_size() + count * (count + 1) / 2;
      std::fill_n(r, count, 0.0);
      for (int pass = 0; pass < 2; ++pass) {
        for (Index k = 0; k < count; ++k) {
          const double overlap = dot(directions.col(k), direction);
          direction -= overlap * directions.col(k);
          r[k] += overlap;
        }
      }
      r[count] = direction.norm();
      if (!(r[count] > kLeastShare * whole)) continue;
      direction /= r[count];
      samples_[place * static_cast<std::size_t>(rank_) + static_cast<std::size_t>(count)] = j;
      ++count;
    }
  }

  /// values ← R⁻¹ R⁻ᵀ values.
  void solve(std::size_t place, Eigen::Map<State>& values) const {
    const Index count = values.size();
    for (Index j = 0; j < count; ++j) {
      const double* const r = column(place, j);
      for (Index k = 0; k < j; ++k) values[j] -= r[k] * values[k];
      values[j] /= r[j];
    }
    for (Index j = count - 1; j >= 0; --j) {
      const double* const r = column(place, j);
      values[j] /= r[j];
      for (Index k = 0; k < j; ++k) values[k] -= r[k] * values[j];
    }
  }

  Normalizer normalizer_;
  Index rank_;
  const Harvest* harvest_ = nullptr;
  Index num_known_ = 0;        ///< samples
  std::vector<Index> slices_;  ///< ascending; each has its place in what follows
  std::vector<Index> newest_;
  std::vector<Index> counts_;
  std::vector<Index> samples_;     ///< `rank_` a slice
  std::vector<double> triangles_;  ///< R by columns, `triangle_size` a slice
};

class SecantCorrection final : public LearnedCorrection {
 public:
  SecantCorrection(std::shared_ptr<const SecantNetwork> network, std::map<std::string, std::string> options)
      : network_(std::move(network)), options_(std::move(options)) {}

  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    network_->predict(slice, state, out);
  }

  void describe(LearnedModel& model) const override {
    model.corrector = "secant";
    model.options = options_;
    model.bounds = network_->bounds();
    model.layer = {};
    model.layer.linear = true;
    model.layer.weights.resize(0, model.bounds.lower.size());
    model.readout.resize(0, 0);
    model.basis.resize(0, 0);
  }

 private:
  std::shared_ptr<const SecantNetwork> network_;
  std::map<std::string, std::string> options_;
};

class SecantCorrector final : public Corrector {
 public:
  SecantCorrector(const SecantOptions& options, const StateBounds& bounds)
      : network_(std::make_shared<SecantNetwork>(bounds, options.rank)), printed_(options.printed) {}

  std::string name() const override { return "secant"; }
  SamplesNeeded samples_needed(Index /*num_slices*/) const override { return {}; }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& executor) override {
    network_->update(harvest, executor);
    return std::make_unique<const SecantCorrection>(network_, printed_);
  }

 private:
  std::shared_ptr<SecantNetwork> network_;
  std::map<std::string, std::string> printed_;
};

/// Keeps the model alive whose harvest the network predicts from.
class SavedSecantCorrection final : public Correction {
 public:
  SavedSecantCorrection(std::shared_ptr<const LearnedModel> model, Index rank)
      : model_(std::move(model)), network_(model_->bounds, rank) {
    network_.update(model_->harvest, *make_serial_executor());
  }

  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    network_.predict(slice, state, out);
  }

 private:
  std::shared_ptr<const LearnedModel> model_;
  SecantNetwork network_;
};

}  // namespace

std::unique_ptr<Corrector> make_secant_corrector(const SecantOptions& options, const StateBounds& bounds) {
  return std::make_unique<SecantCorrector>(options, bounds);
}

double secant_bytes(const SecantOptions& options, Index dimension, double num_slices) {
  constexpr double number = sizeof(double), index = sizeof(Index);
  const auto rank = static_cast<double>(std::min(options.rank, dimension));
  return num_slices * (3.0 * index + rank * index + 0.5 * rank * (rank + 1.0) * number);
}

std::unique_ptr<const Correction> make_secant_correction(std::shared_ptr<const LearnedModel> model, Index rank) {
  return std::make_unique<const SavedSecantCorrection>(std::move(model), rank);
}

}  // namespace forerun
