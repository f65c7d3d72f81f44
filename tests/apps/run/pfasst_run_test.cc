// `[method] name = "pfasst"` and `compare --methods`.
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

constexpr const char* pfasst_config = R"([problem]
name = "burgers"
points = 32
viscosity = 0.05

[time]
end = 0.4
slices = 16

[fine]
method = "sdc_imex"
steps = 1
nodes = 3
sweeps = 20

[coarse]
method = "sdc_imex"
steps = 1
nodes = 2
coarsening = 2

[method]
name = "pfasst"
tolerance = 1e-9

[run]
threads = 2
)";

class PfasstRun : public testing::MethodRun {
 protected:
  PfasstRun() : MethodRun(pfasst_config) {}
};

TEST_F(PfasstRun, LeavesADirectoryLikeAnyOtherRunWithTheStatesOfSerialStepping) {
  const std::string out = directory_ / "out";
  const Outcome outcome = run({"run", "--reference", "--out", out});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("pfasst, levels of 3, 2 (mesh / 2) nodes, after burn-in, residual below 1e-9"));
  const Json solved = record(out).at("runs").at(0);
  EXPECT_EQ(solved.at("corrector"), "pfasst");
  EXPECT_EQ(solved.at("termination"), "converged");
  EXPECT_EQ(solved.at("options").at("levels"), 2);
  EXPECT_LT(solved.at("jumps").back(), 1e-9);
  EXPECT_LT(solved.at("max_error"), 1e-7);
  const std::string csv = content_of(out + "/iterations.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + solved.at("iterations").get<Index>());
  const States states = read_npy_matrix(out + "/boundaries-pfasst.npy");
  const States serial = read_npy_matrix(out + "/boundaries-serial-fine.npy");
  EXPECT_LT((states - serial).cwiseAbs().maxCoeff(), 1e-7);
  EXPECT_EQ(forerun_with({"report", out}).status, ExitStatus::ok);

  const std::string again = directory_ / "again";
  ASSERT_EQ(forerun_with({"run", out + "/config.toml", "--quiet", "--threads", "1", "--out", again}).status,
            ExitStatus::ok);
  EXPECT_EQ(read_npy_matrix(again + "/boundaries-pfasst.npy"), states);
}

TEST_F(PfasstRun, ShippedTakesThePublishedIterations) {
  const Outcome outcome =
      forerun_with({"run", testing::data_config("heat_pfasst"), "--reference", "--quiet", "--json", "-"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json solved = Json::parse(outcome.out).at("runs").at(0);
  EXPECT_EQ(solved.at("iterations"), 7);
  EXPECT_LT(solved.at("max_error"), 1e-9);
}

TEST_F(PfasstRun, TakesFurtherLevelsWithFewerNodesOnCoarserMeshes) {
  const Outcome outcome = run({"run", "--set", "method.levels=3", "--set", "fine.nodes=5", "--set", "coarse.nodes=3"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("levels of 5, 3 (mesh / 2), 2 (mesh / 4) nodes"));
}

TEST_F(PfasstRun, StandsBesideTheOtherMethodsInOneTable) {
  const Outcome all = run({"compare", "--methods", "mgrit,parareal,pfasst", "--correctors", "classic"});
  ASSERT_EQ(all.status, ExitStatus::ok) << all.err;
  EXPECT_LT(all.out.find("\nmgrit"), all.out.find("\nclassic"));
  EXPECT_LT(all.out.find("\nclassic"), all.out.find("\npfasst"));
  EXPECT_THAT(run({"compare", "--correctors", "classic"}).out, HasSubstr("\npfasst "));
  EXPECT_EQ(run({"compare", "--methods", "mgrit,pfasst", "--correctors", "classic"}).status, ExitStatus::usage);
  const Outcome defaults = run({"compare", "--methods", "pfasst", "--json", "-", "--set", "method.name=parareal",
                                "--set", "parareal.tolerance=1e-6"});
  EXPECT_EQ(Json::parse(defaults.out).at("runs").at(0).at("options").at("tolerance"), 1e-6);
}

TEST_F(PfasstRun, EndsWithTheStatusThatSaysHow) {
  EXPECT_EQ(run({"run", "--set", "method.max_iterations=1"}).status, ExitStatus::not_converged);
  const Outcome failed = run({"run", "--set", "problem.points=128", "--set", "problem.viscosity=2000", "--set",
                              "fine.method=sdc_explicit", "--set", "coarse.method=sdc_explicit"});
  EXPECT_EQ(failed.status, ExitStatus::solver_failed) << failed.out;
  EXPECT_THAT(failed.out, HasSubstr("pfasst did not converge: fine solver failed in slice "));
}

/// Systems whose steps take long beside what they leave on disk are kept.
constexpr const char* long_config = R"([problem]
name = "brusselator"

[time]
end = 3.0
slices = 250

[fine]
method = "sdc_implicit"
steps = 1
nodes = 7
sweeps = 20

[coarse]
method = "sdc_implicit"
steps = 1
nodes = 5

[method]
name = "pfasst"
tolerance = 1e-11

[run]
threads = 1
checkpoint_seconds = 0
)";

TEST_F(PfasstRun, ThatWasKilledGoesOnToTheSameEnd) {
  const std::string config = directory_.write("long.toml", long_config);
  const std::string whole = directory_ / "whole", out = directory_ / "out";
  ASSERT_EQ(forerun_with({"run", config, "--quiet", "--out", whole}).status, ExitStatus::ok);
  Process process = Process::program({"run", config, "--quiet", "--out", out}, directory_ / "err");
  process.wait_for_file(out + "/checkpoint/pfasst/solves-000002");
  process.signal(SIGKILL);
  process.wait();
  const Outcome resumed = forerun_with({"resume", out, "--quiet"});
  ASSERT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_EQ(content_of(out + "/boundaries-pfasst.npy"), content_of(whole + "/boundaries-pfasst.npy"));
  EXPECT_EQ(record(out).at("runs").at(0).at("jumps"), record(whole).at("runs").at(0).at("jumps"));
}

TEST_F(PfasstRun, RefusesWhatDoesNotGoTogetherWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"method.name=pfsst", "unknown method 'pfsst': did you mean 'pfasst'?"},
      {"method.level=3", "unknown key 'level': did you mean 'levels'?"},
      {"method.tolerance=0", "[method] tolerance = 0: must be a finite number > 0"},
      {"fine.steps=2", "[fine] steps = 2: must be 1 for pfasst"},
      {"fine.quadrature=gauss", "must be radau or lobatto for pfasst"},
      {"coarse.coarsening=3", "[coarse] coarsening = 3: must divide"},
      {"coarse.quadrature=gauss", "must be radau or lobatto for pfasst"},
      {"method.levels=6", "[method] levels: level 5: coarsening = 16: "},
      {"fine.slice_timeout=3", "[fine] slice_timeout: must be left out for pfasst"},
      {"time.windows=2", "[time] windows = 2: must be 1 for pfasst"},
      {"corrector.name=classic", "[corrector] name: must be left out, [method] is pfasst"},
      {"parareal.tolerance=1e-6", "[parareal] tolerance: must be left out"}};
  for (const auto& [setting, sentence] : refused) {
    const Outcome outcome = run({"run", "--set", setting});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << setting;
    EXPECT_THAT(outcome.err, HasSubstr("--set " + setting + ": ")) << setting;
    EXPECT_THAT(outcome.err, HasSubstr(sentence)) << setting;
  }
  const std::string other = directory_.write("small.toml", testing::small_config);
  const Outcome unsuitable = forerun_with({"compare", other, "--methods", "pfasst", "--quiet"});
  EXPECT_EQ(unsuitable.status, ExitStatus::usage);
  EXPECT_THAT(unsuitable.err, HasSubstr("must be sdc_explicit, sdc_implicit or sdc_imex for pfasst"));
}

}  // namespace
}  // namespace forerun
