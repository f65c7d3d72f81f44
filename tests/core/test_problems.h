#pragma once

#include <atomic>
#include <cmath>
#include <limits>

#include "core/parareal/coarse_trainer.h"
#include "core/parareal/parareal.h"
#include "core/propagation/propagator.h"

namespace forerun::testing {

/// u' = λ u by backward Euler with `steps` steps a slice.
inline FunctionPropagator backward_euler(double lambda, int steps) {
  return FunctionPropagator(1, [=](const Slice& slice, const StateView& in, StateOut out) {
    const double h = slice.length() / steps;
    double u = in[0];
    for (int i = 0; i < steps; ++i) u /= 1.0 - h * lambda;
    out[0] = u;
  });
}

/// A stiffly coupled non-linear pair; forward Euler with `steps` steps a slice.
inline FunctionPropagator nonlinear_pair(int steps) {
  return FunctionPropagator(2, [=](const Slice& slice, const StateView& in, StateOut out) {
    const double h = slice.length() / steps;
    double x = in[0];
    double y = in[1];
    for (int i = 0; i < steps; ++i) {
      const double dx = y - x * x * x;
      const double dy = std::sin(slice.begin + i * h) - x - 0.1 * y;
      x += h * dx;
      y += h * dy;
    }
    out << x, y;
  });
}

/// `inner` with its work stated, to serve as a level of a fidelity ladder.
class WorkedPropagator final : public Propagator {
 public:
  WorkedPropagator(FunctionPropagator inner, double work) : inner_(std::move(inner)), work_(work) {}
  Index dimension() const override { return inner_.dimension(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    inner_.propagate(slice, in, out);
  }
  double work_per_slice() const override { return work_; }

 private:
  FunctionPropagator inner_;
  double work_;
};

/// Counts the slices another propagator crosses.
class CountingPropagator final : public Propagator {
 public:
  explicit CountingPropagator(const Propagator& inner) : inner_(inner) {}
  Index dimension() const override { return inner_.dimension(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    ++calls_;
    inner_.propagate(slice, in, out);
  }
  Index calls() const { return calls_; }

 private:
  const Propagator& inner_;
  mutable std::atomic<Index> calls_ = 0;
};

/// Learns nothing: whatever it saw, its correction is a fixed wild function. The worst model a run could be served.
class WildTrainer final : public CoarseTrainer, public Correction {
 public:
  explicit WildTrainer(double amplitude) : amplitude_(amplitude) {}
  const Correction* initial_correction() override { return nullptr; }
  const Correction* train(const SweepData&, SliceExecutor&) override {
    ++version_;
    return this;
  }
  std::string serving() const override { return "wild"; }
  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    for (Index i = 0; i < state.size(); ++i) {
      out[i] = amplitude_ * std::sin(1e3 * state[i] + static_cast<double>(slice.index + version_));
    }
  }

 private:
  double amplitude_;
  Index version_ = 0;
};

/// Knows the discrepancy exactly, from the start if `warm`.
class OracleTrainer final : public CoarseTrainer, public Correction {
 public:
  OracleTrainer(const Propagator& fine, const Propagator& coarse, bool warm)
      : fine_(fine), coarse_(coarse), warm_(warm) {}
  const Correction* initial_correction() override { return warm_ ? this : nullptr; }
  const Correction* train(const SweepData&, SliceExecutor&) override { return this; }
  std::string serving() const override { return "oracle"; }
  void evaluate(const Slice& slice, const StateView& state, const StateView& /*coarse*/, StateOut out) const override {
    State coarse(state.size());
    fine_.propagate(slice, state, out);
    coarse_.propagate(slice, state, coarse);
    out -= coarse;
  }

 private:
  const Propagator& fine_;
  const Propagator& coarse_;
  bool warm_;
};

inline State vector(std::initializer_list<double> values) {
  State state(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), state.begin());
  return state;
}

}  // namespace forerun::testing
