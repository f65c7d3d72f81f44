#include "solvers/equations/sampled_sides.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/base/uniform_noise.h"
#include "solvers/equations/equation_problem.h"
#include "tests/solvers/expressions/make_equations.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

State near(const State& state, std::uint64_t seed) {
  UniformNoise draw(seed);
  State moved = state;
  for (double& value : moved) value += 0.1 * draw.next();
  return moved;
}

/// What `sides` makes of the components that it asks for, and of nothing else.
State sampled_at(const SampledSides& sides, double time, const State& state) {
  std::vector<double> inputs, scratch(static_cast<std::size_t>(sides.scratch_size()));
  for (const Index i : sides.inputs()) inputs.push_back(state[i]);
  State out(sides.num_outputs());
  sides.evaluate(time, static_cast<const double*>(inputs.data()), out.data(), scratch.data());
  return out;
}

TEST(SampledSides, AreTheComponentsOfTheWholeBitForBit) {
  for (const std::string name :
       {"burgers", "diffusion_reaction", "allen_cahn", "brusselator_2d", "brusselator_3d", "shallow_water"}) {
    const auto problem = make_problem(name);
    const Index d = problem->dimension();
    const State state = near(problem->initial_state(), 1);
    const State whole = derivative(*problem, state);
    std::vector<Index> components{d - 1, 0, d / 2, d / 3};
    const auto sides = problem->sample(components);
    ASSERT_NE(sides, nullptr) << name;
    const State some = sampled_at(*sides, 0.0, state);
    for (std::size_t k = 0; k < components.size(); ++k)
      EXPECT_EQ(some[static_cast<Index>(k)], whole[components[k]]) << name << ", component " << components[k];
  }
}

TEST(SampledSides, LookAtWhatTheComponentsDependOnAlone) {
  const auto burgers = make_problem("burgers", {{"points", std::int64_t{100}}});
  const std::vector<Index> components{0, 50, 52};
  EXPECT_THAT(burgers->sample(components)->inputs(), ::testing::ElementsAre(0, 1, 49, 50, 51, 52, 53, 99));
}

/// Cost does not grow with the equation.
TEST(SampledSides, CostWhatTheseComponentsCost) {
  const std::vector<Index> components{3, 4, 5};
  const auto operations = [&](std::int64_t points) {
    return make_problem("burgers", {{"points", points}})->sample(components)->num_operations();
  };
  EXPECT_EQ(operations(50), operations(5000));
}

TEST(SampledSides, OfEquationsWrittenAsTextUnlessTheyChooseByTheState) {
  const auto of = [](const std::string& side) {
    return testing::make_equations(
        testing::joined(testing::axis("x", 0.0, 1.0, 20, "boundary", std::string("periodic")),
                        {{"u.initial", std::string("sin(2*pi*x)")}, {"u.rhs", side}}));
  };
  const std::vector<Index> components{7, 0};
  const auto smooth = of("dxx(u) + u^3 - sin(u)*exp(x)*u + where(x < 0.2, u, 2)");
  const State state = near(smooth->initial_state(), 2);
  const State some = sampled_at(*smooth->sample(components), 0.0, state);
  const State whole = derivative(*smooth, state);
  for (Index k = 0; k < 2; ++k) EXPECT_NEAR(some[k], whole[components[static_cast<std::size_t>(k)]], 1e-12);
  EXPECT_EQ(of("max(u, 0)")->sample(components), nullptr);
  EXPECT_EQ(of("dxx(u) + sin(t)")->sample(components), nullptr);
}

/// u_i' = t − u_i u_(i+1), the last one's neighbour being the first: an equation that is in no registry.
struct Ring : FieldEquation {
  static constexpr std::string_view name = "ring";
  Index dimension() const { return 12; }
  State initial_state() const { return State::Ones(12); }
  StateBounds bounds() const { return uniform_bounds(12, -1.0, 1.0); }
  template <class Scalar>
  void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    for (Index i = 0; i < 12; ++i) du[i] = t - u[i] * u[(i + 1) % 12];
  }
};

TEST(SampledSides, AreHadOfAnEquationOfOnesOwn) {
  const EquationProblem<Ring> problem{Ring()};
  const std::vector<Index> components{11, 4};
  const auto sides = problem.sample(components);
  EXPECT_THAT(sides->inputs(), ::testing::ElementsAre(0, 4, 5, 11));
  const State state = State::LinSpaced(12, 1.0, 2.0);
  const State found = sampled_at(*sides, 0.5, state);
  EXPECT_EQ(found[0], 0.5 - state[11] * state[0]);
  EXPECT_EQ(found[1], 0.5 - state[4] * state[5]);
}

/// f(a, b) = g(a) b: functions of a number and what was folded.
struct WithFunction : SystemEquation<2> {
  template <class Scalar>
  void rhs(const Scalar& t, const Scalar* u, Scalar* du) const {
    du[0] = each_lane(u[0], [](double x) { return std::exp(x); }) * u[1] / 3.0 - t;
    du[1] = (2.0 * broadcast<Scalar>(3.0)) * -u[0];
  }
};

TEST(SampledSides, RecordFunctionsTimeAndConstants) {
  const std::vector<Index> components{1, 0};
  const auto sides = sample_sides(WithFunction(), components);
  const State state{{0.3, 0.7}};
  const State found = sampled_at(*sides, 2.0, state);
  EXPECT_EQ(found[0], 6.0 * -0.3);
  EXPECT_EQ(found[1], std::exp(0.3) * 0.7 / 3.0 - 2.0);
}

}  // namespace
}  // namespace forerun
