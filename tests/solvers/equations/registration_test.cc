// Problems of one's own among those of the registry. In a program of its own: what is registered stays so.
#include <gmock/gmock.h>

#include <stdexcept>

#include "solvers/equations/equation_problem.h"
#include "solvers/equations/parameter_rules.h"
#include "solvers/equations/register_problem.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;

struct Duffing : SystemEquation<2> {
  static constexpr std::string_view name = "duffing";
  double damping;

  explicit Duffing(const Parameters& values) : damping(values.number("damping")) {}
  State initial_state() const { return State{{1.5, 0.0}}; }
  StateBounds bounds() const { return uniform_bounds(2, -2.0, 2.0); }
  template <class Scalar>
  void rhs(const Scalar& /*t*/, const Scalar* u, Scalar* du) const {
    du[0] = u[1];
    du[1] = u[0] - u[0] * u[0] * u[0] - damping * u[1];
  }
};

ProblemEntry duffing() {
  return make_entry<Duffing>("u'' = u - u^3 - damping u'", {positive_parameter("damping", 0.1, "of the motion")});
}

template <class Exception>
std::string refusal(ProblemEntry entry) {
  try {
    register_problem(std::move(entry));
  } catch (const Exception& error) {
    return error.what();
  }
  return "";
}

ProblemEntry renamed(const std::string& name) {
  ProblemEntry entry = duffing();
  entry.name = name;
  return entry;
}

TEST(Registration, TakesAProblemOfOnesOwnBeforeTheRegistryIsUsedAndNoneAfterwards) {
  for (const std::string name : {"burgers", "external"}) {
    EXPECT_THAT(refusal<std::invalid_argument>(renamed(name)), HasSubstr("must have another name")) << name;
  }
  for (const std::string name : {"", "Duffing", "a b", "a-b"}) {
    EXPECT_THAT(refusal<std::invalid_argument>(renamed(name)), HasSubstr("lower-case letters")) << name;
  }
  ProblemEntry unmade = duffing();
  unmade.make = nullptr;
  EXPECT_THAT(refusal<std::invalid_argument>(unmade), HasSubstr("must have a function that makes it"));

  register_problem(duffing());
  EXPECT_THAT(refusal<std::invalid_argument>(duffing()), HasSubstr("must have another name"));

  const std::vector<ProblemEntry>& all = problem_registry();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  const ProblemEntry& found = find_problem("duffing");
  Parameters parameters(found.parameters);
  parameters.set("damping", 0.5);
  State derivative(2);
  found.make(parameters)->evaluate(0.0, State{{2.0, 1.0}}, derivative);
  EXPECT_EQ(derivative, (State{{1.0, -6.5}}));

  EXPECT_THAT(refusal<std::logic_error>(renamed("later")), HasSubstr("before the problems are first looked at"));
  EXPECT_THROW(find_problem("later"), ParameterError);
}

}  // namespace
}  // namespace forerun
