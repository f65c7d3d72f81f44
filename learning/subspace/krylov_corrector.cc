#include "learning/subspace/krylov_corrector.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "core/base/evenly_spread.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/normalizer.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr Index kProjectedBlock = 64;
constexpr Index kSamplesADirection = 4;

Index most_samples(const KrylovOptions& options) {
  return std::max(Harvest::many_samples, kSamplesADirection * options.rank);
}

class KrylovCorrection final : public LearnedCorrection {
 public:
  KrylovCorrection(const Harvest& harvest, const StateBounds& bounds, const KrylovOptions& options)
      : bounds_(bounds),
        printed_(options.printed),
        base_(harvest.states().col(0)),
        base_discrepancy_(harvest.discrepancies().col(0)) {
    const State weights = Normalizer(bounds).weights();
    const Index dimension = harvest.dimension();
    const std::vector<Index> samples = evenly_spread(most_samples(options), harvest.size());
    const States differences = weights.asDiagonal() * (harvest.states()(Eigen::all, samples).colwise() - base_);
    const Eigen::ColPivHouseholderQR<States> factors(differences);
    const auto sizes = factors.matrixR().diagonal().cwiseAbs().eval();
    const double least = options.tolerance * (sizes.size() > 0 ? sizes[0] : 0.0);
    // Pivoting sorts the diagonal.
    const Index rank = std::min(options.rank, static_cast<Index>((sizes.array() > least).count()));
    const States directions = factors.householderQ() * States::Identity(dimension, rank);
    directions_ = weights.asDiagonal() * directions;

    responses_.resize(dimension, rank);
    const StatesView discrepancies = harvest.discrepancies();
    for (Index j = 0; j < rank; ++j) {
      const auto chosen = static_cast<std::size_t>(factors.colsPermutation().indices()[j]);
      responses_.col(j) = discrepancies.col(samples[chosen]) - base_discrepancy_;
    }
    const auto triangle = factors.matrixR().topLeftCorner(rank, rank).triangularView<Eigen::Upper>();
    if (rank > 0) triangle.solveInPlace<Eigen::OnTheRight>(responses_);
  }

  bool is_finite() const { return responses_.allFinite() && directions_.allFinite(); }

  void evaluate(const Slice& /*slice*/, const StateView& state, const StateView& /*coarse*/,
                StateOut out) const override {
    predict(state, out);
  }

  void evaluate_block(std::span<const Slice> /*slices*/, const StatesView& states, const StatesView& /*coarse*/,
                      StatesOut out) const override {
    for (Index first = 0; first < states.cols(); first += kProjectedBlock) {
      const Index count = std::min(kProjectedBlock, states.cols() - first);
      predict(states.middleCols(first, count), out.middleCols(first, count));
    }
  }

  void describe(LearnedModel& model) const override {
    const Index dimension = base_.size();
    model.corrector = "krylov";
    model.options = printed_;
    model.bounds = bounds_;
    model.layer = {};
    model.layer.linear = true;
    model.layer.weights.resize(0, dimension);
    model.readout.resize(0, 0);
    model.basis.resize(0, 0);
  }

 private:
  void predict(const StatesView& states, StatesOut out) const {
    thread_local Scratch difference_memory, coefficient_memory;
    auto differences = difference_memory.matrix(states.rows(), states.cols());
    differences = states.colwise() - base_;
    auto coefficients = coefficient_memory.matrix(directions_.cols(), states.cols());
    coefficients.setZero();
    add_transposed_product(directions_, differences, coefficients);
    out.colwise() = base_discrepancy_;
    add_product(1.0, responses_, coefficients, out);
  }

  StateBounds bounds_;
  std::map<std::string, std::string> printed_;
  State base_;
  State base_discrepancy_;
  States directions_;  ///< Q, times the scale of the components
  States responses_;   ///< B
};

class KrylovCorrector final : public Corrector {
 public:
  KrylovCorrector(const KrylovOptions& options, const StateBounds& bounds) : options_(options), bounds_(bounds) {
    if (!(options.tolerance > 0.0)) throw std::invalid_argument("krylov: the tolerance must be > 0");
    if (options.rank < 1) throw std::invalid_argument("krylov: the rank must be ≥ 1");
  }

  std::string name() const override { return "krylov"; }

  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor& /*executor*/) override {
    if (harvest.size() == 0) throw std::invalid_argument("krylov: the harvest is empty");
    if (harvest.dimension() != bounds_.lower.size())
      throw std::invalid_argument("krylov: the harvest has another dimension");
    if (harvest.size() < num_known_) throw std::invalid_argument("krylov: the harvest shrank");
    num_known_ = harvest.size();
    auto correction = std::make_unique<const KrylovCorrection>(harvest, bounds_, options_);
    if (!correction->is_finite()) return nullptr;
    return correction;
  }

 private:
  KrylovOptions options_;
  StateBounds bounds_;
  Index num_known_ = 0;
};

}  // namespace

std::unique_ptr<Corrector> make_krylov_corrector(const KrylovOptions& options, const StateBounds& bounds) {
  return std::make_unique<KrylovCorrector>(options, bounds);
}

double krylov_bytes(const KrylovOptions& options, Index dimension, double num_samples) {
  constexpr double number = sizeof(double), index = sizeof(Index);
  const double used = std::min(num_samples, static_cast<double>(most_samples(options)));
  const auto length = static_cast<double>(dimension);
  const double rank = std::min({static_cast<double>(options.rank), length, used});
  // Differences and their factors, with places and norms of columns; directions and responses.
  return used * (2.0 * number * length + 2.0 * index + 3.0 * number) + 3.0 * number * length * rank;
}

std::unique_ptr<const Correction> make_krylov_correction(const LearnedModel& model, double tolerance, Index rank) {
  if (model.harvest.size() == 0) throw std::invalid_argument("krylov: the model has no harvest");
  const KrylovOptions options{tolerance, rank, model.options};
  return std::make_unique<const KrylovCorrection>(model.harvest, model.bounds, options);
}

}  // namespace forerun
