#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "solvers/equations/equation.h"
#include "solvers/simd/lanes.h"

namespace forerun {

/// Steps [first, last) of the `count` steps of equal length on [begin, begin + length]; lanes have intervals of their
/// own. Step j begins at begin + length · j / count: computed from the index, never by adding up.
template <class Scalar>
struct StepRange {
  Scalar begin;
  Scalar length;
  Index count = 1;
  Index first = 0;
  Index last = 1;
};

namespace rk {

/// Row i of a tableau's matrix; row s are the weights b.
template <class Tableau, std::size_t Row>
constexpr auto coefficients() {
  if constexpr (Row == Tableau::num_stages) {
    return Tableau::b;
  } else {
    return Tableau::a[Row];
  }
}

template <class Tableau, std::size_t Row>
constexpr std::size_t count_nonzero() {
  std::size_t count = 0;
  for (const double coefficient : coefficients<Tableau, Row>()) count += coefficient != 0.0 ? 1 : 0;
  return count;
}

/// The stages that row `Row` really uses.
template <class Tableau, std::size_t Row>
constexpr auto nonzero_stages() {
  std::array<std::size_t, count_nonzero<Tableau, Row>()> stages{};
  std::size_t found = 0;
  for (std::size_t j = 0; j < Tableau::num_stages; ++j) {
    if (coefficients<Tableau, Row>()[j] != 0.0) stages[found++] = j;
  }
  return stages;
}

/// Σ_j coefficient_j k_j[i] over the nonzero coefficients of row `Row`; stage j stands at k + j d.
template <class Tableau, std::size_t Row, class Scalar, std::size_t... P>
FORERUN_INLINE Scalar weighted_sum(const Scalar* k, Index d, Index i, std::index_sequence<P...>) {
  constexpr auto stages = nonzero_stages<Tableau, Row>();
  constexpr auto weights = coefficients<Tableau, Row>();
  return (... + (weights[stages[P]] * k[static_cast<Index>(stages[P]) * d + i]));
}

template <class Body, Index... I>
FORERUN_INLINE void spell_out(const Body& body, std::integer_sequence<Index, I...>) {
  (body(I), ...);
}

/// target = u + h Σ_j coefficient_j k_j in one pass. A dimension known when compiling is spelled out, so that all
/// components live in registers (vectorised loops over two to four numbers cost more than they bring).
template <class Tableau, std::size_t Row, class Equation, class Scalar>
FORERUN_INLINE void combine(const Equation& equation, const Scalar& h, const Scalar* u, const Scalar* k,
                            Scalar* target) {
  const Index d = equation.dimension();
  const auto update = [&](Index i) __attribute__((always_inline)) {
    target[i] =
        u[i] + h * weighted_sum<Tableau, Row>(k, d, i, std::make_index_sequence<count_nonzero<Tableau, Row>()>());
  };
  if constexpr (Equation::fixed_dimension == Eigen::Dynamic) {
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index i = 0; i < d; ++i) update(i);
  } else {
    spell_out(update, std::make_integer_sequence<Index, Equation::fixed_dimension>());
  }
}

/// Stage `Row` + 1: k[Row] = f(t + c h, u + h Σ a k).
template <class Tableau, std::size_t Row, class Equation, class Scalar>
FORERUN_INLINE void stage(const Equation& equation, const Scalar& t, const Scalar& h, const Scalar* u, Scalar* k,
                          Scalar* stage_state) {
  if constexpr (Row == 0) {
    equation.rhs(t, u, k);
  } else {
    combine<Tableau, Row>(equation, h, u, k, stage_state);
    const Scalar stage_time = t + Tableau::c[Row] * h;
    equation.rhs(stage_time, static_cast<const Scalar*>(stage_state),
                 k + static_cast<Index>(Row) * equation.dimension());
  }
}

template <class Tableau, class Equation, class Scalar, std::size_t... Row>
FORERUN_INLINE void all_stages(const Equation& equation, const Scalar& t, const Scalar& h, const Scalar* u, Scalar* k,
                               Scalar* stage_state, std::index_sequence<Row...>) {
  (stage<Tableau, Row>(equation, t, h, u, k, stage_state), ...);
}

/// One step: u ← u + h Σ b k.
template <class Tableau, class Equation, class Scalar>
FORERUN_INLINE void step(const Equation& equation, const Scalar& t, const Scalar& h, Scalar* u, Scalar* k,
                         Scalar* stage_state) {
  all_stages<Tableau>(equation, t, h, u, k, stage_state, std::make_index_sequence<Tableau::num_stages>());
  combine<Tableau, Tableau::num_stages>(equation, h, u, k, u);
}

template <class Tableau, class Equation, class Scalar>
FORERUN_INLINE void steps(const Equation& equation, const StepRange<Scalar>& range, Scalar* u, Scalar* work) {
  const double count = static_cast<double>(range.count);
  const Scalar h = range.length / count;
  Scalar* stage_state = work + static_cast<Index>(Tableau::num_stages) * equation.dimension();
  for (Index j = range.first; j < range.last; ++j) {
    const Scalar t = range.begin + range.length * static_cast<double>(j) / count;
    step<Tableau>(equation, t, h, u, work, stage_state);
  }
}

}  // namespace rk

/// Advances one state (Scalar = double), four (Quad) or sixteen (Lanes) by explicit Runge–Kutta steps, in place.
///
/// `workspace` has `workspace_size(d)` scalars for equations on a mesh; systems of fixed dimension keep all they need
/// in registers and take none. No heap traffic, no state. The same bits for all scalars and for every instruction set.
template <class Equation, class Tableau, class Scalar>
struct RkKernel {
  static constexpr Index workspace_size(Index d) {
    return Equation::fixed_dimension == Eigen::Dynamic ? (static_cast<Index>(Tableau::num_stages) + 1) * d : 0;
  }

  FORERUN_MULTIVERSION static void advance(const Equation& equation, const StepRange<Scalar>& range, Scalar* state,
                                           Scalar* workspace);
};

template <class Equation, class Tableau, class Scalar>
void RkKernel<Equation, Tableau, Scalar>::advance(const Equation& equation, const StepRange<Scalar>& range,
                                                  Scalar* state, [[maybe_unused]] Scalar* workspace) {
  if constexpr (Equation::fixed_dimension == Eigen::Dynamic) {
    rk::steps<Tableau>(equation, range, state, workspace);
  } else {
    constexpr Index d = Equation::fixed_dimension;
    std::array<Scalar, d> u;
    for (Index i = 0; i < d; ++i) u[static_cast<std::size_t>(i)] = state[i];
    std::array<Scalar, (Tableau::num_stages + 1) * d> work;
    rk::steps<Tableau>(equation, range, u.data(), work.data());
    for (Index i = 0; i < d; ++i) state[i] = u[static_cast<std::size_t>(i)];
  }
}

}  // namespace forerun
