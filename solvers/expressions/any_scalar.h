#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <type_traits>
#include <vector>

#include "solvers/equations/recorded.h"
#include "solvers/expressions/compiled_equations.h"
#include "solvers/expressions/elementary.h"
#include "solvers/expressions/place_values.h"

namespace forerun {

/// Right-hand sides with scalars of any kind: numbers that carry their derivatives, or what records on which components
/// something depends. Such a scalar has + − * / among its kind and with doubles, is made from a double, and comes with
/// `sin_cos` and `each_lane`. One that has a `value` and a `tangent` (a derivative, which can be multiplied by a double
/// and added) is differentiated exactly; of another kind a function of two numbers has what both have. `Recorded`
/// numbers do not record choices that depend on the state, nor powers whose exponent does.
///
/// In blocks of points, one number after the other.

template <class Scalar>
concept HasDerivative = requires(const Scalar& x, double factor) {
  { x.value } -> std::convertible_to<double>;
  x.tangent + factor* x.tangent;
};

namespace any_scalar {

template <class Scalar>
inline constexpr bool is_recorded = std::is_same_v<Scalar, Recorded>;

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
    // Where the base is 0 it has no logarithm, and the exponent does not matter.
    const double by_exponent = a.value > 0.0 ? y * std::log(a.value) : 0.0;
    return Scalar(y, (b.value * std::pow(a.value, b.value - 1.0)) * a.tangent + by_exponent * b.tangent);
  } else if constexpr (is_recorded<Scalar>) {
    if (!b.is_constant()) return Recorded::unknown(a, b);
    return a.through([exponent = b.number()](double x) { return std::pow(x, exponent); });
  } else {
    return a + b;
  }
}

template <Op op, class Scalar>
Scalar chosen(const Scalar& a, const Scalar& b, const Scalar& c) {
  if constexpr (op == Op::where) {
    if constexpr (HasDerivative<Scalar>) return a.value != 0.0 ? b : c;
    if constexpr (is_recorded<Scalar>) {
      if (a.is_constant()) return a.number() != 0.0 ? b : c;
      return Recorded::unknown(a, b + c);
    }
    return b + c;
  } else {
    if constexpr (HasDerivative<Scalar>) return (op == Op::minimum) == (b.value < a.value) ? b : a;
    if constexpr (is_recorded<Scalar>) {
      if (!a.is_constant() || !b.is_constant()) return Recorded::unknown(a, b);
      return (op == Op::minimum) == (b.number() < a.number()) ? b : a;
    }
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
  } else if constexpr (is_comparison && is_recorded<Scalar>) {
    if (!in[0].is_constant() || !in[1].is_constant()) return Recorded::unknown(in[0], in[1]);
    return Scalar(computed<op>(OperandValues<double>{in[0].number(), in[1].number()}));
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

/// Where the spaces of a tape are, in scalars of any kind. What the tape keeps `…_stride` apart is `…_distance` apart
/// here.
template <class Scalar>
struct AnySpaces {
  Scalar* registers = nullptr;
  Scalar* outputs = nullptr;
  const Scalar* fields = nullptr;
  const Scalar* time = nullptr;
  const double* places = nullptr;
  const double* scalars = nullptr;
  Index register_stride = 1, register_distance = 1;
  Index output_stride = 1, output_distance = 1;

  Scalar* written(const Operand& operand) const {
    if (operand.space == Space::outputs) return outputs + operand.offset / output_stride * output_distance;
    return registers + operand.offset / register_stride * register_distance;
  }
  Scalar value(const Operand& operand, Index i) const {
    switch (operand.space) {
      case Space::registers:
      case Space::outputs:
        return written(operand)[i];
      case Space::fields:
        return fields[operand.offset + i];
      case Space::places:
        return Scalar(places[operand.offset + i]);
      case Space::time:
        return *time;
      case Space::scalars:
        break;
    }
    return Scalar(scalars[operand.offset]);
  }
};

template <Op op, class Scalar>
void execute(const Instruction& instruction, const AnySpaces<Scalar>& spaces, Scalar* out, Index count) {
  for (Index i = 0; i < count; ++i) {
    OperandValues<Scalar> in{};
    for (std::size_t k = 0; k < static_cast<std::size_t>(num_operands(op)); ++k) {
      in[k] = spaces.value(instruction.in[k], i);
    }
    out[i] = result<op>(in);
  }
}

template <class Scalar, std::size_t... I>
void execute(const Instruction& instruction, const AnySpaces<Scalar>& spaces, Scalar* out, Index count,
             std::index_sequence<I...>) {
  const auto try_op = [&]<std::size_t Number>() {
    constexpr Op candidate = static_cast<Op>(Number + static_cast<std::size_t>(Op::copy));
    if (instruction.op() == candidate) execute<candidate>(instruction, spaces, out, count);
  };
  (try_op.template operator()<I>(), ...);
}

template <class Scalar>
void run(const Tape& tape, const AnySpaces<Scalar>& spaces, Index count) {
  constexpr auto num_ops = static_cast<std::size_t>(last_op) - static_cast<std::size_t>(Op::copy) + 1;
  for (const Instruction& instruction : tape.instructions) {
    execute(instruction, spaces, spaces.written(instruction.out), count, std::make_index_sequence<num_ops>());
  }
}

}  // namespace any_scalar

template <class Scalar>
void evaluate_any(const SystemTape& system, const Scalar& t, const Scalar* u, Scalar* du) {
  std::vector<Scalar> registers(static_cast<std::size_t>(system.tape.num_registers));
  any_scalar::AnySpaces<Scalar> spaces;
  spaces.registers = registers.data();
  spaces.fields = u;
  spaces.time = &t;
  spaces.scalars = system.scalars.data();
  spaces.outputs = du;
  any_scalar::run(system.tape, spaces, 1);
}

template <class Scalar>
void evaluate_any(const MeshTape& equations, const Scalar& t, const Scalar* u, Scalar* du) {
  constexpr Index block = 32;
  const PaddedMesh& mesh = equations.mesh;
  const std::vector<double> scalars = equations.scalars_at(any_scalar::value_of(t));
  std::vector<Scalar> registers(static_cast<std::size_t>(equations.tape.num_registers * block));
  std::vector<Scalar> fields(equations.margins.size() * static_cast<std::size_t>(mesh.size()));
  for (std::size_t f = 0; f < equations.margins.size(); ++f) {
    fill_padded(mesh, equations.margins[f], u + static_cast<Index>(f) * mesh.num_points(),
                fields.data() + static_cast<Index>(f) * mesh.size());
  }
  any_scalar::AnySpaces<Scalar> spaces;
  spaces.registers = registers.data();
  spaces.scalars = scalars.data();
  spaces.register_stride = mesh_block;
  spaces.register_distance = block;
  spaces.output_stride = mesh.run();
  spaces.output_distance = mesh.num_points();
  for (Index point = 0; point < mesh.num_points();) {
    const Index column = point % mesh.nx;
    const Index count = std::min(block, mesh.nx - column);
    const Index at = mesh.origin() + (point / mesh.nx) * mesh.stride() + column;
    spaces.fields = fields.data() + at;
    spaces.places = equations.places.data() + at;
    spaces.outputs = du + point;
    any_scalar::run(equations.tape, spaces, count);
    point += count;
  }
}

}  // namespace forerun
