#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/forerun/list/catalogue.h"
#include "solvers/equations/problem_registry.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

std::vector<std::string> names(const Json& entries) {
  std::vector<std::string> all;
  for (const Json& entry : entries) all.push_back(entry.at("name"));
  return all;
}

TEST(List, NamesEverySectionThatAConfigurationMayHave) {
  const Json json = Json::parse(forerun_with({"list", "--json"}).out);
  EXPECT_THAT(names(json.at("sections")),
              ElementsAre("problem", "time", "fine", "coarse", "method", "parareal", "corrector", "run", "output"));
  EXPECT_THAT(names(json.at("campaign_sections")), ElementsAre("campaign", "network", "operator", "lowest", "highest"));
  EXPECT_EQ(json.at("problems").size(), problem_registry().size() + 1) << "and what only others can solve";
  EXPECT_THAT(forerun_with({"list"}).out, AllOf(HasSubstr("viscosity = 0.01"), HasSubstr("rk8"), HasSubstr("randnet")));
}

TEST(List, KnowsTheKeysOfCampaignsAndOfTheirNetworks) {
  EXPECT_THAT(forerun_with({"list"}).out, AllOf(HasSubstr("[campaign]"), HasSubstr("held_out = 1.0"),
                                                HasSubstr("[network]"), HasSubstr("samples_per_run")));
}

TEST(List, ANameShowsWhatIsCalledSoAndNothingElse) {
  const std::string text = forerun_with({"list", "burgers"}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("u_t = nu u_xx"), HasSubstr("viscosity = 0.01"), HasSubstr("Source: "),
                          HasSubstr("forerun init burgers")));
  EXPECT_THAT(text, Not(HasSubstr("lorenz")));
  const Json json = Json::parse(forerun_with({"list", "parareal", "--json"}).out);
  EXPECT_EQ(json.at("sections").size(), 1U) << "a section and a method are called so";
  EXPECT_EQ(json.at("methods").size(), 1U);
  EXPECT_FALSE(json.contains("problems"));
}

TEST(List, ASolverShowsHowItIsNamed) {
  EXPECT_THAT(forerun_with({"list", "rk4"}).out, HasSubstr("Named by method = \"rk4\" in [fine] and [coarse]."));
  EXPECT_THAT(forerun_with({"list", "operator"}).out, HasSubstr("Named by [coarse] strategy = \"operator\"."));
}

TEST(List, EveryNameOfTheListCanBeAskedFor) {
  for (const CatalogueGroup& group : catalogue()) {
    for (const CatalogueEntry& entry : group.entries) {
      const auto outcome = forerun_with({"list", entry.name});
      EXPECT_EQ(outcome.status, ExitStatus::ok) << entry.name << ": " << outcome.err;
      EXPECT_THAT(outcome.out, HasSubstr(entry.description)) << entry.name;
    }
  }
}

TEST(List, WhatWasPublishedSaysWhere) {
  for (const CatalogueGroup& group : catalogue()) {
    if (group.kind.ends_with("section")) continue;
    for (const CatalogueEntry& entry : group.entries) {
      if (entry.name == "equations" || entry.name == "external") continue;
      EXPECT_THAT(entry.source, Not(IsEmpty())) << entry.name;
    }
  }
}

}  // namespace
}  // namespace forerun
