#include "solvers/integrators/solver_spec.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace forerun {
namespace {

TEST(SolverSpec, IsReadBackFromItsText) {
  for (const SolverSpec& spec : {SolverSpec{"rk4", 16}, SolverSpec{"backward_euler", 1}, SolverSpec{"dopri5", 1e-9},
                                 SolverSpec{"dopri5", 0.1 / 3.0}}) {
    EXPECT_EQ(parse_solver(to_text(spec)), spec) << to_text(spec);
  }
  EXPECT_EQ(to_text({"rk4", 16}), "rk4 x 16");
  EXPECT_EQ(to_text({"dopri5", 1e-9}), "dopri5 to 1e-9");
}

TEST(SolverSpec, WithAnEquationOfItsOwnIsReadBackToo) {
  SolverSpec spec("rk4", 16);
  spec.options.set("coarsening", std::int64_t{2});
  spec.problem["viscosity"] = 0.05;
  spec.problem["u.rhs"] = std::string("max(u, 0.0), problem.v = 1");
  const std::string text =
      "rk4 x 16, coarsening = 2, problem.u.rhs = \"max(u, 0.0), problem.v = 1\", "
      "problem.viscosity = 0.05";
  EXPECT_EQ(to_text(spec), text);
  EXPECT_EQ(parse_solver(text), spec);
  EXPECT_TRUE(spec.is_of_variant());
  EXPECT_EQ(spec.without_variant(), (SolverSpec{"rk4", 16}));
  EXPECT_NE(spec, (SolverSpec{"rk4", 16}));
  EXPECT_THROW(parse_solver("rk4 x 16, problem.viscosity = high"), std::invalid_argument);
}

TEST(SolverSpec, RefusesTextsThatSayNoSolver) {
  for (const char* text :
       {"", "rk4", "rk4 x", "rk4 x ", "rk4 x sixteen", "rk4 x 16 ", "rk4 to 1e-9", "dopri5 x 16", "dopri5 to",
        "dopri5 to 1e-9x", "rk5 x 4", "rk4 x 0", "dopri5 to 2", "rk4 x 16, ", "rk4 x 16, stages = 4"}) {
    EXPECT_THROW(parse_solver(text), std::invalid_argument) << text;
  }
}

TEST(SolverSpec, FinenessIsStepsOrTheirLikenessForATolerance) {
  EXPECT_EQ(fineness({"rk4", 16}), 16);
  EXPECT_EQ(fineness({"dopri5", 1e-5}), 10);
  EXPECT_EQ(fineness({"dopri5", 0.9}), 1);
  EXPECT_EQ(with_fineness({"rk4", 16}, 40), (SolverSpec{"rk4", 40}));
  const SolverSpec adaptive{"dopri5", 1e-9};
  EXPECT_EQ(with_fineness(adaptive, fineness(adaptive)), adaptive);
  EXPECT_NEAR(with_fineness(adaptive, 2 * fineness(adaptive)).tolerance(), 1e-9 / 32.0, 1e-15);
}

}  // namespace
}  // namespace forerun
