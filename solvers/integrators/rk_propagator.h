#pragma once

#include <algorithm>
#include <cassert>

#include "core/base/stop_scope.h"
#include "core/propagation/propagator.h"
#include "solvers/integrators/integration_checks.h"
#include "solvers/integrators/rk_kernel.h"
#include "solvers/integrators/workspace.h"

namespace forerun {

/// Crosses a slice by `steps` explicit Runge–Kutta steps of equal length.
///
/// Systems of few components advance sixteen or four slices at once, one a SIMD lane; equations on a mesh use the
/// SIMD unit along the state instead, which serves one slice as well as many (measured:
/// apps/benchmarks/lane_benchmark.cc). Cost: steps × stages evaluations of f and passes over the state; no heap traffic
/// in the steady state. Deterministic, thread-safe, re-entrant. Errors: `propagate` throws `PropagationError` with the
/// time of the step that made the state non-finite (found by repeating the slice step by step). `propagate_block` does
/// not throw for that: it leaves the non-finite column, and whoever finds one calls `propagate` on it for time and
/// reason. A long slice looks at `StopScope` meanwhile. The constructor throws `ParameterError` if steps < 1.
template <class Equation, class Tableau>
class RkPropagator final : public Propagator {
 public:
  RkPropagator(Equation equation, Index steps) : equation_(std::move(equation)), steps_(steps) { require_steps(steps); }

  Index dimension() const override { return equation_.dimension(); }
  Index block_size() const override { return has_lanes ? num_lanes<Lanes> : 1; }
  double work_per_slice() const override { return static_cast<double>(steps_) * Tableau::num_stages; }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    assert(in.size() == dimension() && out.size() == dimension());
    propagate_one(slice, in, out);
    if (!out.allFinite()) throw_where_non_finite(slice, in);
  }

  void propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const override {
    const Index count = static_cast<Index>(slices.size());
    assert(in.cols() == count && out.cols() == count);
    if constexpr (has_lanes) {
      Index first = 0;
      while (first < count) {
        const Index left = count - first;
        if (left == 1) {
          propagate_one(slices[static_cast<std::size_t>(first)], in.col(first), out.col(first));
          first += 1;
        } else if (left <= 2 * num_lanes<Quad>) {
          first += advance_lanes<Quad>(slices, in, out, first);
        } else {
          first += advance_lanes<Lanes>(slices, in, out, first);
        }
      }
    } else {
      for (Index j = 0; j < count; ++j) propagate_one(slices[static_cast<std::size_t>(j)], in.col(j), out.col(j));
    }
  }

 private:
  static constexpr Index doubles_per_line = 8;
  static constexpr bool has_lanes = Equation::advances_in_lanes;
  static constexpr bool has_fixed_dimension = Equation::fixed_dimension != Eigen::Dynamic;

  void propagate_one(const Slice& slice, const StateView& in, StateOut out) const {
    out = in;
    for_steps_between_looks([&](Index first, Index last) { advance(slice, first, last, out); });
  }

  /// body(first, last) for parts of the slice's steps, in order: as many bits as for all of them at once.
  template <class Body>
  void for_steps_between_looks(const Body& body) const {
    const Index part = steps_between_looks(dimension());
    for (Index first = 0; first < steps_; first += part) {
      if (first > 0) StopScope::throw_if_stop_requested();
      body(first, std::min(steps_, first + part));
    }
  }

  /// Steps [first, last) of a slice, in place.
  void advance(const Slice& slice, Index first, Index last, StateOut state) const {
    using Kernel = RkKernel<Equation, Tableau, double>;
    const StepRange<double> range{slice.begin, slice.length(), steps_, first, last};
    if constexpr (has_fixed_dimension) {
      Kernel::advance(equation_, range, state.data(), nullptr);
    } else {
      // In memory of the thread's own: a column shares its outer cache lines with neighbours that others write to.
      const Index padded = (dimension() + doubles_per_line - 1) / doubles_per_line * doubles_per_line;
      double* const own = thread_workspace(padded + Kernel::workspace_size(dimension()));
      std::copy_n(state.data(), dimension(), own);
      Kernel::advance(equation_, range, own, own + padded);
      std::copy_n(own, dimension(), state.data());
    }
  }

  /// Slices from `first` on, as many as there are lanes, at once; returns how many. Lanes that are left over repeat the
  /// last slice.
  template <class Scalar>
  Index advance_lanes(std::span<const Slice> slices, const StatesView& in, StatesOut out, Index first) const {
    using Kernel = RkKernel<Equation, Tableau, Scalar>;
    StepRange<Scalar> range{{}, {}, steps_, 0, steps_};
    if constexpr (has_fixed_dimension) {
      std::array<Scalar, static_cast<std::size_t>(Equation::fixed_dimension)> state;
      return cross_in_lanes<Scalar>(slices, in, out, first, range, state.data(), nullptr);
    } else {
      const Index d = dimension();
      const Index size = (d + Kernel::workspace_size(d)) * num_lanes<Scalar>;
      auto* const state = reinterpret_cast<Scalar*>(thread_workspace(size));
      return cross_in_lanes<Scalar>(slices, in, out, first, range, state, state + d);
    }
  }

  template <class Scalar>
  Index cross_in_lanes(std::span<const Slice> slices, const StatesView& in, StatesOut out, Index first,
                       StepRange<Scalar>& range, Scalar* state, Scalar* workspace) const {
    const Index used = std::min(num_lanes<Scalar>, in.cols() - first);
    for (Index i = 0; i < num_lanes<Scalar>; ++i) {
      const Index column = first + std::min(i, used - 1);
      const Slice& slice = slices[static_cast<std::size_t>(column)];
      set_lane(range.begin, i, slice.begin);
      set_lane(range.length, i, slice.length());
      for (Index c = 0; c < in.rows(); ++c) set_lane(state[c], i, in(c, column));
    }
    for_steps_between_looks([&](Index from, Index to) {
      range.first = from;
      range.last = to;
      RkKernel<Equation, Tableau, Scalar>::advance(equation_, range, state, workspace);
    });
    for (Index i = 0; i < used; ++i) {
      for (Index c = 0; c < out.rows(); ++c) out(c, first + i) = lane(state[c], i);
    }
    return used;
  }

  void throw_where_non_finite(const Slice& slice, const StateView& in) const {
    State state = in;
    for (Index j = 0; j < steps_; ++j) {
      if (j % steps_between_looks(dimension()) == 0) StopScope::throw_if_stop_requested();
      advance(slice, j, j + 1, state);
      require_finite(state, slice, j, steps_);
    }
  }

  Equation equation_;
  Index steps_;
};

}  // namespace forerun
