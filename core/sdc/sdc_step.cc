#include "core/sdc/sdc_step.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/errors.h"
#include "core/base/plain_text.h"

namespace forerun {
namespace {

/// target += Σ_j factor · weights(m, j) · column j; nothing at all where a weight is zero.
template <typename Weights, typename Target>
void add_weighted(double factor, const Weights& weights, Index m, const States& columns, Target&& target) {
  for (Index j = 0; j < columns.cols(); ++j) {
    const double weight = factor * weights(m, j);
    if (weight != 0.0) target += weight * columns.col(j);
  }
}

}  // namespace

SdcMethod::SdcMethod(NodeFamily family, Index num_nodes, ImplicitCorrection correction)
    : collocation(make_collocation(family, num_nodes)),
      explicit_weights(explicit_euler_weights(collocation)),
      implicit_weights(correction == ImplicitCorrection::lu ? implicit_lu_weights(collocation)
                                                            : implicit_euler_weights(collocation)) {}

SdcStep::SdcStep(const SplitEquation& equation, const SdcMethod& method)
    : equation_(equation),
      method_(method),
      start_(equation.dimension()),
      values_(equation.dimension(), num_nodes()),
      explicit_slopes_(equation.has_explicit_part() ? equation.dimension() : 0, num_nodes()),
      implicit_slopes_(equation.has_implicit_part() ? equation.dimension() : 0, num_nodes()),
      forcing_(States::Zero(equation.dimension(), num_nodes())),
      base_(equation.dimension(), num_nodes()) {}

void SdcStep::place(double begin, double length) {
  begin_ = begin;
  length_ = length;
  forcing_.setZero();
}

void SdcStep::evaluate() {
  for (Index m = 0; m < num_nodes(); ++m) {
    if (equation_.has_explicit_part()) {
      equation_.evaluate_explicit(node_time(m), values_.col(m), explicit_slopes_.col(m));
    }
    if (equation_.has_implicit_part()) {
      equation_.evaluate_implicit(node_time(m), values_.col(m), implicit_slopes_.col(m));
    }
  }
}

void SdcStep::spread() {
  for (Index m = 0; m < num_nodes(); ++m) values_.col(m) = start_;
  evaluate();
}

void SdcStep::predict() {
  for (Index m = 0; m < num_nodes(); ++m) values_.col(m) = start_;
  explicit_slopes_.setZero();
  implicit_slopes_.setZero();
  sweep();
}

void SdcStep::set_base() {
  const States& q = method_.collocation.integrals;
  for (Index m = 0; m < num_nodes(); ++m) {
    auto base = base_.col(m);
    base = start_ + forcing_.col(m);
    if (equation_.has_explicit_part()) {
      add_weighted(length_, q - method_.explicit_weights, m, explicit_slopes_, base);
    }
    if (equation_.has_implicit_part()) {
      add_weighted(length_, q - method_.implicit_weights, m, implicit_slopes_, base);
    }
  }
}

void SdcStep::sweep() {
  set_base();
  for (Index m = 0; m < num_nodes(); ++m) find(m);
}

/// Values and slopes before node m are new ones, the others' weights are zero.
void SdcStep::find(Index m) {
  const double time = node_time(m);
  auto base = base_.col(m);
  if (equation_.has_explicit_part()) add_weighted(length_, method_.explicit_weights, m, explicit_slopes_, base);
  const double factor = equation_.has_implicit_part() ? length_ * method_.implicit_weights(m, m) : 0.0;
  if (equation_.has_implicit_part()) {
    for (Index j = 0; j < m; ++j) {
      const double weight = length_ * method_.implicit_weights(m, j);
      if (weight != 0.0) base += weight * implicit_slopes_.col(j);
    }
  }
  if (factor == 0.0) {
    values_.col(m) = base;
    if (equation_.has_implicit_part()) equation_.evaluate_implicit(time, values_.col(m), implicit_slopes_.col(m));
  } else {
    if (!equation_.solve_implicit(time, factor, base, values_.col(m))) {
      PlainText reason;
      reason.precision(10);
      reason << "the equation for node " << m + 1 << " of " << num_nodes() << ", at t = " << time
             << ", could not be solved in a step of length " << length_ << ": more steps may help";
      throw PropagationError(begin_, reason.str());
    }
    implicit_slopes_.col(m) = (values_.col(m) - base) / factor;
  }
  if (equation_.has_explicit_part()) {
    equation_.evaluate_explicit(time, values_.col(m), explicit_slopes_.col(m));
  }
}

void SdcStep::integrate(States& integrals) const {
  integrals.setZero(values_.rows(), num_nodes());
  for (Index m = 0; m < num_nodes(); ++m) {
    auto sum = integrals.col(m);
    if (equation_.has_explicit_part()) {
      add_weighted(length_, method_.collocation.integrals, m, explicit_slopes_, sum);
    }
    if (equation_.has_implicit_part()) {
      add_weighted(length_, method_.collocation.integrals, m, implicit_slopes_, sum);
    }
  }
}

double SdcStep::residual(const StateNorm& norm, const State& from) const {
  States wanted;
  integrate(wanted);
  double largest = 0.0;
  for (Index m = 0; m < num_nodes(); ++m) {
    wanted.col(m) += from + forcing_.col(m);
    const double distance = norm.distance(wanted.col(m), values_.col(m));
    if (!std::isfinite(distance)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, distance);
  }
  return largest;
}

void SdcStep::end(State& state) const {
  if (method_.collocation.has_end()) {
    state = values_.col(num_nodes() - 1);
    return;
  }
  state = start_;
  const auto weights = method_.collocation.weights.transpose();
  if (equation_.has_explicit_part()) add_weighted(length_, weights, 0, explicit_slopes_, state);
  if (equation_.has_implicit_part()) add_weighted(length_, weights, 0, implicit_slopes_, state);
}

void SdcStep::save(StateOut numbers) const {
  numbers << start_, values_.reshaped(), explicit_slopes_.reshaped(), implicit_slopes_.reshaped();
}

void SdcStep::restore(const StateView& numbers) {
  const double* next = numbers.data();
  const auto take = [&](auto& part) {
    std::copy_n(next, part.size(), part.data());
    next += part.size();
  };
  take(start_);
  take(values_);
  take(explicit_slopes_);
  take(implicit_slopes_);
}

}  // namespace forerun
