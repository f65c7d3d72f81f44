#include "solvers/integrators/reduced/remainder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/errors.h"
#include "core/base/uniform_noise.h"

namespace forerun {
namespace {

constexpr std::array kRules{RemainderRule::dropped, RemainderRule::explicit_step, RemainderRule::implicit_step};
constexpr double kTriedNoise = 1e-4;  ///< of the mean state's size
constexpr double kHardlyAny = 0.3;    ///< of noise that has crossed a slice
constexpr double kWorthwhile = 0.5;   ///< of the error of dropping it
constexpr int kDraws = 2, kPasses = 4;

State outside(const States& basis, State state) {
  for (int pass = 0; pass < 2; ++pass) state -= basis * (basis.transpose() * state).eval();
  return state;
}

State noise_outside(const States& basis, std::uint64_t seed) {
  UniformNoise draw(seed);
  State noise(basis.rows());
  for (double& value : noise) value = 2.0 * draw.next() - 1.0;
  return outside(basis, noise);
}

}  // namespace

std::string to_string(RemainderRule rule) {
  switch (rule) {
    case RemainderRule::explicit_step:
      return "explicit";
    case RemainderRule::implicit_step:
      return "implicit";
    case RemainderRule::dropped:
      break;
  }
  return "dropped";
}

std::vector<std::string> remainder_names() {
  std::vector<std::string> names{"auto"};
  for (const RemainderRule rule : kRules) names.push_back(to_string(rule));
  return names;
}

Remainder::Remainder(const std::string& rule, const OdeProblem& problem, const ReducedEquation& equation,
                     const SnapshotRun& rough, const Slice& slice)
    : problem_(problem) {
  const bool is_whole = equation.dimension() == problem.dimension();
  if (is_whole || rule == to_string(RemainderRule::dropped)) return;
  if (rule == to_string(RemainderRule::explicit_step)) {
    rule_ = RemainderRule::explicit_step;
    return;
  }
  const bool is_solvable = factorise(equation, slice.length());
  if (rule == "auto") {
    rule_ = measured(equation, rough, slice);
    if (rule_ != RemainderRule::implicit_step) factors_.reset();
    return;
  }
  if (!is_solvable) throw PropagationError(slice.begin, "a matrix of the remainder's step is singular");
  rule_ = RemainderRule::implicit_step;
}

bool Remainder::factorise(const ReducedEquation& equation, double length) {
  solver_ = make_linear_solver(equation.jacobian.pattern);
  factors_ = solver_->make_real();
  if (factors_->compute(equation.jacobian, 1.0 / length)) return true;
  factors_.reset();
  return false;
}

State Remainder::carried(RemainderRule rule, const Slice& slice, const StateView& in, const State& rest) const {
  if (rule == RemainderRule::dropped) return State::Zero(rest.size());
  if (rule == RemainderRule::implicit_step) {
    State result = rest / slice.length();
    if (!factors_->solve(result.data())) throw PropagationError(slice.begin, "a linear system has no solution");
    return result;
  }
  State with(rest.size()), without(rest.size());
  problem_.evaluate(slice.begin, in, with);
  problem_.evaluate(slice.begin, in - rest, without);
  return rest + slice.length() * (with - without);
}

RemainderRule Remainder::measured(const ReducedEquation& equation, const SnapshotRun& rough, const Slice& slice) {
  std::array<double, kRules.size()> errors{};
  double left = 0.0;
  try {
    const double size = std::max(equation.mean.cwiseAbs().maxCoeff(), std::numeric_limits<double>::min());
    const State undisturbed = rough.after(slice.begin, slice.length(), equation.mean);
    for (int draw = 0; draw < kDraws; ++draw) {
      State noise = noise_outside(equation.basis, static_cast<std::uint64_t>(draw) + 1);
      // What has crossed slices before is what stays longest.
      for (int pass = 0; pass < kPasses && noise.norm() > 0.0; ++pass) {
        noise *= kTriedNoise * size / noise.cwiseAbs().maxCoeff();
        const State change = rough.after(slice.begin, slice.length(), equation.mean + noise) - undisturbed;
        left = std::max(left, change.norm() / noise.norm());
        for (std::size_t k = 0; k < kRules.size(); ++k) {
          const bool is_possible = kRules[k] != RemainderRule::implicit_step || factors_ != nullptr;
          const State guess = is_possible ? carried(kRules[k], slice, equation.mean + noise, noise) : 2.0 * change;
          errors[k] += (guess - change).norm() / noise.norm();
        }
        noise = outside(equation.basis, change);
      }
    }
  } catch (const PropagationError&) {
    return RemainderRule::dropped;  // nothing can be measured here
  }
  if (left < kHardlyAny) return RemainderRule::dropped;
  const auto best = static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin());
  return errors[best] < kWorthwhile * errors.front() ? kRules[best] : RemainderRule::dropped;
}

void Remainder::add(const Slice& slice, const StateView& in, const State& rest, StateOut out) const {
  if (rule_ != RemainderRule::dropped) out += carried(rule_, slice, in, rest);
}

}  // namespace forerun
