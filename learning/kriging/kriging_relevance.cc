#include "learning/kriging/kriging_relevance.h"

#include <cmath>

#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr double kStepsToTry[] = {1.0, 2.0 / 3.0};  ///< of a factor's exponent to 2, one a round

/// D_jk = Σ_i (f_i (x_ij − x_ik))².
void weighted_squared_distances(const StatesView& points, const State& factors, StatesOut distances) {
  for (Index j = 0; j < points.cols(); ++j) {
    distances(j, j) = 0.0;
    for (Index k = 0; k < j; ++k) {
      double sum = 0.0;
      for (Index i = 0; i < points.rows(); ++i) {
        const double difference = factors[i] * (points(i, j) - points(i, k));
        sum += difference * difference;
      }
      distances(j, k) = sum;
      distances(k, j) = sum;
    }
  }
}

/// Σ deviance of all neighbourhoods, as a function of the factors.
class TotalDeviance {
 public:
  TotalDeviance(CovarianceKernel kernel, std::span<const RelevanceEvidence> evidence, const KrigingScale& scale,
                SliceExecutor& executor)
      : kernel_(kernel), evidence_(evidence), scale_(scale), executor_(executor) {}

  double operator()(const State& factors) const {
    State deviances(static_cast<Index>(evidence_.size()));
    executor_.for_each(deviances.size(), [&](Index e) {
      thread_local Scratch memory;
      const RelevanceEvidence& near = evidence_[static_cast<std::size_t>(e)];
      auto distances = memory.matrix(near.coordinates.cols(), near.coordinates.cols());
      weighted_squared_distances(near.coordinates, factors, distances);
      deviances[e] = profiled_deviance(kernel_, distances, near.outputs, scale_);
    });
    return deviances.sum();
  }

 private:
  CovarianceKernel kernel_;
  std::span<const RelevanceEvidence> evidence_;
  const KrigingScale& scale_;
  SliceExecutor& executor_;
};

}  // namespace

State coordinate_relevance(CovarianceKernel kernel, std::span<const RelevanceEvidence> evidence,
                           const KrigingScale& scale, Index num_coordinates, SliceExecutor& executor) {
  State factors = State::Ones(num_coordinates);
  if (evidence.empty()) return factors;
  const TotalDeviance deviance(kernel, evidence, scale, executor);
  double least = deviance(factors);
  for (const double step : kStepsToTry) {
    for (Index i = 0; i < num_coordinates; ++i) {
      for (const double exponent : {step, -step}) {
        State tried = factors;
        tried[i] *= std::exp2(exponent);
        const double found = deviance(tried);
        if (!(found < least)) continue;
        least = found;
        factors = std::move(tried);
        break;
      }
    }
  }
  return factors.cwiseSqrt();
}

}  // namespace forerun
