#include "learning/networks/minimise.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>
#include <utility>
#include <vector>

#include "core/base/stop_scope.h"

namespace forerun {
namespace {

constexpr double kLastRate = 0.01;  ///< of the first
constexpr double kSufficient = 1e-4;
constexpr int kMostHalvings = 25;

State by_adam(const SampledLoss& loss, Index num_samples, State weights, const MinimiseOptions& options) {
  constexpr double first_decay = 0.9, second_decay = 0.999, least = 1e-8;
  State mean = State::Zero(weights.size()), square = mean, gradient = mean;
  double first_power = 1.0, second_power = 1.0;
  const Index batches = (num_samples + options.batch - 1) / options.batch;
  const auto steps = static_cast<double>(options.epochs * batches);
  for (Index step = 0; step < options.epochs * batches; ++step) {
    StopScope::throw_if_stop_requested();
    const Index first = step % batches * options.batch;
    loss(weights, first, std::min(options.batch, num_samples - first), gradient);
    first_power *= first_decay;
    second_power *= second_decay;
    mean = first_decay * mean + (1.0 - first_decay) * gradient;
    square = second_decay * square + (1.0 - second_decay) * gradient.cwiseAbs2();
    const double done = static_cast<double>(step) / steps;
    const double rate =
        options.rate * (kLastRate + (1.0 - kLastRate) * 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
    weights.array() -=
        rate / (1.0 - first_power) * mean.array() / ((square.array() / (1.0 - second_power)).sqrt() + least);
  }
  return weights;
}

/// The two-loop recursion.
class History {
 public:
  explicit History(Index memory) : memory_(static_cast<std::size_t>(memory)) {}

  void add(const State& step, const State& change) {
    const double curvature = step.dot(change);
    if (!(curvature > 1e-12 * change.squaredNorm())) return;
    if (pairs_.size() == memory_) pairs_.pop_front();
    pairs_.push_back({step, change, curvature});
  }

  State direction(const State& gradient) const {
    State q = -gradient;
    std::vector<double> alphas;
    for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair) {
      alphas.push_back(pair->step.dot(q) / pair->curvature);
      q -= alphas.back() * pair->change;
    }
    if (!pairs_.empty()) q *= pairs_.back().curvature / pairs_.back().change.squaredNorm();
    auto alpha = alphas.rbegin();
    for (const Pair& pair : pairs_) q += (*alpha++ - pair.change.dot(q) / pair.curvature) * pair.step;
    return q;
  }

  void forget() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }

 private:
  struct Pair {
    State step, change;
    double curvature;
  };
  std::size_t memory_;
  std::deque<Pair> pairs_;
};

Minimised by_lbfgs(const SampledLoss& loss, Index num_samples, State weights, const MinimiseOptions& options) {
  State gradient(weights.size()), next_gradient(weights.size());
  double value = loss(weights, 0, num_samples, gradient);
  History history(options.memory);
  for (Index iteration = 0; iteration < options.iterations; ++iteration) {
    StopScope::throw_if_stop_requested();
    State direction = history.direction(gradient);
    double slope = direction.dot(gradient);
    if (!(slope < 0.0)) break;
    double length = history.empty() ? std::min(1.0, 1e-2 / gradient.norm()) : 1.0;
    State next;
    double next_value = value;
    int halvings = 0;
    for (; halvings < kMostHalvings; ++halvings, length *= 0.5) {
      next = weights + length * direction;
      next_value = loss(next, 0, num_samples, next_gradient);
      if (next_value <= value + kSufficient * length * slope) break;
    }
    if (halvings == kMostHalvings) {
      if (history.empty()) break;
      history.forget();
      continue;
    }
    history.add(next - weights, next_gradient - gradient);
    weights.swap(next);
    gradient.swap(next_gradient);
    value = next_value;
  }
  return {std::move(weights), value};
}

}  // namespace

Minimised minimise(const SampledLoss& loss, Index num_samples, State weights, const MinimiseOptions& options) {
  return by_lbfgs(loss, num_samples, by_adam(loss, num_samples, std::move(weights), options), options);
}

}  // namespace forerun
