#include "apps/forerun/config/config.h"

#include <gmock/gmock.h>

#include "apps/forerun/cli/usage_error.h"
#include "learning/training/corrector_registry.h"
#include "solvers/equations/problem_registry.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::small_config;
using ::testing::StartsWith;

ConfigDocument small_document() { return ConfigDocument::parse(small_config, "small.toml"); }

/// The error's sentence; "" where the document is accepted.
std::string complaint(const std::string& text) {
  try {
    read_config(ConfigDocument::parse(text, "bad.toml"));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string complaint_about_set(const std::string& assignment) {
  try {
    ConfigDocument document = small_document();
    document.set_from_command_line(assignment);
    read_config(document);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), with);
}

struct NumericKey {
  std::string section;
  ParameterSpec spec;
};

/// Every number a configuration can hold, of all problems and correctors.
std::vector<NumericKey> numeric_keys_of(const std::string& section, const std::vector<ParameterSpec>& specs) {
  std::vector<NumericKey> keys;
  for (const ParameterSpec& spec : specs) {
    const bool numeric =
        std::holds_alternative<std::int64_t>(spec.default_value) || std::holds_alternative<double>(spec.default_value);
    if (numeric) keys.push_back({section, spec});
  }
  return keys;
}

void expect_refused(const NumericKey& key, const std::string& value, const std::string& more_text = "") {
  const std::string assignment = key.section + "." + key.spec.name + "=" + value;
  ConfigDocument document = small_document();
  std::string sentence;
  try {
    if (!more_text.empty()) document.set_from_command_line(more_text);
    document.set_from_command_line(assignment);
    read_config(document);
  } catch (const UsageError& error) {
    sentence = error.what();
  }
  EXPECT_THAT(sentence, StartsWith("--set " + assignment + ": ")) << "was not refused";
}

void expect_bad_numbers_refused(const NumericKey& key, const std::string& more = "") {
  for (const std::string bad : {"nan", "inf", "-inf", "1e400", "1,5", "'text'", "text", "true", "[1]", ""}) {
    expect_refused(key, bad, more);
  }
  const bool allows_minus_one = key.spec.minimum < -1.0 || (key.spec.minimum == -1.0 && key.spec.minimum_allowed);
  if (!allows_minus_one) expect_refused(key, "-1", more);
  const bool allows_zero = key.spec.minimum < 0.0 || (key.spec.minimum == 0.0 && key.spec.minimum_allowed);
  if (!allows_zero) expect_refused(key, "0", more);
  if (std::holds_alternative<std::int64_t>(key.spec.default_value)) expect_refused(key, "1.5", more);
}

TEST(Config, RefusesBadNumbersForEveryKeyOfEverySection) {
  for (const ConfigSection& section : config_sections()) {
    for (const NumericKey& key : numeric_keys_of(section.name, section.keys)) expect_bad_numbers_refused(key);
  }
}

TEST(Config, RefusesBadNumbersForEveryParameterOfEveryProblem) {
  const std::string no_parameters = replaced(small_config, "points = 16\nviscosity = 0.05\nwave_number = 4.5\n", "");
  for (const ProblemEntry& entry : problem_registry()) {
    for (const NumericKey& key : numeric_keys_of("problem", entry.parameters)) {
      for (const std::string bad : {"nan", "inf", "1e400", "1,5", "'text'", "true"}) {
        ConfigDocument document = ConfigDocument::parse(no_parameters, "small.toml");
        document.set_from_command_line("problem.name=" + entry.name);
        EXPECT_NO_THROW(read_config(document)) << entry.name;
        const std::string assignment = "problem." + key.spec.name + "=" + bad;
        EXPECT_THROW(
            {
              document.set_from_command_line(assignment);
              read_config(document);
            },
            UsageError)
            << entry.name << " " << assignment;
      }
    }
  }
}

TEST(Config, RefusesBadNumbersForEveryOptionOfEveryCorrector) {
  for (const CorrectorEntry& entry : corrector_registry()) {
    for (const NumericKey& key : numeric_keys_of("corrector", entry.parameters)) {
      expect_bad_numbers_refused(key, "corrector.name=" + entry.name);
    }
  }
}

struct BadLine {
  std::string old;
  std::string with;
  int line;
  std::string rule;
};

class BadFile : public ::testing::TestWithParam<BadLine> {};

TEST_P(BadFile, IsRefusedWithItsLineAndTheRule) {
  const BadLine& bad = GetParam();
  EXPECT_THAT(complaint(replaced(small_config, bad.old, bad.with)),
              AllOf(StartsWith("bad.toml:" + std::to_string(bad.line) + ": "), HasSubstr(bad.rule)));
}

INSTANTIATE_TEST_SUITE_P(
    Config, BadFile,
    ::testing::Values(
        BadLine{"slices = 8", "slices = 0", 10, "slices = 0: must be an integer ≥ 1 and ≤ 1000000000"},
        BadLine{"slices = 8", "slices = 1000000001", 10, "≤ 1000000000"},
        BadLine{"slices = 8", "slices = nan", 10, "must be an integer"},
        BadLine{"slices = 8", "slices = 8\nslices = 9", 11, "slices"}, BadLine{"slices = 8", "slices = 1,5", 10, ""},
        BadLine{"viscosity = 0.05", "viscosity = 1e400", 4, ": 1e400 does not fit: numbers must lie from -1.8e308 to"},
        BadLine{"viscosity = 0.05", "'ü' = 1\nviscosity = -1_0e400 # 1e500", 5,
                ": -1_0e400 does not fit: numbers must"},
        BadLine{"points = 16", "'ü' = 9_223_372_036_854_775_808", 3, ": 9_223_372_036_854_775_808 does not fit: integ"},
        BadLine{"seed = 1", "seed = +0xFFFFFFFFFFFFFFFFF", 32, "+0"},
        BadLine{"seed = 1", "seed = 0xFFFFFFFFFFFFFFFFF", 32, ": 0xFFFFFFFFFFFFFFFFF does not fit: integers must"},
        BadLine{"steps = 4", "steps = [1, 99999999999999999999]", 18, ": 99999999999999999999 does not fit: integers"},
        BadLine{"end = 1.0", "end = 1e40x", 9, "expected decimal digit"},
        BadLine{"end = 1.0", "end = 1" + std::string(400, '0') + ".0", 9, "0… does not fit: numbers must"},
        BadLine{"\"burgers\"", "\"1e400\" 1", 2, "expected a comment or whitespace"},
        BadLine{"[run]", "[[run]]", 30, ": [[run]] is a list of sections: must be written [run], and once"},
        BadLine{"[run]", "[[run]]\nseed = 2\n[[run]]", 30, "must be written [run], and once"},
        BadLine{"[run]", "[run]\n[run]", 31, "cannot redefine existing table 'run'"},
        BadLine{"viscosity = 0.05", "viscosity = inf", 4, "viscosity = inf: must be a finite number > 0"},
        BadLine{"viscosity = 0.05", "viscocity = 0.05", 4, "did you mean 'viscosity'?"},
        BadLine{"[fine]", "[fien]", 12, "did you mean [fine]?"}, BadLine{"\"rk4\"", "\"rk5\"", 13, "method"},
        BadLine{"\"burgers\"", "\"burger\"", 2, "did you mean"}, BadLine{"\"burgers\"", "\"burgers\xff\"", 2, "utf-8"},
        BadLine{"\"burgers\"", "7", 2, "must be a string"}, BadLine{"\"randnet\"", "\"randnat\"", 28, "did you mean"},
        BadLine{"threads = 1", "threads = [1]", 31, "must be an integer"},
        BadLine{"[problem]", "stray = 1\n[problem]", 1, "outside of a section"},
        BadLine{"end = 1.0\n", "", 7, "[time] has no 'end'"}));

TEST(Config, AnIntegerWillDoWhereANumberIsExpected) { EXPECT_EQ(complaint_about_set("time.end=2"), ""); }

TEST(Config, CommandLineSettingsOverrideTheFile) {
  ConfigDocument document = small_document();
  document.set_from_command_line("time.slices=64");
  document.set_from_command_line("fine.method=rk8");
  const RunConfig config = read_config(document);
  EXPECT_EQ(config.slices, 64);
  EXPECT_EQ(config.fine.method, "rk8");
  EXPECT_EQ(config.fine.steps(), 16) << "what is not overridden stays";
}

TEST(ConfigDocument, KeepsTheOrderOfTheFile) {
  const ConfigDocument document = ConfigDocument::parse("[b]\nz = 1\na = 2\n[a]\nk = 3\n[c]\n", "order.toml");
  EXPECT_EQ(document.sections(), (std::vector<std::string>{"b", "a", "c"}));
  std::string keys;
  for (const Setting& setting : document.settings()) keys += setting.key;
  EXPECT_EQ(keys, "zak");
}

TEST(Config, ALaterSettingOverridesAnEarlierOne) {
  ConfigDocument document = small_document();
  document.set_from_command_line("run.seed=2");
  document.set_from_text("run", "seed", "3", "--seed 3");
  EXPECT_EQ(read_config(document).seed, 3U);
}

TEST(Config, SettingsOfTheCommandLineAreNamedAsTheirPlace) {
  EXPECT_THAT(complaint_about_set("time.slices=0"), StartsWith("--set time.slices=0: [time] slices = 0: must be"));
  EXPECT_THAT(complaint_about_set("tiem.slices=8"), HasSubstr("did you mean [time]?"));
}

TEST(Config, ASettingMustBeOneAssignmentToAKeyOfASection) {
  for (const std::string bad : {"slices=8", "time.slices", ".slices=8", "time.=8", "=8", "", "run.seed=1\nx=2"}) {
    EXPECT_THAT(complaint_about_set(bad), StartsWith("--set " + bad)) << bad;
  }
}

TEST(Config, NumbersThatDoNotFitAreRefusedByTheRule) {
  const std::string numbers = "numbers must lie from -1.8e308 to 1.8e308", integers = "integers must lie from -2^63 to";
  const std::vector<std::pair<std::string, std::string>> wrong = {{"1e400", numbers},
                                                                  {"-1e400", numbers},
                                                                  {"1.5e999", numbers},
                                                                  {"99999999999999999999", integers},
                                                                  {"9223372036854775808", integers},
                                                                  {"-9223372036854775809", integers},
                                                                  {"0b1" + std::string(64, '0'), integers}};
  for (const auto& [number, rule] : wrong) {
    for (const std::string key : {"problem.viscosity", "time.slices", "corrector.name"}) {
      EXPECT_THAT(complaint_about_set(key + "=" + number),
                  AllOf(StartsWith("--set " + key + "=" + number + ": "), HasSubstr(" does not fit: " + rule)));
    }
  }
  EXPECT_EQ(complaint_about_set("problem.viscosity=9223372036854775807"), "");
  EXPECT_EQ(complaint_about_set("problem.viscosity=99999999999999999999.0"), "");
}

TEST(Config, InitialStateIsRelativeToTheConfigurationFile) {
  const std::string text = replaced(small_config, "points = 16", "points = 16\ninitial_state = \"u0.csv\"");
  const RunConfig config = read_config(ConfigDocument::parse(text, "some/where/small.toml"));
  EXPECT_EQ(config.initial_state, std::filesystem::path("some/where/u0.csv"));
}

TEST(Config, ResolvedConfigurationReadsBackAsTheSame) {
  ConfigDocument document = small_document();
  document.set_from_command_line("problem.viscosity=0.1000000000000000055");
  document.set_from_command_line("parareal.tolerance=1e-12");
  const std::string resolved = to_toml(read_config(document), std::nullopt);
  const RunConfig again = read_config(ConfigDocument::parse(resolved, "resolved.toml"));
  EXPECT_EQ(to_toml(again, std::nullopt), resolved);
  EXPECT_EQ(again.problem.parameters.number("viscosity"), 0.1);
  EXPECT_EQ(again.parareal.number("tolerance"), 1e-12);
}

TEST(Config, TomlTextReadsBackBitForBit) {
  for (const ParameterValue& value : {ParameterValue(0.1), ParameterValue(1e300), ParameterValue(-2.0),
                                      ParameterValue(5e-324), ParameterValue(std::int64_t{-7}), ParameterValue(true),
                                      ParameterValue(std::string("quote \" backslash \\ line\nend"))}) {
    const std::string text = "[s]\nkey = " + toml_text(value) + "\n";
    EXPECT_EQ(ConfigDocument::parse(text, "t").find("s", "key")->value, value) << text;
  }
}

TEST(Config, WithoutACorrectorTheGuardServes) {
  const std::string text = small_config;
  const RunConfig config = read_config(ConfigDocument::parse(text.substr(0, text.find("[corrector]")), "t"));
  EXPECT_EQ(config.corrector.name, "auto");
}

TEST(Config, OptionsApplyToTheCorrectorTheyAreGivenFor) {
  ConfigDocument document = small_document();
  document.set_from_command_line("corrector.neurons=17");
  const RunConfig config = read_config(document);
  EXPECT_EQ(choose_corrector(config, "randnet").parameters.integer("neurons"), 17);
  EXPECT_NE(choose_corrector(config, "randnet-local").parameters.integer("neurons"), 17);
}

}  // namespace
}  // namespace forerun
