#pragma once

#include <algorithm>
#include <cassert>

#include "core/propagator.h"
#include "solvers/integration_checks.h"
#include "solvers/rk_kernel.h"
#include "solvers/workspace.h"

namespace forerun {

/// Crosses a slice by `steps` explicit Runge–Kutta steps of equal length.
///
/// Equations of fixed dimension advance eight slices at once, one a SIMD lane; equations on a mesh use the SIMD unit
/// along the state instead, which serves one slice as well as many (measured: apps/benchmarks/lane_benchmark.cc). Cost:
/// steps × stages evaluations of f and passes over the state; no heap traffic in the steady state. Deterministic,
/// thread-safe, re-entrant. Errors: `propagate` throws `PropagationError` with the time of the step that made the state
/// non-finite (found by repeating the slice step by step). `propagate_block` does not throw for that: it leaves the
/// non-finite column, and whoever finds one calls `propagate` on it for time and reason. The constructor throws
/// `ParameterError` if steps < 1.
template <class Equation, class Tableau>
class RkPropagator final : public Propagator {
 public:
  RkPropagator(Equation equation, Index steps) : equation_(std::move(equation)), steps_(steps) { require_steps(steps); }

  Index dimension() const override { return equation_.dimension(); }
  Index block_size() const override { return has_lanes ? num_lanes : 1; }
  double work_per_slice() const override { return static_cast<double>(steps_) * Tableau::num_stages; }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    assert(in.size() == dimension() && out.size() == dimension());
    out = in;
    advance(slice, 0, steps_, out);
    if (!out.allFinite()) throw_where_non_finite(slice, in);
  }

  void propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const override {
    const Index count = static_cast<Index>(slices.size());
    assert(in.cols() == count && out.cols() == count);
    if constexpr (has_lanes) {
      for (Index first = 0; first < count; first += num_lanes) {
        const Index used = std::min(num_lanes, count - first);
        advance_lanes(slices.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(used)),
                      in.middleCols(first, used), out.middleCols(first, used));
      }
    } else {
      out = in;
      for (Index j = 0; j < count; ++j) advance(slices[static_cast<std::size_t>(j)], 0, steps_, out.col(j));
    }
  }

 private:
  static constexpr Index doubles_per_line = 8;
  static constexpr bool has_lanes = Equation::fixed_dimension != Eigen::Dynamic;

  /// Steps [first, last) of a slice, in place.
  void advance(const Slice& slice, Index first, Index last, StateOut state) const {
    using Kernel = RkKernel<Equation, Tableau, double>;
    const StepRange<double> range{slice.begin, slice.length(), steps_, first, last};
    if constexpr (has_lanes) {
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

  /// Up to eight slices at once; lanes that are left over repeat the last slice.
  void advance_lanes(std::span<const Slice> slices, const StatesView& in, StatesOut out) const {
    StepRange<Lanes> range{{}, {}, steps_, 0, steps_};
    alignas(sizeof(Lanes)) std::array<Lanes, static_cast<std::size_t>(Equation::fixed_dimension)> state;
    for (Index lane = 0; lane < num_lanes; ++lane) {
      const Index column = std::min(lane, in.cols() - 1);
      const Slice& slice = slices[static_cast<std::size_t>(column)];
      range.begin[lane] = slice.begin;
      range.length[lane] = slice.length();
      for (Index i = 0; i < in.rows(); ++i) state[static_cast<std::size_t>(i)][lane] = in(i, column);
    }
    RkKernel<Equation, Tableau, Lanes>::advance(equation_, range, state.data(), nullptr);
    for (Index column = 0; column < out.cols(); ++column) {
      for (Index i = 0; i < out.rows(); ++i) out(i, column) = state[static_cast<std::size_t>(i)][column];
    }
  }

  void throw_where_non_finite(const Slice& slice, const StateView& in) const {
    State state = in;
    for (Index j = 0; j < steps_; ++j) {
      advance(slice, j, j + 1, state);
      require_finite(state, slice, j, steps_);
    }
  }

  Equation equation_;
  Index steps_;
};

}  // namespace forerun
