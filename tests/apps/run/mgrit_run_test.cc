// `[method] name = "mgrit"` and `compare --methods`.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/files/npy_file.h"
#include "tests/apps/process.h"
#include "tests/apps/run/method_run_fixture.h"

namespace forerun {
namespace {

using Json = nlohmann::json;
using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Process;
using testing::TemporaryDirectory;

constexpr const char* mgrit_config = R"([problem]
name = "burgers"
points = 16
viscosity = 0.05

[time]
end = 1.0
slices = 32

[fine]
method = "rk4"
steps = 16

[coarse]
method = "rk2"
steps = 4

[method]
name = "mgrit"
coarsening = 2
max_levels = 3
tolerance = 1e-9

[run]
threads = 2
)";

class MgritRun : public testing::MethodRun {
 protected:
  MgritRun() : MethodRun(mgrit_config) {}
};

TEST_F(MgritRun, LeavesADirectoryLikeAnyOtherRun) {
  const std::string out = directory_ / "out";
  const Outcome outcome = run({"run", "--reference", "--out", out});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("mgrit, coarsening 2, FCF-relaxation, V-cycles, grids of 32, 16, 8 slices"));
  const Json json = record(out);
  EXPECT_EQ(json.at("status"), "ended");
  const Json& solved = json.at("runs").at(0);
  EXPECT_EQ(solved.at("corrector"), "mgrit");
  EXPECT_EQ(solved.at("termination"), "converged");
  EXPECT_EQ(solved.at("options").at("max_levels"), 3);
  EXPECT_LT(solved.at("jumps").back(), 1e-9);
  EXPECT_LT(solved.at("max_error"), 1e-7);
  EXPECT_EQ(solved.at("modelled").at("processors"), 16);
  const std::string csv = content_of(out + "/iterations.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + solved.at("iterations").get<Index>());
  const States states = read_npy_matrix(out + "/boundaries-mgrit.npy");
  const States serial = read_npy_matrix(out + "/boundaries-serial-fine.npy");
  EXPECT_LT((states - serial).cwiseAbs().maxCoeff(), 1e-7);
  EXPECT_EQ(forerun_with({"report", out}).status, ExitStatus::ok);

  const std::string again = directory_ / "again";
  ASSERT_EQ(forerun_with({"run", out + "/config.toml", "--quiet", "--out", again}).status, ExitStatus::ok);
  EXPECT_EQ(read_npy_matrix(again + "/boundaries-mgrit.npy"), states);
}

TEST_F(MgritRun, OfTwoGridsAndFRelaxationTakesTheIterationsOfParareal) {
  const std::string parareal = directory_ / "parareal.json";
  const std::string mgrit = directory_ / "mgrit.json";
  ASSERT_EQ(run({"run", "--json", mgrit, "--set", "method.relaxation=f", "--set", "method.max_levels=2"}).status,
            ExitStatus::ok);
  ASSERT_EQ(run({"run", "--json", parareal, "--set", "method.name=parareal", "--set", "corrector.name=classic", "--set",
                 "time.slices=16", "--set", "fine.steps=32", "--set", "parareal.tolerance=0", "--set",
                 "parareal.jump_tolerance=1e-9"})
                .status,
            ExitStatus::ok);
  const Json of_parareal = Json::parse(content_of(parareal)).at("runs").at(0);
  const Json of_mgrit = Json::parse(content_of(mgrit)).at("runs").at(0);
  EXPECT_EQ(of_mgrit.at("iterations"), of_parareal.at("iterations"));
  for (std::size_t k = 0; k < of_mgrit.at("jumps").size(); ++k) {
    EXPECT_NEAR(of_mgrit.at("jumps").at(k), of_parareal.at("jumps").at(k), 1e-12);
  }
}

TEST_F(MgritRun, StandsBesidePararealInOneTable) {
  const Outcome both = run({"compare", "--methods", "mgrit,parareal", "--correctors", "classic,randnet-local"});
  ASSERT_EQ(both.status, ExitStatus::ok) << both.err;
  EXPECT_LT(both.out.find("\nmgrit"), both.out.find("\nclassic"));
  EXPECT_THAT(both.out, HasSubstr("\nrandnet-local"));
  EXPECT_THAT(run({"compare", "--correctors", "classic"}).out, HasSubstr("\nmgrit "));
  const Outcome alone = run({"compare", "--methods", "mgrit", "--json", "-"});
  EXPECT_EQ(Json::parse(alone.out).at("runs").size(), 1U);
  const std::string parareal = directory_.write("small.toml", testing::small_config);
  const Outcome defaults = forerun_with({"compare", parareal, "--methods", "mgrit", "--json", "-", "--quiet"});
  EXPECT_EQ(Json::parse(defaults.out).at("runs").at(0).at("options").at("tolerance"), 5e-7) << "that of [parareal]";
}

TEST_F(MgritRun, EndsWithTheStatusThatSaysHow) {
  EXPECT_EQ(run({"run", "--set", "method.max_iterations=1"}).status, ExitStatus::not_converged);
  const Outcome failed = run({"run", "--set", "fine.method=rk1", "--set", "fine.steps=1", "--set",
                              "problem.viscosity=2000", "--set", "problem.points=128"});
  EXPECT_EQ(failed.status, ExitStatus::solver_failed);
  EXPECT_THAT(failed.out, HasSubstr("mgrit did not converge: fine solver failed in slice "));
}

TEST_F(MgritRun, RefusesWhatDoesNotGoTogetherWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"method.name=mgirt", "unknown method 'mgirt': did you mean 'mgrit'?"},
      {"method.cycel=v", "unknown key 'cycel': did you mean 'cycle'?"},
      {"method.relaxation=fc", "must be one of f, fcf"},
      {"method.coarsening=20", "coarsening = 20: must be small enough to leave a coarser grid of 2 slices or more"},
      {"method.min_coarse_slices=17", "min_coarse_slices = 17: must be at most 16"},
      {"time.windows=2", "[time] windows = 2: must be 1 for mgrit"},
      {"fine.levels=[4, 16]", "[fine] levels = [4, 16]: must be left out for mgrit"},
      {"corrector.name=classic", "[corrector] name: must be left out"},
      {"parareal.tolerance=1e-6", "[parareal] tolerance: must be left out"}};
  for (const auto& [setting, sentence] : refused) {
    const Outcome outcome = run({"run", "--set", setting});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << setting;
    EXPECT_THAT(outcome.err, HasSubstr("--set " + setting + ": ")) << setting;
    EXPECT_THAT(outcome.err, HasSubstr(sentence)) << setting;
  }
  const std::string place = config_ + ":19: [method] name = \"mgrit\": must be \"parareal\" here";
  for (const char* command : {"plan", "scale"}) {
    const Outcome outcome = forerun_with({command, config_});
    EXPECT_EQ(outcome.status, ExitStatus::usage);
    EXPECT_THAT(outcome.err, HasSubstr(place));
  }
  EXPECT_THAT(run({"compare", "--methods", "mgirt"}).err, HasSubstr("did you mean 'mgrit'?"));
  EXPECT_EQ(run({"run", "--save-model", directory_ / "m"}).status, ExitStatus::usage) << "nothing is learned";
}

TEST_F(MgritRun, ThatWasKilledGoesOnToTheSameEnd) {
  const auto words = [&](const std::string& out) {
    return std::vector<std::string>{"compare",
                                    config_,
                                    "--methods",
                                    "parareal,mgrit",
                                    "--correctors",
                                    "classic",
                                    "--out",
                                    out,
                                    "--quiet",
                                    "--set",
                                    "fine.steps=4000",
                                    "--set",
                                    "run.checkpoint_seconds=0"};
  };
  const std::string whole = directory_ / "whole";
  const std::string out = directory_ / "out";
  ASSERT_EQ(forerun_with(words(whole)).status, ExitStatus::ok);
  Process process = Process::program(words(out), directory_ / "err");
  process.wait_for_file(out + "/checkpoint/mgrit/solves-000001");
  process.signal(SIGKILL);
  process.wait();
  const Outcome resumed = forerun_with({"resume", out, "--quiet"});
  ASSERT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  for (const char* run : {"classic", "mgrit"}) {
    const std::string file = std::string("/boundaries-") + run + ".npy";
    EXPECT_EQ(read_npy_matrix(out + file), read_npy_matrix(whole + file)) << run;
  }
  EXPECT_EQ(record(out).at("runs").at(1).at("jumps"), record(whole).at("runs").at(1).at("jumps"));
}

TEST(ListOfMethods, NamesEachWithItsKeys) {
  const Json json = Json::parse(forerun_with({"list", "--json"}).out);
  EXPECT_EQ(json.at("methods").at(0).at("name"), "parareal");
  EXPECT_EQ(json.at("methods").at(1).at("name"), "mgrit");
  EXPECT_THAT(forerun_with({"list"}).out, HasSubstr("Methods\n\n  parareal: "));
}

}  // namespace
}  // namespace forerun
