// Every numeric key of a configuration with every kind of number that people and programs put there by mistake. The
// keys are taken from their specifications, so those to come are covered.
#include <gmock/gmock.h>

#include <algorithm>
#include <variant>

#include "apps/forerun/config/config.h"
#include "apps/forerun/config/method.h"
#include "learning/training/corrector_registry.h"
#include "solvers/equations/problem_registry.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::TemporaryDirectory;

/// A key, and the lines of a configuration in which it has a meaning.
struct NumericKey {
  std::string section;
  std::string key;
  std::vector<std::pair<std::string, std::string>> choices;  ///< "problem.name", "\"heat\""
};

/// In place of its bytes, which take every test program that starts several milliseconds.
void PrintTo(const NumericKey& key, std::ostream* out) { *out << key.section << '.' << key.key; }

bool is_numeric(const ParameterSpec& spec) {
  return std::holds_alternative<double>(spec.default_value) || std::holds_alternative<std::int64_t>(spec.default_value);
}

std::vector<NumericKey> numeric_keys() {
  std::vector<NumericKey> keys;
  const auto add = [&](const std::string& section, const std::vector<ParameterSpec>& specs,
                       const std::vector<std::pair<std::string, std::string>>& choices) {
    for (const ParameterSpec& spec : specs) {
      if (is_numeric(spec)) keys.push_back({section, spec.name, choices});
    }
  };
  for (const ConfigSection& section : config_sections()) {
    add(section.name, section.keys, {});
    if (section.name == "fine" || section.name == "coarse") {
      add(section.name, section.keys,
          {{section.name + ".method", "\"dopri5\""},
           {section.name + ".steps", ""},
           {section.name + ".tolerance", "1e-6"}});
    }
  }
  for (const ProblemEntry& problem : problem_registry()) {
    add("problem", problem.parameters, {{"problem.name", "\"" + problem.name + "\""}, {"problem.points", ""}});
  }
  for (const CorrectorEntry& corrector : corrector_registry()) {
    add("corrector", corrector.parameters, {{"corrector.name", "\"" + corrector.name + "\""}});
  }
  for (const MethodEntry& method : method_registry()) {
    std::vector<std::pair<std::string, std::string>> choices{
        {"method.name", "\"" + method.name + "\""}, {"parareal.max_iterations", ""}, {"corrector.name", ""}};
    if (method.name == kMgrit) choices.emplace_back("method.coarsening", "2");
    if (method.name == kPfasst) {
      choices.insert(choices.end(), {{"fine.method", "\"sdc_explicit\""},
                                     {"fine.steps", "1"},
                                     {"fine.slice_timeout", ""},
                                     {"coarse.method", "\"sdc_explicit\""},
                                     {"coarse.steps", "1"}});
    }
    if (method.name == kParaexp) choices.insert(choices.end(), {{"problem.name", "\"heat\""}, {"time.end", "0.01"}});
    add("method", method.parameters, choices);
  }
  return keys;
}

/// Small, with an end where one is asked for.
const std::vector<std::pair<std::string, std::string>> small = {{"problem.name", "\"burgers\""},
                                                                {"problem.points", "16"},
                                                                {"time.end", "1.0"},
                                                                {"time.slices", "4"},
                                                                {"fine.method", "\"rk4\""},
                                                                {"fine.steps", "8"},
                                                                {"fine.slice_timeout", "5.0"},
                                                                {"coarse.method", "\"rk1\""},
                                                                {"coarse.steps", "4"},
                                                                {"parareal.max_iterations", "2"},
                                                                {"corrector.name", "\"randnet\""},
                                                                {"run.threads", "1"}};

struct Configuration {
  std::string text;
  std::string line;  ///< ":7", of the key
};

Configuration configuration_with(const NumericKey& key, const std::string& value) {
  auto settings = small;
  const auto set = [&](const std::string& name, const std::string& text) {
    std::erase_if(settings, [&](const auto& setting) { return setting.first == name; });
    if (!text.empty()) settings.emplace_back(name, text);
  };
  for (const auto& [name, text] : key.choices) set(name, text);
  set(key.section + "." + key.key, value);
  Configuration configuration;
  int line = 0;
  for (const ConfigSection& section : config_sections()) {
    configuration.text += "[" + section.name + "]\n";
    ++line;
    for (const auto& [name, text] : settings) {
      if (name.substr(0, name.find('.')) != section.name) continue;
      configuration.text += name.substr(name.find('.') + 1) + " = " + text + "\n";
      ++line;
      if (name == key.section + "." + key.key) configuration.line = ":" + std::to_string(line);
    }
  }
  return configuration;
}

class NumericKeys : public ::testing::TestWithParam<NumericKey> {
 protected:
  /// Refused with place, value and rule; or taken, and then nothing is an internal error. True where it was taken.
  bool try_value(const std::string& value, const std::vector<std::string>& more) {
    const NumericKey& key = GetParam();
    const Configuration configuration = configuration_with(key, value);
    const std::string file = directory_.write("c.toml", configuration.text);
    std::vector<std::string> words = {"run", file, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = forerun_with(words);
    const std::string what = "[" + key.section + "] " + key.key + " = " + value + ": " + outcome.err;
    if (outcome.status == ExitStatus::usage) {
      // A begin behind the end is told of the end, slices that are too short of the slices.
      const bool is_of_time = key.section == "time";
      if (!is_of_time) {
        EXPECT_THAT(outcome.err, HasSubstr(file + configuration.line + ": ")) << what;
      }
      EXPECT_THAT(outcome.err, HasSubstr(is_of_time ? file + ":" : key.key)) << what;
      return false;
    }
    const bool is_result = outcome.status == ExitStatus::ok || outcome.status == ExitStatus::not_converged ||
                           outcome.status == ExitStatus::solver_failed;
    EXPECT_TRUE(is_result) << what;
    return true;
  }

  TemporaryDirectory directory_;
};

TEST_P(NumericKeys, AreTakenOrRefusedWithPlaceValueAndRule) {
  for (const char* value : {"0", "0.0", "-0.0", "-1", "1", "2", "1e-308", "5e-324", "-1e308", "1e308", "1e15",
                            "9223372036854775807", "-9223372036854775808", "9007199254740993"}) {
    const bool is_taken = try_value(value, {"--dry-run"});
    // Where even the dry run has taken it, the run itself, unless it would be long.
    const bool is_long = std::string(value).size() > 12 || std::string(value) == "1e15";
    if (is_taken && !is_long) try_value(value, {});
  }
}

TEST_P(NumericKeys, AreNeverTakenWhereTheyAreNoNumber) {
  for (const char* value : {"nan", "inf", "-inf", "+nan", "\"text\"", "\"1\"", "true", "[1, 2]", "[]", "2026-01-01"}) {
    EXPECT_FALSE(try_value(value, {"--dry-run"})) << value;
  }
}

/// What is no TOML, or not a number that is one, is refused with its place before any key is looked at.
TEST_P(NumericKeys, AreNeverTakenWhereTheyAreNoToml) {
  for (const char* value : {"1,5", "1e400", "-1e400", "9223372036854775808", "1e", "0x", "1.5.2", "--1", "½", "1 2"}) {
    const Configuration configuration = configuration_with(GetParam(), value);
    const std::string file = directory_.write("c.toml", configuration.text);
    const Outcome outcome = forerun_with({"run", file, "--dry-run"});
    EXPECT_EQ(outcome.status, ExitStatus::usage) << value << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(file + configuration.line + ": ")) << value;
    EXPECT_EQ(forerun_with({"run", directory_.write("d.toml", configuration_with(GetParam(), "1").text), "--dry-run",
                            "--set", GetParam().section + "." + GetParam().key + "=" + value})
                  .status,
              ExitStatus::usage)
        << value;
  }
}

INSTANTIATE_TEST_SUITE_P(Configuration, NumericKeys, ::testing::ValuesIn(numeric_keys()), [](const auto& tested) {
  std::string name = std::to_string(tested.index) + "_" + tested.param.section + "_" + tested.param.key;
  for (const auto& [key, value] : tested.param.choices) {
    if (value.starts_with('"')) name += "_" + value.substr(1, value.size() - 2);
  }
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(TimeOfAConfiguration, MustHoldItsSlices) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  const auto status = [&](const std::vector<std::string>& settings) {
    std::vector<std::string> words = {"run", config, "--quiet"};
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
    return forerun_with(words).status;
  };
  EXPECT_EQ(status({"time.begin=1.0", "time.end=1.0"}), ExitStatus::usage);
  EXPECT_EQ(status({"time.begin=2.0", "time.end=1.0"}), ExitStatus::usage);
  EXPECT_EQ(status({"time.end=0.0"}), ExitStatus::usage);
  EXPECT_EQ(status({"time.begin=1.0", "time.end=1.0000000000000002"}), ExitStatus::usage) << "eight slices in one ulp";
  EXPECT_EQ(status({"time.begin=1e300", "time.end=1.0000000000000002e300"}), ExitStatus::usage);
  EXPECT_EQ(status({"time.begin=-1e308", "time.end=1e308"}), ExitStatus::usage) << "a length that overflows";
  EXPECT_EQ(status({"time.end=1e-320", "time.slices=1000"}), ExitStatus::ok) << "short, and longer than rounding";
  EXPECT_EQ(status({"time.end=1e-320", "time.slices=3000"}), ExitStatus::usage) << "denormal numbers have run out";
}

TEST(MemoryOfAConfiguration, IsRefusedBeforeTheWorkWhereNoMachineHasIt) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  for (const std::string dry : {"--dry-run", "--quiet"}) {
    const Outcome outcome = forerun_with({"run", config, dry, "--set", "problem.points=10000000", "--set",
                                          "time.slices=10000000", "--out", directory / "out"});
    EXPECT_EQ(outcome.status, ExitStatus::usage);
    EXPECT_THAT(outcome.err, HasSubstr("[time] slices = 10000000: "));
    EXPECT_THAT(outcome.err, HasSubstr("B, must fit into this machine's "));
    EXPECT_FALSE(std::filesystem::exists(directory / "out"));
  }
}

}  // namespace
}  // namespace forerun
