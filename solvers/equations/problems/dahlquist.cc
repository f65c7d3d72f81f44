#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/problems/problems.h"

namespace forerun {
namespace {

/// Dahlquist's test equation u' = λ u with real λ, u(0) = 1.
struct RealDahlquist : SystemEquation<1> {
  static constexpr std::string_view name = "dahlquist";
  static constexpr bool is_linear = true;

  double lambda;

  State initial_state() const { return State::Ones(1); }
  StateBounds bounds() const { return uniform_bounds(1, -1.0, 1.0); }
  StateLayout layout() const { return component_layout({"u"}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = lambda * u[0];
  }

  /// All of it.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    rhs(t, u, du);
  }
};

/// The same with complex λ = α + i ω; the state is (Re u, Im u).
struct ComplexDahlquist : SystemEquation<2> {
  static constexpr std::string_view name = "dahlquist";
  static constexpr bool is_linear = true;

  double real;
  double imag;

  State initial_state() const { return State{{1.0, 0.0}}; }
  StateBounds bounds() const { return uniform_bounds(2, -1.0, 1.0); }
  StateLayout layout() const { return component_layout({"Re u", "Im u"}); }

  template <class Scalar>
  FORERUN_INLINE void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = real * u[0] - imag * u[1];
    du[1] = imag * u[0] + real * u[1];
  }

  /// The decay.
  template <class Scalar>
  FORERUN_INLINE void stiff_rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = real * u[0];
    du[1] = real * u[1];
  }
};

std::unique_ptr<OdeProblem> make_dahlquist(const Parameters& parameters) {
  const double real = parameters.number("real");
  const double imag = parameters.number("imag");
  auto origin = std::make_shared<const ProblemOrigin>(ProblemOrigin{parameters, {}, make_dahlquist});
  if (imag == 0.0) return std::make_unique<EquationProblem<RealDahlquist>>(RealDahlquist{{}, real}, std::move(origin));
  return std::make_unique<EquationProblem<ComplexDahlquist>>(ComplexDahlquist{{}, real, imag}, std::move(origin));
}

}  // namespace

ProblemEntry dahlquist_problem() {
  return {"dahlquist",
          "u' = lambda u, lambda = real + i imag, u(0) = 1; state (Re u, Im u), or u alone where imag = 0",
          {real_parameter("real", -1.0, "real part of lambda: growth rate", "1/s"),
           real_parameter("imag", 0.0, "imaginary part of lambda: angular frequency", "1/s")},
          make_dahlquist};
}

}  // namespace forerun
