#include "core/base/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace forerun {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<ParameterSpec> specs() {
  return {
      {.name = "steps", .default_value = std::int64_t{4}, .description = "steps a slice", .minimum = 1, .maximum = 1e9},
      {.name = "viscosity", .default_value = 0.01, .description = "ν", .minimum = 0, .minimum_allowed = false},
      {.name = "activation", .default_value = std::string("relu"), .description = "φ", .choices = {"relu", "tanh"}},
      {.name = "file", .default_value = std::string(), .description = "any text"},
      {.name = "linear", .default_value = false, .description = "with a linear part"},
  };
}

/// The sentence with which a value is refused, or "accepted".
std::string refusal(std::string_view name, const ParameterValue& value) {
  Parameters parameters(specs());
  try {
    parameters.set(name, value);
  } catch (const ParameterError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Parameters, StartAtTheirDefaults) {
  const Parameters parameters(specs());
  EXPECT_EQ(parameters.integer("steps"), 4);
  EXPECT_EQ(parameters.number("viscosity"), 0.01);
  EXPECT_EQ(parameters.text("activation"), "relu");
  EXPECT_FALSE(parameters.flag("linear"));
  EXPECT_FALSE(parameters.is_set("steps"));
}

TEST(Parameters, KeepWhatIsSet) {
  Parameters parameters(specs());
  parameters.set("steps", std::int64_t{7});
  parameters.set("linear", true);
  parameters.set("activation", std::string("tanh"));
  EXPECT_EQ(parameters.integer("steps"), 7);
  EXPECT_TRUE(parameters.flag("linear"));
  EXPECT_EQ(parameters.text("activation"), "tanh");
  EXPECT_TRUE(parameters.is_set("steps"));
  EXPECT_FALSE(parameters.is_set("viscosity"));
}

TEST(Parameters, AcceptAnIntegerForANumberAndConvertNothingElse) {
  Parameters parameters(specs());
  parameters.set("viscosity", std::int64_t{2});
  EXPECT_EQ(parameters.number("viscosity"), 2.0);
  EXPECT_EQ(refusal("steps", 4.0), "steps = 4.0: must be an integer ≥ 1 and ≤ 1000000000");
  EXPECT_EQ(refusal("steps", 2.5), "steps = 2.5: must be an integer ≥ 1 and ≤ 1000000000");
  EXPECT_EQ(refusal("steps", true), "steps = true: must be an integer ≥ 1 and ≤ 1000000000");
  EXPECT_EQ(refusal("linear", std::int64_t{1}), "linear = 1: must be true or false");
  EXPECT_EQ(refusal("viscosity", std::string("1,5")), "viscosity = '1,5': must be a finite number > 0");
  EXPECT_EQ(refusal("file", 0.5), "file = 0.5: must be a string");
}

TEST(Parameters, RefuseWhatBreaksTheRuleAndNameIt) {
  EXPECT_EQ(refusal("steps", std::int64_t{-1}), "steps = -1: must be an integer ≥ 1 and ≤ 1000000000");
  EXPECT_EQ(refusal("steps", std::int64_t{0}), "steps = 0: must be an integer ≥ 1 and ≤ 1000000000");
  EXPECT_EQ(refusal("steps", std::int64_t{1}), "accepted");
  EXPECT_EQ(refusal("steps", std::int64_t{1'000'000'001}),
            "steps = 1000000001: must be an integer ≥ 1 and ≤ 1000000000");
  EXPECT_EQ(refusal("viscosity", 0.0), "viscosity = 0.0: must be a finite number > 0");
  EXPECT_EQ(refusal("viscosity", 1e-300), "accepted");
  EXPECT_EQ(refusal("activation", std::string("gelu")), "activation = 'gelu': must be one of relu, tanh");
}

TEST(Parameters, RefuseNonFiniteNumbers) {
  EXPECT_EQ(refusal("viscosity", infinity), "viscosity = inf: must be a finite number > 0");
  EXPECT_EQ(refusal("viscosity", -infinity), "viscosity = -inf: must be a finite number > 0");
  EXPECT_NE(refusal("viscosity", std::numeric_limits<double>::quiet_NaN()), "accepted");
}

TEST(Parameters, LeaveTheOldValueWhenTheyRefuse) {
  Parameters parameters(specs());
  EXPECT_THROW(parameters.set("steps", std::int64_t{0}), ParameterError);
  EXPECT_EQ(parameters.integer("steps"), 4);
  EXPECT_FALSE(parameters.is_set("steps"));
}

TEST(Parameters, AnErrorNamesTheParameter) {
  Parameters parameters(specs());
  try {
    parameters.set("steps", 0.5);
    FAIL() << "accepted";
  } catch (const ParameterError& error) {
    EXPECT_EQ(error.name(), "steps");
  }
}

TEST(Parameters, AnUnknownKeyNamesTheNearestOrAllKnown) {
  EXPECT_EQ(refusal("viscocity", 0.1), "unknown key 'viscocity': did you mean 'viscosity'?");
  EXPECT_EQ(refusal("reynolds", 0.1), "unknown key 'reynolds': known are steps, viscosity, activation, file, linear");
  EXPECT_THROW(Parameters().number("viscosity"), ParameterError);
}

TEST(NearestName, FindsSlipsButNotOtherWords) {
  const std::vector<std::string> names = {"compare", "inspect", "list", "run"};
  EXPECT_EQ(nearest_name("comprae", names), "compare");
  EXPECT_EQ(nearest_name("inspct", names), "inspect");
  EXPECT_EQ(nearest_name("rn", names), "run");
  EXPECT_EQ(nearest_name("lists", names), "list");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("train", names), "");
  EXPECT_EQ(nearest_name(std::string(10'000'000, 'x'), names), "");
  EXPECT_EQ(nearest_name("run", {}), "");
}

TEST(NearestName, PrefersTheNearer) { EXPECT_EQ(nearest_name("rk44", {"rk8", "rk4", "rk1"}), "rk4"); }

}  // namespace
}  // namespace forerun
