#include "apps/forerun/config/coarse_strategy.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/run/experiment.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kHead = R"([problem]
name = "burgers"
points = 32
viscosity = 0.05
[time]
end = 1.0
slices = 16
[fine]
method = "rk4"
steps = 64
[parareal]
tolerance = 1e-6
[corrector]
name = "classic"
)";

std::string with_coarse(const std::string& lines) { return std::string(kHead) + "[coarse]\n" + lines; }

RunConfig config_from(const std::string& text) { return read_config(ConfigDocument::parse(text, "strategy.toml")); }

std::string coarse_text(const std::string& lines) { return to_text(config_from(with_coarse(lines)).coarse); }

/// What is wrong with a configuration, also where that turns out only when solvers are made.
std::string complaint(const std::string& text) {
  try {
    make_experiment(ConfigDocument::parse(text, "strategy.toml"));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(CoarseStrategy, SaysWhatTheSectionLeavesOpen) {
  EXPECT_EQ(coarse_text("strategy = 'bigger-step'"), "rk4 x 16");
  EXPECT_EQ(coarse_text("strategy = 'bigger-step'\nsteps = 8"), "rk4 x 8");
  EXPECT_EQ(coarse_text("strategy = 'lower-order'"), "rk1 x 16");
  EXPECT_EQ(coarse_text("strategy = 'coarser-mesh'"), "rk4 x 16, coarsening = 2");
  EXPECT_EQ(coarse_text("strategy = 'coarser-mesh'\ncoarsening = 4\nmethod = 'rk1'\nsteps = 3"),
            "rk1 x 3, coarsening = 4");
  EXPECT_EQ(coarse_text("strategy = 'simplified'\nproblem = { viscosity = 0.2 }"), "rk4 x 16, problem.viscosity = 0.2");
  EXPECT_EQ(coarse_text("strategy = 'optimised'"), "optimised x 1");
  EXPECT_EQ(coarse_text("strategy = 'pod'"), "pod x 2, affine_steps = 64, basis_size = 48, rough_method = rk4");
}

TEST(CoarseStrategy, ReducedModelsHaveTheirBasisFromTheRunsOwnBeginning) {
  const testing::TemporaryDirectory directory;
  const std::string state = directory.write("state.csv", "1, 2");
  const std::string text =
      "[problem]\nname = 'diffusion_reaction'\ncells = 19\ninitial_state = 'state.csv'\n[time]\nbegin = 1.0\nend = "
      "5.0\nslices = 300\n[fine]\nmethod = 'radau2'\nsteps = 12\n[coarse]\nstrategy = 'pod'\n";
  const RunConfig config = read_config(ConfigDocument::read(directory.write("run.toml", text)));
  const Parameters& values = config.coarse.options;
  EXPECT_EQ(values.text("initial_from"), state);
  EXPECT_EQ(values.number("snapshots_begin"), 1.0);
  EXPECT_EQ(values.number("snapshots_end"), 5.0);
  EXPECT_EQ(values.integer("snapshots"), 256);
  EXPECT_EQ(values.integer("snapshot_steps"), 4) << "about a quarter of 300 * 12 steps in all";
  const std::string steps = "'radau2'\nsteps = 12";
  EXPECT_THAT(complaint(std::string(text).replace(text.find(steps), steps.size(), "'radau5'\ntolerance = 1e-6")),
              HasSubstr("needs a fine solver with steps of equal length"));
}

TEST(CoarseStrategy, CoarserMeshesAndOtherParametersNeedNoStrategy) {
  EXPECT_EQ(coarse_text("method = 'rk1'\nsteps = 4\ncoarsening = 2\nrestriction = 'injection'"),
            "rk1 x 4, coarsening = 2, restriction = injection");
  EXPECT_EQ(coarse_text("method = 'rk1'\nsteps = 4\n[coarse.problem]\nviscosity = 1"),
            "rk1 x 4, problem.viscosity = 1");
}

TEST(CoarseStrategy, RefusesWhatDoesNotGoTogether) {
  EXPECT_THAT(complaint(with_coarse("strategy = 'coarse-mesh'")),
              AllOf(StartsWith("strategy.toml:16: [coarse] strategy"), HasSubstr("must be one of")));
  EXPECT_THAT(complaint(with_coarse("strategy = 'coarser-mesh'\ncoarsening = 1")),
              AllOf(StartsWith("strategy.toml:17: [coarse] coarsening = 1"), HasSubstr("at least 2")));
  EXPECT_THAT(complaint(with_coarse("strategy = 'simplified'")), HasSubstr("needs parameters of the equation"));
  EXPECT_THAT(complaint(with_coarse("strategy = 'lower-order'\nmethod = 'rk8'\nsteps = 1")),
              AllOf(StartsWith("strategy.toml:17: [coarse] method = 'rk8'"), HasSubstr("must be of lower order")));
}

TEST(CoarseStrategy, RefusesMeshesAndParametersThatTheEquationCannotHaveWithTheirPlace) {
  EXPECT_THAT(complaint(with_coarse("method = 'rk1'\nsteps = 4\ncoarsening = 5")),
              AllOf(StartsWith("strategy.toml:18: [coarse] coarsening = 5: must divide the 32 parts of axis x"),
                    HasSubstr("possible here: 2, 4, 8")));
  EXPECT_THAT(complaint(with_coarse("method = 'rk1'\nsteps = 4\nproblem = { viscosity = -1.0 }")),
              StartsWith("strategy.toml:18: [coarse] problem.viscosity = -1"));
  EXPECT_THAT(complaint(with_coarse("method = 'rk1'\nsteps = 4\nproblem = { viscosiy = 1.0 }")),
              HasSubstr("did you mean 'problem.viscosity'"));
  EXPECT_THAT(complaint(with_coarse("command = ['./solver', '{input}', '{output}']\ncoarsening = 2")),
              AllOf(StartsWith("strategy.toml:17: [coarse] coarsening = 2"), HasSubstr("must be left out")));
  const std::string levels = std::string(kHead) + "[coarse]\nmethod = 'rk1'\nsteps = 4\n";
  const auto with_levels = [&](const std::string& text) {
    std::string all = levels;
    return all.insert(all.find("[parareal]"), "levels = " + text + "\n");
  };
  EXPECT_EQ(complaint(with_levels("[{steps = 8, coarsening = 2}, {steps = 16}, {}]")), "");
  EXPECT_THAT(complaint(with_levels("[{steps = 8, coarsening = 3}, {steps = 64}]")),
              AllOf(StartsWith("strategy.toml:11: [fine] "), HasSubstr("must divide the 32 parts")));
  EXPECT_THAT(complaint(with_levels("[{steps = 8, coarsening = 2}, {steps = 64, coarsening = 2}]")),
              HasSubstr("must solve the equation itself"));
  EXPECT_THAT(complaint(with_levels("[{steps = 40}, {steps = 64, coarsening = 2}, {steps = 64}]")),
              HasSubstr("must cost more than the level before it, rk4 x 40"));
  EXPECT_THAT(complaint(with_levels("[{step = 8}, {steps = 64}]")), HasSubstr("did you mean 'steps'"));
  EXPECT_THAT(complaint(with_levels("[{steps = 8}, 64]")), HasSubstr("all of them"));
}

TEST(CoarseStrategy, ConfigurationsAreWrittenSoThatTheyReadBackTheSame) {
  for (const std::string& text :
       {with_coarse("strategy = 'coarser-mesh'\ninterpolation = 'linear'\nproblem = { viscosity = 0.1 }"),
        with_coarse("strategy = 'optimised'\ndegree = 2"), with_coarse("strategy = 'pod'\nbasis_size = 12"),
        std::string(kHead).replace(std::string(kHead).find("[parareal]"), 0,
                                   "levels = [{steps = 8, coarsening = 4}, {steps = 16, problem = {viscosity = 0.1}}, "
                                   "{steps = 64}]\n")}) {
    const RunConfig config = config_from(text);
    const std::string written = to_toml(config, std::nullopt);
    const RunConfig again = config_from(written);
    EXPECT_EQ(again.coarse, config.coarse) << written;
    EXPECT_EQ(again.fine_levels.solvers, config.fine_levels.solvers) << written;
    EXPECT_EQ(to_toml(again, std::nullopt), written);
  }
}

TEST(CoarseStrategy, RunsConvergeWithEachAndTellWhatTheirSolversWere) {
  const testing::TemporaryDirectory directory;
  for (const std::string lines :
       {"strategy = 'bigger-step'", "strategy = 'lower-order'", "strategy = 'coarser-mesh'",
        "strategy = 'simplified'\nproblem = { viscosity = 0.06 }", "strategy = 'optimised'", "strategy = 'pod'"}) {
    const std::string file = directory.write("run.toml", with_coarse(lines));
    const testing::Outcome outcome =
        testing::forerun_with({"compare", file, "--json", "-", "--quiet", "--correctors", "classic"});
    ASSERT_EQ(outcome.status, ExitStatus::ok) << lines << outcome.err;
    const auto run = nlohmann::json::parse(outcome.out)["runs"][0];
    EXPECT_EQ(run["termination"], "converged") << lines;
    EXPECT_LT(run["max_error"].get<double>(), 1e-6) << lines;
  }
}

TEST(CoarseStrategy, SpectralTakesTheFineSolversModes) {
  const std::string heat =
      "[problem]\nname = 'heat'\npoints = 31\nprofile = 'random'\nmode = 10\n[time]\nend = 1.0\nslices = "
      "8\n[fine]\nmethod = 'sdirk2'\nsteps = "
      "16\n[corrector]\nname = 'classic'\n[coarse]\nstrategy = 'spectral'\n";
  const RunConfig config = config_from(heat + "modes = 3\n");
  EXPECT_EQ(to_text(config.coarse), "spectral x 16, modes_of = sdirk2, modes = 3");
  const testing::TemporaryDirectory directory;
  const auto iterations = [&](const std::string& modes) {
    const testing::Outcome outcome = testing::forerun_with(
        {"run", directory.write("run.toml", heat + "modes = " + modes), "--reference", "--json", "-", "--quiet"});
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    const auto run = nlohmann::json::parse(outcome.out)["runs"][0];
    EXPECT_LT(run["max_error"].get<double>(), 5e-7);
    return run["iterations"].get<int>();
  };
  EXPECT_LT(iterations("6"), iterations("2"));
  EXPECT_EQ(iterations("31"), 1) << "all there are: the first sweep finds nothing left";
  const std::string steps = "method = 'sdirk2'\nsteps = 16", tolerance = "method = 'radau5'\ntolerance = 1e-6";
  EXPECT_THAT(complaint(std::string(heat).replace(heat.find(steps), steps.size(), tolerance)),
              HasSubstr("steps of equal length"));
}

TEST(CoarseStrategy, LadderOfMeshesEndsWithTheFineSolversAnswer) {
  const testing::TemporaryDirectory directory;
  std::string text = kHead;
  text.insert(text.find("[parareal]"), "levels = [{steps = 16, coarsening = 2}, {steps = 16}, {steps = 64}]\n");
  const testing::Outcome outcome = testing::forerun_with(
      {"compare", directory.write("run.toml", text), "--json", "-", "--quiet", "--correctors", "classic"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const auto record = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(record["levels"][0], "rk4 x 16, coarsening = 2");
  EXPECT_LT(record["runs"][0]["max_error"].get<double>(), 1e-6);
}

}  // namespace
}  // namespace forerun
