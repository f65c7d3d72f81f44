// Equations in the configuration: every command knows them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"
#include "tests/apps/process.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::data_config;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Process;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// The small configuration with its problem written as an equation.
const std::string small_equations = R"toml([problem]
name = "equations"

[problem.parameters]
nu = 0.05

[problem.mesh]
x = { from = -1.0, to = 1.0, points = 16, boundary = "periodic" }

[problem.u]
initial = "0.5*(cos(4.5*pi*x) + 1)"
rhs = "nu*dxx(u) - u*dx(u)"
bounds = [0.0, 1.0]

)toml" + std::string(testing::small_config).substr(std::string_view(testing::small_config).find("[time]"));

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), with);
}

class EquationsInTheConfiguration : public ::testing::Test {
 protected:
  Outcome run(const std::string& text, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"run", directory_.write("c.toml", text), "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return forerun_with(words);
  }
  std::string refusal(const std::string& text, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"--dry-run"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(text, words);
    EXPECT_EQ(outcome.status, ExitStatus::usage) << outcome.out << outcome.err;
    return outcome.err;
  }
  std::string refused_rhs(const std::string& literal) const {
    return refusal(replaced(small_equations, "\"nu*dxx(u) - u*dx(u)\"", literal));
  }

  TemporaryDirectory directory_;
  std::string place_ = directory_ / "c.toml:";
};

TEST_F(EquationsInTheConfiguration, GiveTheRunOfTheBuiltInEquation) {
  const Outcome equations = run(small_equations, {"--json", "-", "--reference"});
  ASSERT_EQ(equations.status, ExitStatus::ok) << equations.err;
  const Outcome built_in = forerun_with({"run", directory_.write("b.toml", testing::small_config), "--json", "-",
                                         "--reference", "--quiet", "--set", "problem.viscosity=0.05"});
  const Json found = Json::parse(equations.out).at("runs").at(0), expected = Json::parse(built_in.out).at("runs").at(0);
  EXPECT_EQ(found.at("iterations"), expected.at("iterations"));
  for (std::size_t k = 0; k < expected.at("increments").size(); ++k) {
    const double increment = expected.at("increments").at(k).get<double>();
    EXPECT_NEAR(found.at("increments").at(k).get<double>(), increment, 1e-6 * increment + 1e-13) << k;
  }
}

TEST_F(EquationsInTheConfiguration, HaveErrorsWithLineAndColumnOfTheFile) {
  EXPECT_THAT(refused_rhs("\"nu*dxx(u) - w*dx(u)\""), HasSubstr(place_ + "12:20: [problem] u.rhs: unknown symbol 'w'"));
  EXPECT_THAT(refused_rhs("'nu*dxx(u) - w*dx(u)'"), HasSubstr(place_ + "12:20: "));
  EXPECT_THAT(refused_rhs("\"\"\"\nnu*dxx(u)\n  - w*dx(u)\"\"\""), HasSubstr(place_ + "14:5: "));
  EXPECT_THAT(refused_rhs("\"\"\"nu*dxx(u) \\\n     - w*dx(u)\"\"\""), HasSubstr(place_ + "13:8: "));
  EXPECT_THAT(refused_rhs("\"\\u006eu*dxx(u)\\t - w\""), HasSubstr(place_ + "12:27: "));
  EXPECT_THAT(refused_rhs("\"\""), HasSubstr(place_ + "12:8: [problem] u.rhs: the expression is empty"));
  EXPECT_THAT(refused_rhs("\"dy(u)\""), HasSubstr("needs a mesh in x and y"));
  EXPECT_THAT(refusal(small_equations, {"--set", "problem.u.rhs=\"u + w\""}),
              HasSubstr("--set problem.u.rhs=\"u + w\", character 5: [problem] u.rhs: unknown symbol 'w'"));
}

TEST_F(EquationsInTheConfiguration, SayWhatIsStiffForMethodsThatSplit) {
  const std::string rhs = "rhs = \"nu*dxx(u) - u*dx(u)\"\n";
  const std::string split = replaced(replaced(small_equations, rhs, rhs + "stiff = \"nu*dxx(u)\"\n"),
                                     "method = \"rk1\"", "method = \"ars222\"");
  const Outcome outcome = run(split, {"--set", "fine.method=ars343"});
  EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  EXPECT_THAT(refusal(replaced(split, "stiff = \"nu*dxx(u)\"", "stiff = \"nu*dxx(w)\"")),
              HasSubstr(place_ + "13:17: [problem] u.stiff: unknown symbol 'w'"));
  EXPECT_THAT(refusal(replaced(split, "stiff = \"nu*dxx(u)\"\n", "")),
              AllOf(HasSubstr("c.toml"), HasSubstr("needs a stiff part apart from the rest")));
}

TEST_F(EquationsInTheConfiguration, HaveKeysThatAreCheckedInTheirPlaces) {
  const auto with = [&](const std::string& old, const std::string& text) {
    return refusal(replaced(small_equations, old, text));
  };
  EXPECT_THAT(with("initial =", "intial ="), HasSubstr(place_ + "11: [problem] unknown key 'u.intial': did you mean"));
  EXPECT_THAT(with("points = 16, ", ""), HasSubstr(place_ + "8: [problem] [problem.mesh.x] has no 'points'"));
  EXPECT_THAT(with("points = 16", "points = 2"),
              HasSubstr(place_ + "8: [problem] mesh.x.points = 2: must be an integer"));
  EXPECT_THAT(with("points = 16", "points = 1.5"), HasSubstr("must be an integer"));
  EXPECT_THAT(with("rhs = \"nu*dxx(u) - u*dx(u)\"", ""), HasSubstr(place_ + "11: [problem] [problem.u] has no 'rhs'"));
  EXPECT_THAT(with("nu = 0.05", "nu = \"0.05\""), HasSubstr(place_ + "5: [problem] parameters.nu = '0.05': must be a"));
  EXPECT_THAT(with("nu = 0.05", "sin = 0.05"), HasSubstr(place_ + "5: [problem] 'sin' cannot be called so"));
  EXPECT_THAT(with("bounds = [0.0, 1.0]", "bounds = [1.0]"), HasSubstr(place_ + "13: [problem] u.bounds = [1]: must"));
  EXPECT_THAT(with("[problem.u]", "[problem.w]\n[problem.u]"), HasSubstr(place_ + "10: [problem.w] is empty"));
  EXPECT_THAT(with("[problem.mesh]", "[mesh]"), HasSubstr(place_ + "8: [mesh] x is of type table"));
  EXPECT_THAT(with("name = \"equations\"", "name = \"equation\""), HasSubstr("did you mean 'equations'?"));
  EXPECT_THAT(with("initial = \"0.5*(cos(4.5*pi*x) + 1)\"", "initial = \"log(x)\""),
              HasSubstr("its initial state is not finite"));
}

TEST_F(EquationsInTheConfiguration, ReadBackAsTheyAre) {
  const std::string text = replaced(small_equations, "rhs = \"nu*dxx(u) - u*dx(u)\"",
                                    "rhs = \"\"\"\nnu*dxx(u)\n - u*dx(u) # \\\\ \\\" \"\"\"");
  const std::string more = replaced(small_equations, "[time]", "[problem.a]\ninitial = 1\nrhs = \"-a\"\n[time]");
  EXPECT_THROW(read_config(ConfigDocument::parse(text, "c.toml")), UsageError) << "expressions have no comments";
  for (const std::string& sound : {std::string(small_equations), more}) {
    const RunConfig config = read_config(ConfigDocument::parse(sound, "c.toml"));
    const std::string written = to_toml(config, {});
    EXPECT_EQ(to_toml(read_config(ConfigDocument::parse(written, "again.toml")), {}), written);
  }
  const RunConfig config = read_config(ConfigDocument::parse(more, "c.toml"));
  EXPECT_EQ(config.problem.parameters.text("fields"), "u, a") << "in the order of the file, not of the alphabet";
}

TEST_F(EquationsInTheConfiguration, LeaveARunThatCanBeRunAgainReportedAndPlanned) {
  const std::string out = directory_ / "out";
  ASSERT_EQ(run(small_equations, {"--out", out}).status, ExitStatus::ok);
  const std::string again = directory_ / "again";
  ASSERT_EQ(forerun_with({"run", out + "/config.toml", "--out", again, "--quiet"}).status, ExitStatus::ok);
  EXPECT_EQ(content_of(out + "/boundaries-randnet.npy"), content_of(again + "/boundaries-randnet.npy"));
  const Json record = Json::parse(content_of(out + "/record.json"));
  EXPECT_EQ(record.at("problem").at("parameters").at("u.rhs"), "nu*dxx(u) - u*dx(u)");
  EXPECT_EQ(record.at("problem").at("parameters").at("parameters.nu"), 0.05);
  const Outcome report = forerun_with({"report", out});
  EXPECT_EQ(report.status, ExitStatus::ok) << report.err;
  EXPECT_THAT(content_of(out + "/report.html"), HasSubstr("nu*dxx(u)-u*dx(u)"));
  const Outcome plan = forerun_with({"plan", directory_ / "c.toml"});
  EXPECT_EQ(plan.status, ExitStatus::ok) << plan.err;
  EXPECT_THAT(run(small_equations, {"--dry-run"}).out, HasSubstr("u' = nu*dxx(u)-u*dx(u); x periodic"));
}

TEST_F(EquationsInTheConfiguration, GoOnAfterAKill) {
  const std::string config = directory_.write("c.toml", small_equations);
  const auto words = [&](const std::string& out) {
    return std::vector<std::string>{"run",
                                    config,
                                    "--out",
                                    out,
                                    "--quiet",
                                    "--set",
                                    "fine.steps=4000",
                                    "--set",
                                    "parareal.tolerance=1e-12",
                                    "--set",
                                    "run.checkpoint_seconds=0"};
  };
  ASSERT_EQ(forerun_with(words(directory_ / "whole")).status, ExitStatus::ok);
  Process process = Process::program(words(directory_ / "killed"), directory_ / "err");
  process.wait_for_file(directory_ / "killed/checkpoint/randnet/solves-000001");
  process.signal(SIGKILL);
  process.wait();
  const Outcome resumed = forerun_with({"resume", directory_ / "killed", "--quiet"});
  EXPECT_EQ(resumed.status, ExitStatus::ok) << resumed.err;
  EXPECT_EQ(content_of(directory_ / "killed/boundaries-randnet.npy"),
            content_of(directory_ / "whole/boundaries-randnet.npy"));
}

TEST_F(EquationsInTheConfiguration, BelongToAModelThatAnotherEquationMayNotUse) {
  const std::string model = directory_ / "m.safetensors";
  ASSERT_EQ(run(small_equations, {"--save-model", model}).status, ExitStatus::ok);
  EXPECT_EQ(run(small_equations, {"--model", model}).status, ExitStatus::ok);
  const Outcome spaced = run(replaced(small_equations, "nu*dxx(u) -", "nu * dxx(u)-"), {"--model", model});
  EXPECT_EQ(spaced.status, ExitStatus::ok) << spaced.err;
  const Outcome transfer = run(small_equations, {"--model", model, "--set", "problem.parameters.nu=0.051"});
  EXPECT_EQ(transfer.status, ExitStatus::ok) << transfer.err;
  const Outcome other = run(replaced(small_equations, "nu*dxx(u) -", "nu*dxx(u) - 0.1*u -"), {"--model", model});
  EXPECT_EQ(other.status, ExitStatus::bad_model);
  EXPECT_THAT(other.err, HasSubstr("nu*dxx(u)"));
  const Outcome built_in = forerun_with({"run", directory_.write("b.toml", testing::small_config), "--model", model});
  EXPECT_EQ(built_in.status, ExitStatus::bad_model);
  EXPECT_THAT(forerun_with({"inspect", model}).out, HasSubstr("nu*dxx(u)-u*dx(u)"));
}

TEST_F(EquationsInTheConfiguration, HaveParametersThatVaryInCampaigns) {
  std::string text = replaced(small_equations, "points = 16", "points = 24");
  text = replaced(text, "end = 1.0\nslices = 8", "end = 3.0\nslices = 32");
  text = replaced(text, "method = \"rk1\"\nsteps = 4", "method = \"rk1\"\nsteps = 1");
  text = replaced(text, "4.5*pi*x)", "4.5*pi*x + phase)");
  text = replaced(text, "nu = 0.05", "nu = 0.05\nphase = 0.0");
  text += R"([campaign]
runs = 8
[lowest]
parameters.nu = 0.02
parameters.phase = 0.0
[highest]
parameters = { nu = 0.04, phase = 1.0 }
[network]
stencil = 4
neurons = 60
degree = 2
samples_per_run = 1000
)";
  const std::string file = directory_.write("campaign.toml", text), out = directory_ / "out";
  const Outcome outcome = forerun_with({"campaign", file, "--out", out, "--quiet"});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const Json record = Json::parse(content_of(out + "/campaign.json"));
  EXPECT_EQ(record.at("runs").size(), 8U);
  const Outcome trained = forerun_with({"train", out + "/store", "--quiet"});
  EXPECT_EQ(trained.status, ExitStatus::ok) << trained.err;
  EXPECT_THAT(trained.err, ::testing::Not(HasSubstr("not learned from")));
  EXPECT_EQ(forerun_with({"report", out}).status, ExitStatus::ok);
  directory_.write("bad.toml", replaced(text, "parameters.nu = 0.02", "parameters.mu = 0.02"));
  const Outcome bad = forerun_with({"campaign", directory_ / "bad.toml", "--dry-run"});
  EXPECT_EQ(bad.status, ExitStatus::usage);
  EXPECT_THAT(bad.err,
              HasSubstr("parameters.mu is not a number that 'equations' depends on: did you mean parameters.nu?"));
}

TEST_F(EquationsInTheConfiguration, AreListed) {
  const Outcome list = forerun_with({"list"});
  EXPECT_THAT(list.out, HasSubstr("FIELD.rhs"));
  EXPECT_THAT(list.out, HasSubstr("mesh.AXIS.dirichlet"));
}

/// The counts of the built-in equation at the published settings.
TEST(EquationsForBurgers, NeedThePublishedIterations) {
  const std::vector<std::pair<std::string, int>> published = {{"classic", 90}, {"randnet-local", 10}, {"randnet", 8}};
  const Outcome outcome =
      forerun_with({"compare", data_config("equations_burgers"), "--correctors", "classic,randnet-local,randnet",
                    "--set", "parareal.stopping=published", "--json", "-", "--quiet"});
  // Increments are small by then; that errors are, too, the published rule cannot tell.
  ASSERT_TRUE(outcome.status == ExitStatus::ok || outcome.status == ExitStatus::not_converged) << outcome.err;
  const Json runs = Json::parse(outcome.out).at("runs");
  for (std::size_t i = 0; i < published.size(); ++i) {
    EXPECT_EQ(runs.at(i).at("corrector"), published[i].first);
    EXPECT_EQ(runs.at(i).at("iterations"), published[i].second) << published[i].first;
    EXPECT_LE(runs.at(i).at("max_error").get<double>(), 2e-7);
  }
}

}  // namespace
}  // namespace forerun
