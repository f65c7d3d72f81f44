#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/forerun/config/config_document.h"
#include "core/files/npy_file.h"
#include "tests/apps/cli.h"
#include "tests/apps/well_formed.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Outcome;
using testing::small_config;
using testing::TemporaryDirectory;
using testing::XmlReader;
using Json = nlohmann::ordered_json;

/// A run directory, and the report of it.
class HtmlReport : public ::testing::Test {
 protected:
  void make(std::vector<std::string> words) const {
    words.insert(words.end(), {"--quiet", "--out", run_});
    forerun_with(words);
  }
  void make_small() const { make({"compare", config_, "--correctors", "classic,randnet"}); }

  Outcome report() const { return forerun_with({"report", run_}); }
  std::string page() const { return content_of(run_ + "/report.html"); }

  /// Changes the record as `edit` says.
  template <class Edit>
  void edit_record(const Edit& edit) const {
    Json json = Json::parse(content_of(run_ + "/record.json"));
    edit(json);
    directory_.write("run/record.json", json.dump());
  }

  void expect_refused(const std::string& reason) const {
    const Outcome outcome = report();
    EXPECT_EQ(outcome.status, ExitStatus::input_output) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(reason));
    EXPECT_FALSE(std::filesystem::exists(run_ + "/report.html"));
  }

  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", small_config);
  std::string run_ = directory_ / "run";
};

TEST_F(HtmlReport, IsOneWellFormedPageThatNeedsNothingElse) {
  make_small();
  ASSERT_EQ(report().status, ExitStatus::ok);
  const std::string html = page();
  const auto elements = XmlReader(html).read();
  EXPECT_EQ(elements.front(), "html");
  EXPECT_GE(std::count(elements.begin(), elements.end(), "svg"), 6);
  EXPECT_EQ(std::count(elements.begin(), elements.end(), "svg"), std::count(elements.begin(), elements.end(), "desc"));
  for (const char* outside : {"<script", "<link", "src=", "url(", "@import"})
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  for (const char* part : {"classic", "randnet", "tolerance", "rk4 × 16 steps", "x–t map", "GNU", "viscosity = 0.05"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST_F(HtmlReport, ShowsWhatASharedNetworkHasLearned) {
  make({"compare", config_, "--correctors", "classic,stencil"});
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_THAT(page(), HasSubstr("Effective stencil, as learned by stencil"));
  EXPECT_THAT(page(), Not(HasSubstr("Effective stencil, as learned by classic")));
  const Outcome inspected = forerun_with({"inspect", run_ + "/model-stencil.safetensors", "--json"});
  ASSERT_EQ(inspected.status, ExitStatus::ok) << inspected.err;
  const Json stencil = Json::parse(inspected.out).at("effective stencil");
  EXPECT_EQ(stencil.at("weights of u from u").size(), 2 * stencil.at("reach").get<std::size_t>() + 1);
  EXPECT_THAT(page(), HasSubstr("u: " + stencil.at("u from u").get<std::string>()));
}

TEST_F(HtmlReport, OpensWithTheVerdictOfTheRecord) {
  make_small();
  ASSERT_EQ(report().status, ExitStatus::ok);
  const Json record = Json::parse(content_of(run_ + "/record.json"));
  const std::string sentence = record.at("verdict").at("sentences").at(0);
  EXPECT_LT(page().find(sentence), page().find("<h2"));
  EXPECT_LT(page().find("Iterations, fine work and time"), page().find(">Convergence</h2>"))
      << "and goes on with its reasons";
  edit_record([](Json& json) { json["verdict"]["sentences"] = "none"; });
  std::filesystem::remove(run_ + "/report.html");
  expect_refused("record.json");
}

TEST_F(HtmlReport, FlagsWhatWasNotSteady) {
  make_small();
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_THAT(page(), HasSubstr(">steady<"));
  edit_record([](Json& json) {
    json["runs"][0]["increments"][1] = 1e6;
    json["runs"][0]["fallbacks"][0] = 7;
  });
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_THAT(page(), ::testing::ContainsRegex("increments grew [0-9]+-fold; 7 predictions refused"));
}

TEST_F(HtmlReport, ShowsOnWhichSlicesEachIterationWorked) {
  make_small();
  ASSERT_EQ(report().status, ExitStatus::ok);
  for (const char* part : {"Where classic still works", "Where randnet still works", "fine solver at work"})
    EXPECT_THAT(page(), HasSubstr(part));
  edit_record([](Json& json) {
    for (Json& run : json["runs"]) run.erase("history");
  });
  ASSERT_EQ(report().status, ExitStatus::ok) << "records of old have no history";
  EXPECT_THAT(page(), Not(HasSubstr("still works")));
}

TEST_F(HtmlReport, OfTwoDirectoriesSaysWhatDiffersInThemAndInTheirRuns) {
  make_small();
  const std::string other = directory_ / "other";
  forerun_with({"compare", config_, "--correctors", "classic", "--set", "coarse.steps=3", "--quiet", "--out", other});
  const Outcome outcome = forerun_with({"report", run_, other});
  ASSERT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  const std::string html = content_of(other + "/report.html");
  EXPECT_NO_THROW(XmlReader(html).read());
  for (const char* part : {"[coarse] steps", "classic, run", "classic, other", "Two solutions of burgers"})
    EXPECT_THAT(html, HasSubstr(part));
  EXPECT_THAT(html, Not(HasSubstr("[problem] viscosity"))) << "it does not differ";
  EXPECT_FALSE(std::filesystem::exists(run_ + "/report.html"));
}

TEST_F(HtmlReport, IsTheSameEachTime) {
  make_small();
  ASSERT_EQ(report().status, ExitStatus::ok);
  const std::string first = page();
  ASSERT_EQ(forerun_with({"report", run_, "--out", directory_ / "again.html"}).status, ExitStatus::ok);
  EXPECT_EQ(first, content_of(directory_ / "again.html"));
}

TEST_F(HtmlReport, SaysPlainlyWhatDidNotConverge) {
  make({"run", config_, "--set", "parareal.max_iterations=2", "--set", "corrector.name=classic"});
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_THAT(page(), HasSubstr("class=\"bad\">classic did not converge: iteration limit after 2 iterations"));
  EXPECT_THAT(page(), HasSubstr("not the solution"));
}

TEST_F(HtmlReport, ShowsARunThatFailedAsFarAsItCame) {
  make({"run", config_, "--set", "fine.method=rk1", "--set", "fine.steps=64", "--set", "problem.viscosity=50.0",
        "--set", "corrector.name=classic"});
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_NO_THROW(XmlReader(page()).read());
  EXPECT_THAT(page(), HasSubstr("fine solver failed in slice"));
}

TEST_F(HtmlReport, TakesUnreachedBoundariesForWhatTheyAre) {
  make_small();
  States boundaries = read_npy_matrix(run_ + "/boundaries-randnet.npy");
  boundaries.rightCols(3).setConstant(std::nan(""));
  write_npy(run_ + "/boundaries-randnet.npy", boundaries);
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_NO_THROW(XmlReader(page()).read());
  for (const char* number : {"=\"nan", " nan", "Mnan", "Lnan"}) EXPECT_THAT(page(), Not(HasSubstr(number)));
}

TEST_F(HtmlReport, EscapesWhatFilesSay) {
  make_small();
  edit_record([](Json& json) {
    json["runs"][0]["converged"] = false;
    json["runs"][0]["termination"] = "<script>alert('\x01')</script>";
    json["runs"][1]["served_by"][0] = "</text><b>&";
  });
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_NO_THROW(XmlReader(page()).read());
  EXPECT_THAT(page(), Not(HasSubstr("<script")));
}

TEST_F(HtmlReport, NeedsNothingThatWasNotMeasured) {
  make({"run", config_});
  ASSERT_EQ(report().status, ExitStatus::ok);
  EXPECT_THAT(page(), Not(HasSubstr("Error along the time axis")));
  EXPECT_NO_THROW(XmlReader(page()).read());
}

TEST_F(HtmlReport, IsRefusedOfDamagedFiles) {
  make_small();
  edit_record([](Json& json) { json["runs"][0]["increments"][0] = "much"; });
  expect_refused("record.json");
  edit_record([](Json& json) { json["runs"][0]["increments"][0] = 1.0; });
  edit_record([](Json& json) { json["runs"][0]["jumps"].erase(0); });
  expect_refused("'jumps'");
  directory_.write("run/record.json", "{\"schema\": ");
  expect_refused("record.json: is not valid JSON: it ends early");
  directory_.write("run/record.json", std::string(100000, '['));
  expect_refused("nested too deeply");
}

TEST_F(HtmlReport, ReadsNoFilesOutsideOfTheDirectory) {
  make_small();
  edit_record([](Json& json) { json["runs"][0]["corrector"] = "x/../../boundaries"; });
  expect_refused("a corrector called");
}

TEST_F(HtmlReport, IsRefusedWhereShapesDisagree) {
  make_small();
  write_npy(run_ + "/boundaries-classic.npy", States::Zero(16, 8));
  expect_refused("shape (16, 8), must be (16, 9)");
  directory_.write("run/boundaries-classic.npy", "not an array");
  expect_refused("boundaries-classic.npy: not a NumPy array");
  std::filesystem::remove(run_ + "/boundaries-classic.npy");
  expect_refused("boundaries-classic.npy");
}

TEST_F(HtmlReport, IsRefusedOfABrokenConfiguration) {
  make_small();
  directory_.write("run/config.toml", "[problem]\nname = \"burgers\"\nviscosity = -1\n");
  expect_refused("config.toml:3");
}

TEST_F(HtmlReport, NamesWhatIsWrongWithTheCommandLine) {
  EXPECT_EQ(forerun_with({"report"}).status, ExitStatus::usage);
  EXPECT_EQ(forerun_with({"report", "a", "b", "c"}).status, ExitStatus::usage);
  const Outcome missing = forerun_with({"report", run_});
  EXPECT_EQ(missing.status, ExitStatus::input_output);
  EXPECT_THAT(missing.err, HasSubstr("is not a directory"));
  make_small();
  EXPECT_EQ(forerun_with({"report", run_, "--out", directory_ / "no/such/page.html"}).status, ExitStatus::input_output);
}

class CampaignReport : public ::testing::Test {
 protected:
  Json two_runs() const {
    const auto run = [](int iterations, const Json& cold, bool converged) {
      return Json{{"parameters", {0.01}}, {"iterations", iterations}, {"cold_iterations", cold},
                  {"max_error", 1e-8},    {"converged", converged},   {"prior", "served"},
                  {"seconds", 0.5},       {"fit_seconds", 0.1},       {"store_bytes", 2000}};
    };
    return {{"schema", "forerun.campaign/1"},
            {"parameters", {"visc<osity"}},
            {"runs", {run(8, 9, true), run(3, nullptr, false)}},
            {"last_held_out", {{"runs", 1}, {"mean_cold", 9.0}, {"mean", 8.0}}},
            {"fit_seconds", 0.2}};
  }
  Outcome report_of(const std::string& json) const {
    directory_.write("campaign.json", json);
    return forerun_with({"report", directory_ / "."});
  }

  TemporaryDirectory directory_;
  std::string settings_ = directory_.write("campaign.toml", "[campaign]\nruns = 2 # <&>\n");
};

TEST_F(CampaignReport, IsAWellFormedPage) {
  ASSERT_EQ(report_of(two_runs().dump()).status, ExitStatus::ok);
  const std::string html = content_of(directory_ / "report.html");
  EXPECT_NO_THROW(XmlReader(html).read());
  EXPECT_THAT(html, HasSubstr("mean K 9.00 cold, 8.00 with the store"));
  EXPECT_THAT(html, HasSubstr("1 of 2 runs did not converge"));
  EXPECT_THAT(html, HasSubstr("Iterations by visc&lt;osity"));
}

TEST_F(CampaignReport, IsNoneOfTwoRuns) {
  const Outcome outcome = forerun_with({"report", directory_ / ".", directory_ / "."});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("is a campaign's"));
}

TEST_F(CampaignReport, IsRefusedOfDamagedRecords) {
  EXPECT_EQ(report_of("{").status, ExitStatus::input_output);
  EXPECT_EQ(report_of("{\"schema\": \"forerun.campaign/2\"}").status, ExitStatus::input_output);
  Json damaged = two_runs();
  damaged["runs"][1]["iterations"] = "three";
  EXPECT_THAT(report_of(damaged.dump()).err, HasSubstr("campaign.json"));
  damaged = two_runs();
  damaged["runs"] = Json::array();
  EXPECT_THAT(report_of(damaged.dump()).err, HasSubstr("has no runs"));
}

class ReportOfProblem : public ::testing::TestWithParam<std::string> {};

/// A picture for each layout; a few slices and steps will do for that.
TEST_P(ReportOfProblem, IsDrawn) {
  const TemporaryDirectory directory;
  const std::string config = testing::data_config(GetParam());
  std::vector<std::string> words = {"compare", config,  "--correctors",
                                    "classic", "--set", "parareal.max_iterations=1",
                                    "--quiet", "--out", directory / "run"};
  const bool has_steps = ConfigDocument::read(config).find("fine", "steps") != nullptr;  // else by a tolerance
  const bool steps_are_slices = GetParam() == "heat_pfasst";
  if (has_steps && !steps_are_slices) words.insert(words.end(), {"--set", "fine.steps=40"});
  const Outcome run = forerun_with(words);
  ASSERT_NE(run.status, ExitStatus::usage) << run.err;
  const Outcome report = forerun_with({"report", directory / "run"});
  ASSERT_EQ(report.status, ExitStatus::ok) << report.err;
  const std::string html = content_of(directory / "run/report.html");
  EXPECT_NO_THROW(XmlReader(html).read());
  EXPECT_LT(html.size(), 1000000U);
}

std::vector<std::string> configurations() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(FORERUN_SOURCE_DIR) + "/data/configs")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Data, ReportOfProblem, ::testing::ValuesIn(configurations()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace forerun
