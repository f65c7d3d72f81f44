#include "learning/family/family_network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/family/kriging_family.h"
#include "learning/numerics/column_blocks.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/random_stream.h"
#include "learning/numerics/scratch.h"
#include "learning/stencil/stencil_corrector.h"

namespace forerun {
namespace {

constexpr Index kPatchBlock = 64;
constexpr std::uint64_t kSampleStream = 0x5a;

/// The network with the readout of one run's parameters.
class PatchCorrection final : public Correction {
 public:
  PatchCorrection(const Patches& patches, std::shared_ptr<const RandomFeatures> features, States readout)
      : patches_(patches), features_(std::move(features)), readout_(std::move(readout)) {}

  void evaluate(const Slice& /*slice*/, const StateView& state, const StateView& /*coarse*/,
                StateOut out) const override {
    thread_local Scratch input_memory, feature_memory;
    out.setZero();
    for (Index first = 0; first < patches_.num_patches(); first += kPatchBlock) {
      const Index count = std::min(kPatchBlock, patches_.num_patches() - first);
      auto inputs = input_memory.matrix(patches_.num_inputs(), count);
      for (Index c = 0; c < count; ++c) patches_.gather(state, first + c, inputs.col(c));
      auto features = feature_memory.matrix(features_->num_features(), count);
      features_->evaluate(inputs, features);
      Eigen::Map<States> values(out.data() + first * patches_.num_outputs(), patches_.num_outputs(), count);
      add_product(1.0, readout_, features, values);
    }
  }

 private:
  Patches patches_;
  std::shared_ptr<const RandomFeatures> features_;
  States readout_;
};

/// What a patch's components lie within; everywhere the same where patches move over a grid.
StateBounds patch_bounds(const Patches& patches, const StateBounds& bounds) {
  if (bounds.lower.size() != patches.dimension() || bounds.upper.size() != patches.dimension()) {
    throw std::invalid_argument("family network: the bounds do not have the dimension of a state");
  }
  if (patches.stencil() == 0) return bounds;
  return {State::Constant(patches.num_inputs(), bounds.lower.minCoeff()),
          State::Constant(patches.num_inputs(), bounds.upper.maxCoeff())};
}

std::shared_ptr<const RandomFeatures> make_features(const FamilyOptions& options, const Patches& patches,
                                                    const StateBounds& bounds) {
  return std::make_shared<const RandomFeatures>(patch_bounds(patches, bounds),
                                                draw_layer(options.layer, patches.num_inputs()));
}

}  // namespace

Index num_family_features(const FamilyOptions& options, const StateBounds& bounds, const ParameterBox& parameters) {
  if (options.kind == "stencil") {
    return std::lround(stencil_features(options.layer.neurons)) *
           ParameterBasis(parameters, options.degree, options.decay).size();
  }
  if (options.kind == "kriging") return KrigingFamily::most_samples;
  const Patches patches(bounds.lower.size(), options.stencil);
  return make_features(options, patches, bounds)->num_features() *
         ParameterBasis(parameters, options.degree, options.decay).size();
}

FamilyNetwork::FamilyNetwork(const FamilyOptions& options, const StateBounds& bounds, ParameterBox parameters)
    : patches_(bounds.lower.size(), options.stencil),
      basis_(std::move(parameters), options.degree, options.decay),
      features_(make_features(options, patches_, bounds)),
      seed_(options.layer.seed),
      samples_per_run_(options.samples_per_run),
      readout_(features_->num_features() * basis_.size(), patches_.num_outputs(),
               options.ridge * features_->typical_energy()) {
  if (samples_per_run_ < 1) throw std::invalid_argument("family network: needs one sample of a run at least");
}

FamilyNetwork::Samples FamilyNetwork::draw_samples(const Harvest& harvest) const {
  const Index available = harvest.size() * patches_.num_patches();
  const Index count = std::min(samples_per_run_, available);
  const RandomStream random(seed_, kSampleStream + static_cast<std::uint64_t>(num_runs()));
  Samples samples{States(patches_.num_inputs(), count), States(patches_.num_outputs(), count)};
  for (Index j = 0; j < count; ++j) {
    const Index drawn =
        count == available
            ? j
            : static_cast<Index>(random.bits(static_cast<std::uint64_t>(j)) % static_cast<std::uint64_t>(available));
    const Index state = drawn / patches_.num_patches(), patch = drawn % patches_.num_patches();
    patches_.gather(harvest.states().col(state), patch, samples.inputs.col(j));
    samples.targets.col(j) =
        harvest.discrepancies().col(state).segment(patch * patches_.num_outputs(), patches_.num_outputs());
  }
  return samples;
}

void FamilyNetwork::append(const Harvest& harvest, const StateView& parameters, SliceExecutor& executor) {
  if (harvest.size() == 0 || harvest.dimension() != patches_.dimension()) {
    throw std::invalid_argument("family network: a run's harvest must hold samples of " +
                                std::to_string(patches_.dimension()) + " components");
  }
  if (!box().contains(parameters)) {
    throw std::invalid_argument("family network: a run's parameters lie outside of the family's");
  }
  const Samples samples = draw_samples(harvest);
  const State weights = basis_.evaluate(parameters);
  const Index num_base = features_->num_features();
  States features(num_base * weights.size(), samples.inputs.cols());
  for_each_column_block(executor, features.cols(), kPatchBlock, [&](Index first, Index count) {
    thread_local Scratch memory;
    auto base = memory.matrix(num_base, count);
    features_->evaluate(samples.inputs.middleCols(first, count), base);
    for (Index a = 0; a < weights.size(); ++a) features.block(a * num_base, first, num_base, count) = weights[a] * base;
  });
  readout_.append(features, samples.targets, executor);
  solution_ = readout_.solve(executor);
  count(samples.inputs.cols());
}

std::shared_ptr<const Correction> FamilyNetwork::at(const StateView& parameters) const {
  if (num_runs() == 0 || !solution_.allFinite()) return nullptr;
  const State weights = basis_.evaluate(parameters);
  const Index num_base = features_->num_features();
  States readout = States::Zero(solution_.rows(), num_base);
  for (Index a = 0; a < weights.size(); ++a) readout += weights[a] * solution_.middleCols(a * num_base, num_base);
  return std::make_shared<const PatchCorrection>(patches_, features_, std::move(readout));
}

void FamilyNetwork::describe(TensorFileWriter& writer) const {
  writer.add_matrix("layer.weights", features_->layer().weights);
  writer.add_vector("layer.biases", features_->layer().biases);
  writer.add_vector("bounds.lower", features_->normalizer().bounds().lower);
  writer.add_vector("bounds.upper", features_->normalizer().bounds().upper);
}

}  // namespace forerun
