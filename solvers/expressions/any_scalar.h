#pragma once

#include <cmath>
#include <concepts>
#include <vector>

#include "solvers/expressions/compiled_equations.h"
#include "solvers/expressions/elementary.h"
#include "solvers/expressions/place_values.h"

namespace forerun {

/// Right-hand sides with scalars of any kind: numbers that carry their derivatives, or what records on which components
/// something depends. Such a scalar has + − * / among its kind and with doubles, is made from a double, and comes with
/// `sin_cos` and `each_lane`. One that has a `value` and a `tangent` (a derivative, which can be multiplied by a double
/// and added) is differentiated exactly; of another kind a function of two numbers has what both have.
///
/// Point by point: a hundred times slower than numbers.

template <class Scalar>
concept HasDerivative = requires(const Scalar& x, double factor) {
  { x.value } -> std::convertible_to<double>;
  x.tangent + factor* x.tangent;
};

namespace any_scalar {

template <class Scalar>
double value_of(const Scalar& x) {
  if constexpr (HasDerivative<Scalar>) {
    return x.value;
  } else {
    return 0.0;
  }
}

/// f(a), f'(a).
template <Op op, class Scalar>
Scalar function(const Scalar& a) {
  const auto f = [](double x) { return computed<op>(OperandValues<double>{x}); };
  if constexpr (HasDerivative<Scalar>) {
    const double x = a.value, y = f(x);
    const double slope = op == Op::exp    ? y
                         : op == Op::log  ? 1.0 / x
                         : op == Op::sqrt ? 0.5 / y
                         : op == Op::tanh ? 1.0 - y * y
                                          : (x < 0.0 ? -1.0 : 1.0);
    return Scalar(y, slope * a.tangent);
  } else {
    return each_lane(a, f);
  }
}

template <class Scalar>
Scalar power(const Scalar& a, const Scalar& b) {
  if constexpr (HasDerivative<Scalar>) {
    const double y = std::pow(a.value, b.value);
    // Where the base is 0 its logarithm is none, and the exponent does not matter.
    const double by_exponent = a.value > 0.0 ? y * std::log(a.value) : 0.0;
    return Scalar(y, (b.value * std::pow(a.value, b.value - 1.0)) * a.tangent + by_exponent * b.tangent);
  } else {
    return a + b;
  }
}

template <Op op, class Scalar>
Scalar chosen(const Scalar& a, const Scalar& b, const Scalar& c) {
  if constexpr (op == Op::where) {
    if constexpr (HasDerivative<Scalar>) return a.value != 0.0 ? b : c;
    return b + c;
  } else {
    if constexpr (HasDerivative<Scalar>) return (op == Op::minimum) == (b.value < a.value) ? b : a;
    return a + b;
  }
}

template <Op op, class Scalar>
Scalar result(const OperandValues<Scalar>& in) {
  constexpr bool is_function = op >= Op::exp && op <= Op::abs;
  constexpr bool is_comparison = op >= Op::less && op <= Op::not_equal;
  constexpr bool is_choice = op == Op::minimum || op == Op::maximum || op == Op::where;
  if constexpr (is_function) {
    return function<op>(in[0]);
  } else if constexpr (is_comparison) {
    return Scalar(computed<op>(OperandValues<double>{value_of(in[0]), value_of(in[1])}));
  } else if constexpr (is_choice) {
    return chosen<op>(in[0], in[1], in[2]);
  } else if constexpr (op == Op::power) {
    return power(in[0], in[1]);
  } else {
    return computed<op>(in);
  }
}

template <class Scalar, std::size_t... I>
Scalar result_of(Op op, const OperandValues<Scalar>& in, std::index_sequence<I...>) {
  Scalar found{};
  const auto try_op = [&]<std::size_t Number>() {
    constexpr Op candidate = static_cast<Op>(Number + static_cast<std::size_t>(Op::copy));
    if (op == candidate) found = result<candidate>(in);
  };
  (try_op.template operator()<I>(), ...);
  return found;
}

/// One point or component after the other: `place` gives an operand's scalar to read or to write.
template <class Scalar, class Place>
void run(const Tape& tape, const double* scalars, const Place& place) {
  constexpr auto num_ops = static_cast<std::size_t>(last_op) - static_cast<std::size_t>(Op::copy) + 1;
  for (const Instruction& instruction : tape.instructions) {
    OperandValues<Scalar> in{};
    for (std::size_t k = 0; k < static_cast<std::size_t>(num_operands(instruction.op())); ++k) {
      const Operand& operand = instruction.in[k];
      in[k] = operand.space == Space::scalars ? Scalar(scalars[operand.offset]) : place(operand);
    }
    place(instruction.out) = result_of(instruction.op(), in, std::make_index_sequence<num_ops>());
  }
}

}  // namespace any_scalar

template <class Scalar>
void evaluate_any(const SystemTape& system, const Scalar& t, const Scalar* u, Scalar* du) {
  std::vector<Scalar> registers(static_cast<std::size_t>(system.tape.num_registers));
  std::vector<Scalar> state(u, u + system.dimension);
  Scalar time = t;
  any_scalar::run<Scalar>(system.tape, system.scalars.data(), [&](const Operand& operand) -> Scalar& {
    if (operand.space == Space::registers) return registers[static_cast<std::size_t>(operand.offset)];
    if (operand.space == Space::fields) return state[static_cast<std::size_t>(operand.offset)];
    return operand.space == Space::time ? time : du[operand.offset];
  });
}

template <class Scalar>
void evaluate_any(const MeshTape& equations, const Scalar& t, const Scalar* u, Scalar* du) {
  const PaddedMesh& mesh = equations.mesh;
  std::vector<double> scalars = equations.scalars_at(any_scalar::value_of(t));
  std::vector<Scalar> registers(static_cast<std::size_t>(equations.tape.num_registers));
  std::vector<Scalar> fields(equations.margins.size() * static_cast<std::size_t>(mesh.size()));
  for (std::size_t f = 0; f < equations.margins.size(); ++f) {
    fill_padded(mesh, equations.margins[f], u + static_cast<Index>(f) * mesh.num_points(),
                fields.data() + static_cast<Index>(f) * mesh.size());
  }
  Scalar of_place{};
  for (Index point = 0; point < mesh.num_points(); ++point) {
    const Index at = mesh.origin() + (point / mesh.nx) * mesh.stride() + point % mesh.nx;
    any_scalar::run<Scalar>(equations.tape, scalars.data(), [&](const Operand& operand) -> Scalar& {
      switch (operand.space) {
        case Space::registers:
          return registers[static_cast<std::size_t>(operand.offset / mesh_block)];
        case Space::fields:
          return fields[static_cast<std::size_t>(operand.offset + at)];
        case Space::places:
          of_place = Scalar(equations.places[static_cast<std::size_t>(operand.offset + at)]);
          return of_place;
        default:
          return du[operand.offset / mesh.run() * mesh.num_points() + point];
      }
    });
  }
}

}  // namespace forerun
