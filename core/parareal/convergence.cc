#include "core/parareal/convergence.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace forerun {
namespace {

class AllSlicesConverged final : public StoppingCriterion {
 public:
  explicit AllSlicesConverged(double tolerance) : tolerance_(tolerance) {}
  std::optional<Termination> check(const IterationStatus& status) const override {
    const IterationRecord& iteration = status.iteration;
    if (!iteration.at_top_level || iteration.converged_front < status.num_slices) return std::nullopt;
    const bool is_confirmed = iteration.exact_front == status.num_slices || iteration.estimated_error <= tolerance_;
    return is_confirmed ? Termination::converged : Termination::unconfirmed;
  }

 private:
  double tolerance_;
};

class Jump final : public StoppingCriterion {
 public:
  Jump(double tolerance, double error_tolerance) : tolerance_(tolerance), error_tolerance_(error_tolerance) {
    if (!(tolerance > 0.0)) throw std::invalid_argument("jump tolerance must be > 0");
  }
  std::optional<Termination> check(const IterationStatus& status) const override {
    const IterationRecord& iteration = status.iteration;
    const bool all_crossed = iteration.at_top_level && iteration.num_uncrossed == 0;
    if (!all_crossed || !(iteration.jump < tolerance_)) return std::nullopt;
    const bool is_confirmed =
        iteration.exact_front == status.num_slices || iteration.estimated_error <= error_tolerance_;
    return is_confirmed ? Termination::converged : Termination::unconfirmed;
  }

 private:
  double tolerance_;
  double error_tolerance_;
};

class IterationLimit final : public StoppingCriterion {
 public:
  explicit IterationLimit(Index limit) : limit_(limit) {
    if (limit < 1) throw std::invalid_argument("iteration limit must be at least 1");
  }
  std::optional<Termination> check(const IterationStatus& status) const override {
    if (status.iteration.iteration < limit_) return std::nullopt;
    return Termination::iteration_limit;
  }

 private:
  Index limit_;
};

class TimeLimit final : public StoppingCriterion {
 public:
  explicit TimeLimit(double seconds) : seconds_(seconds) {
    if (!(seconds > 0.0)) throw std::invalid_argument("time limit must be > 0");
  }
  std::optional<Termination> check(const IterationStatus& status) const override {
    if (status.elapsed_seconds < seconds_) return std::nullopt;
    return Termination::time_limit;
  }

 private:
  double seconds_;
};

class AnyOf final : public StoppingCriterion {
 public:
  explicit AnyOf(std::vector<std::unique_ptr<StoppingCriterion>> parts) : parts_(std::move(parts)) {}
  std::optional<Termination> check(const IterationStatus& status) const override {
    for (const auto& part : parts_) {
      if (auto termination = part->check(status)) return termination;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::unique_ptr<StoppingCriterion>> parts_;
};

}  // namespace

std::unique_ptr<StoppingCriterion> stop_when_all_slices_converged(double tolerance) {
  return std::make_unique<AllSlicesConverged>(tolerance);
}
std::unique_ptr<StoppingCriterion> stop_at_jump(double tolerance, double error_tolerance) {
  return std::make_unique<Jump>(tolerance, std::max(tolerance, error_tolerance));
}
std::unique_ptr<StoppingCriterion> stop_at_iteration(Index limit) { return std::make_unique<IterationLimit>(limit); }
std::unique_ptr<StoppingCriterion> stop_after_seconds(double limit) { return std::make_unique<TimeLimit>(limit); }
std::unique_ptr<StoppingCriterion> any_of(std::vector<std::unique_ptr<StoppingCriterion>> parts) {
  return std::make_unique<AnyOf>(std::move(parts));
}

Index converged_prefix(const std::vector<double>& values, const std::vector<char>& uncrossed, Index first, Index end,
                       double tolerance) {
  const auto counts = [&](std::size_t n) { return values[n] < tolerance && !uncrossed[n]; };
  while (first < end && counts(static_cast<std::size_t>(first))) ++first;
  return first;
}

}  // namespace forerun
