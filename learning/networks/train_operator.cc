#include "learning/networks/train_operator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "core/base/errors.h"
#include "learning/networks/fourier_operator.h"
#include "learning/networks/neural_operator.h"
#include "learning/networks/pod_operator.h"
#include "learning/numerics/random_stream.h"

namespace forerun {
namespace {

constexpr std::uint64_t kChoiceStream = 1;

/// At most `most` of them, at random, in their order.
OperatorSamples chosen(const OperatorSamples& samples, Index most, std::uint64_t seed) {
  if (samples.size() <= most) return samples;
  const RandomStream stream(seed, kChoiceStream);
  std::vector<Index> order(static_cast<std::size_t>(samples.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto lot = [&](Index i) { return stream.bits(static_cast<std::uint64_t>(i)); };
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return std::pair(lot(a), a) < std::pair(lot(b), b); });
  order.resize(static_cast<std::size_t>(most));
  std::sort(order.begin(), order.end());
  return {samples.starts(Eigen::all, order), samples.ends(Eigen::all, order), samples.inputs(Eigen::all, order)};
}

}  // namespace

std::unique_ptr<const OperatorNetwork> train_operator(const OperatorOptions& options, const StateLayout& layout,
                                                      const OperatorSamples& samples, SliceExecutor& executor) {
  if (samples.size() == 0) throw std::invalid_argument("operator: there is nothing to learn from");
  if (!samples.starts.allFinite() || !samples.ends.allFinite() || !samples.inputs.allFinite())
    throw std::invalid_argument("operator: a sample is not finite");
  const std::string kind = options.kind_for(layout);
  if (kind == "pinn")
    throw ParameterError("kind",
                         "kind = \"pinn\": must be another one, it learns from an equation and not from states");
  const OperatorSamples used = chosen(samples, options.samples, options.seed);
  if (kind == "fourier") return fit_fourier_operator(options, layout, used, executor);
  if (kind == "pod") return fit_pod_operator(options, used, executor);
  return fit_neural_operator(kind, options, layout, used, executor);
}

double relative_error(const OperatorNetwork& network, const OperatorSamples& samples, SliceExecutor& executor) {
  State errors(samples.size());
  executor.for_each(samples.size(), [&](Index s) {
    State end(samples.ends.rows());
    network.evaluate(samples.starts.col(s), samples.inputs.col(s), end);
    errors[s] = (end - samples.ends.col(s)).squaredNorm();
  });
  const double change = (samples.ends - samples.starts).squaredNorm();
  return change > 0.0 ? std::sqrt(errors.sum() / change) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace forerun
