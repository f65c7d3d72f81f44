#include "core/parareal/convergence.h"

#include <cmath>
#include <stdexcept>

namespace forerun {
namespace {

class AllSlicesConverged final : public StoppingCriterion {
 public:
  std::optional<Termination> check(const IterationStatus& status) const override {
    if (!status.iteration.at_top_level || status.iteration.converged_front < status.num_slices) return std::nullopt;
    return Termination::converged;
  }
};

class Jump final : public StoppingCriterion {
 public:
  explicit Jump(double tolerance) : tolerance_(tolerance) {
    if (!(tolerance > 0.0)) throw std::invalid_argument("jump tolerance must be > 0");
  }
  std::optional<Termination> check(const IterationStatus& status) const override {
    if (!status.iteration.at_top_level || !(status.iteration.jump < tolerance_)) return std::nullopt;
    return Termination::converged;
  }

 private:
  double tolerance_;
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

std::unique_ptr<StoppingCriterion> stop_when_all_slices_converged() { return std::make_unique<AllSlicesConverged>(); }
std::unique_ptr<StoppingCriterion> stop_at_jump(double tolerance) { return std::make_unique<Jump>(tolerance); }
std::unique_ptr<StoppingCriterion> stop_at_iteration(Index limit) { return std::make_unique<IterationLimit>(limit); }
std::unique_ptr<StoppingCriterion> stop_after_seconds(double limit) { return std::make_unique<TimeLimit>(limit); }
std::unique_ptr<StoppingCriterion> any_of(std::vector<std::unique_ptr<StoppingCriterion>> parts) {
  return std::make_unique<AnyOf>(std::move(parts));
}

Index converged_prefix(const std::vector<double>& values, Index first, Index end, double tolerance) {
  while (first < end && values[static_cast<std::size_t>(first)] < tolerance) ++first;
  return first;
}

}  // namespace forerun
