// A corrector of one's own, held to the laws of the conformance kits: the mean of the discrepancies seen so far.
#include <stdexcept>

#include "tests/conformance/corrector_laws.h"

namespace forerun::conformance {
namespace {

class MeanCorrection final : public LearnedCorrection {
 public:
  explicit MeanCorrection(State mean) : mean_(std::move(mean)) {}
  void evaluate(const Slice&, const StateView&, const StateView&, StateOut out) const override { out = mean_; }
  /// As what others can read: the network that has a constant alone.
  void describe(LearnedModel& model) const override {
    model.corrector = "randnet";
    model.bounds = {State::Constant(mean_.size(), -1.0), State::Constant(mean_.size(), 1.0)};
    model.layer.weights.resize(0, mean_.size());
    model.layer.biases.resize(0);
    model.readout = mean_;
    model.basis.resize(0, 0);
  }

 private:
  State mean_;
};

class MeanCorrector final : public Corrector {
 public:
  std::string name() const override { return "mean"; }
  std::unique_ptr<const LearnedCorrection> fit(const Harvest& harvest, SliceExecutor&) override {
    if (harvest.size() == 0 || harvest.size() < num_known_) throw std::invalid_argument("mean: the harvest shrank");
    num_known_ = harvest.size();
    return std::make_unique<const MeanCorrection>(harvest.discrepancies().rowwise().mean());
  }

 private:
  Index num_known_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Mine, CorrectorLaw,
                         ::testing::Values(CorrectorCase{
                             "mean", [](const CorrectorContext&) { return std::make_unique<MeanCorrector>(); }}),
                         corrector_case_name);

}  // namespace
}  // namespace forerun::conformance
