// `[method] name = "paraexp"` and `compare --methods`.
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

/// A rod that a flame moves along, without [coarse].
constexpr const char* paraexp_config = R"toml([problem]
name = "equations"
parameters = { f = 2.0 }

[problem.mesh]
x = { from = 0.0, to = 1.0, points = 30, dirichlet = 0.0 }

[problem.u]
initial = "sin(pi*x)"
rhs = "0.1*dxx(u) + max(0, 1 - abs(x - 0.5 - 0.4*sin(2*pi*f*t))/0.1)"
bounds = [0.0, 1.0]

[time]
end = 1.0
slices = 12

[fine]
method = "rk4"
steps = 50

[method]
name = "paraexp"

[run]
threads = 2
)toml";

class ParaexpRun : public testing::MethodRun {
 protected:
  ParaexpRun() : MethodRun(paraexp_config) {}
};

TEST_F(ParaexpRun, LeavesADirectoryLikeAnyOtherRunWithTheStatesOfSerialStepping) {
  const std::string out = directory_ / "out";
  const Outcome outcome = run({"run", "--reference", "--out", out});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("paraexp, 12 parts, carried on by exponentials to 1e-9"));
  EXPECT_THAT(outcome.out, ::testing::Not(HasSubstr("residual")));
  const Json solved = record(out).at("runs").at(0);
  EXPECT_EQ(solved.at("corrector"), "paraexp");
  EXPECT_EQ(solved.at("termination"), "converged");
  EXPECT_EQ(solved.at("iterations"), 1);
  EXPECT_EQ(solved.at("options").at("tolerance"), 1e-9);
  EXPECT_LT(solved.at("max_error"), 1e-6);
  EXPECT_EQ(solved.at("modelled").at("processors"), 12);
  const States states = read_npy_matrix(out + "/boundaries-paraexp.npy");
  const States serial = read_npy_matrix(out + "/boundaries-serial-fine.npy");
  EXPECT_LT((states - serial).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_EQ(forerun_with({"report", out}).status, ExitStatus::ok);

  const std::string again = directory_ / "again";
  ASSERT_EQ(forerun_with({"run", out + "/config.toml", "--quiet", "--threads", "1", "--out", again}).status,
            ExitStatus::ok);
  EXPECT_EQ(read_npy_matrix(again + "/boundaries-paraexp.npy"), states);
}

TEST_F(ParaexpRun, IsAsFarFromFinerStepsAsSerialSteppingIs) {
  const auto states = [&](const std::string& name, const std::string& steps) {
    const std::string out = directory_ / (name + steps);
    EXPECT_EQ(run({"run", "--reference", "--out", out, "--set", "fine.steps=" + steps}).status, ExitStatus::ok);
    return read_npy_matrix(out + "/boundaries-" + name + ".npy");
  };
  const States finer = states("serial-fine", "1000");
  const double of_serial = (states("serial-fine", "50") - finer).cwiseAbs().maxCoeff();
  EXPECT_LE((states("paraexp", "50") - finer).cwiseAbs().maxCoeff(), 1.1 * of_serial);
  EXPECT_GT(of_serial, 0.0);
}

TEST_F(ParaexpRun, StandsBesideTheOtherMethodsInOneTable) {
  const Outcome all = run({"compare", "--methods", "mgrit,parareal,paraexp", "--correctors", "classic"});
  ASSERT_EQ(all.status, ExitStatus::ok) << all.err;
  EXPECT_LT(all.out.find("\nmgrit"), all.out.find("\nclassic"));
  EXPECT_LT(all.out.find("\nclassic"), all.out.find("\nparaexp"));
  const std::string heat = testing::data_config("heat");
  const Outcome homogeneous = forerun_with({"compare", heat, "--methods", "paraexp", "--quiet", "--json", "-"});
  ASSERT_EQ(homogeneous.status, ExitStatus::ok) << homogeneous.err;
  EXPECT_EQ(Json::parse(homogeneous.out).at("runs").at(0).at("options").at("tolerance"), 5e-7) << "of [parareal]";
}

TEST_F(ParaexpRun, ThatFailsSaysWhere) {
  const Outcome unstable = run({"run", "--set", "time.slices=1", "--set", "time.end=1e6"});
  EXPECT_EQ(unstable.status, ExitStatus::solver_failed) << unstable.out;
  EXPECT_THAT(unstable.out, HasSubstr("paraexp did not converge: fine solver failed in slice 0"));
}

TEST_F(ParaexpRun, RefusesWhatDoesNotGoTogetherWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"method.name=paraxp", "unknown method 'paraxp': did you mean 'paraexp'?"},
      {"method.part=3", "unknown key 'part': did you mean 'parts'?"},
      {"method.tolerance=0", "[method] tolerance = 0: must be a finite number > 0"},
      {"method.parts=13", "[method] parts = 13: must be from 0 to 12, the number of slices"},
      {"time.windows=2", "[time] windows = 2: must be 1 for paraexp"},
      {"fine.levels=[5, 50]", "[fine] levels = [5, 50]: must be left out for paraexp"},
      {"corrector.name=classic", "[corrector] name: must be left out, [method] is paraexp"},
      {"parareal.tolerance=1e-6", "[parareal] tolerance: must be left out"}};
  for (const auto& [setting, sentence] : refused) {
    const Outcome outcome = run({"run", "--set", setting});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << setting;
    EXPECT_THAT(outcome.err, HasSubstr("--set " + setting + ": ")) << setting;
    EXPECT_THAT(outcome.err, HasSubstr(sentence)) << setting;
  }
}

TEST_F(ParaexpRun, RefusesWhatIsNotLinear) {
  for (const char* rhs : {"0.1*dxx(u) - u*dx(u)", "t*dxx(u)", "0.1*dxx(u) + max(u, 0)"}) {
    const Outcome outcome = run({"run", "--set", std::string("problem.u.rhs=\"") + rhs + "\""});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << rhs;
    EXPECT_THAT(outcome.err,
                HasSubstr(config_ + ":2: [problem] name = \"equations\": must be linear but for a source"));
  }
  const Outcome burgers = forerun_with({"compare", testing::data_config("burgers"), "--methods", "paraexp", "--quiet"});
  EXPECT_EQ(burgers.status, ExitStatus::usage);
  EXPECT_THAT(burgers.err, HasSubstr("[problem] name = \"burgers\": must be linear but for a source"));
}

TEST_F(ParaexpRun, ThatWasKilledGoesOnToTheSameEnd) {
  const auto words = [&](const std::string& out) {
    return std::vector<std::string>{
        "run", config_, "--out", out, "--quiet", "--set", "fine.steps=20000", "--set", "run.checkpoint_seconds=0"};
  };
  const std::string whole = directory_ / "whole";
  const std::string out = directory_ / "out";
  ASSERT_EQ(forerun_with(words(whole)).status, ExitStatus::ok);
  Process process = Process::program(words(out), directory_ / "err");
  process.wait_for_file(out + "/checkpoint/paraexp");
  process.signal(SIGTERM);
  process.wait();
  const Outcome resumed = forerun_with({"resume", out, "--quiet"});
  ASSERT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_EQ(read_npy_matrix(out + "/boundaries-paraexp.npy"), read_npy_matrix(whole + "/boundaries-paraexp.npy"));
}

TEST_F(ParaexpRun, ShippedIsOneIterationAndAsAccurateAsSerialStepping) {
  const Outcome outcome =
      forerun_with({"run", testing::data_config("wave_paraexp"), "--reference", "--quiet", "--json", "-"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json solved = Json::parse(outcome.out).at("runs").at(0);
  EXPECT_EQ(solved.at("iterations"), 1);
  EXPECT_LT(solved.at("max_error"), 1e-4);
}

}  // namespace
}  // namespace forerun
