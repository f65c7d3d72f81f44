// Configurations that are no configurations: each is refused with file and line, and none ends the process otherwise.
#include <gmock/gmock.h>

#include "apps/forerun/config/key_depth.h"
#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

/// The small configuration with its line `points = 16` replaced; that is line 3.
std::string with_line(const std::string& line) {
  std::string text = testing::small_config;
  const std::string old = "points = 16";
  return text.replace(text.find(old), old.size(), line);
}

struct Malformed {
  std::string what;
  std::string text;
  std::string sentence;
};

class MalformedConfiguration : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedConfiguration, IsRefusedWithItsPlace) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("c.toml", GetParam().text);
  const auto outcome = forerun_with({"run", file, "--dry-run"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr(file + GetParam().sentence));
}

constexpr int deep = 10'000;  // and still below the size that a configuration may have

INSTANTIATE_TEST_SUITE_P(
    Configurations, MalformedConfiguration,
    ::testing::Values(
        Malformed{"Empty", "", ": [problem] has no 'name'"},
        Malformed{"Utf16", std::string("\xff\xfe[\0p\0", 6), ":1: Encountered invalid utf-8"},
        Malformed{"Latin1", with_line("points = 16 # \xe9"), ":3: Encountered invalid utf-8"},
        Malformed{"Overlong", with_line("name = \"burg\xc0\xaf\""), ":3: Encountered invalid utf-8"},
        Malformed{"Zero", with_line(std::string("\0points = 16", 12)), ":3: "},
        Malformed{"KeyTwice", with_line("points = 16\npoints = 17"), ":4: "},
        Malformed{"SectionTwice", with_line("points = 16\n[time]\nend = 1.0"), ":9: "},
        Malformed{"TypoInKey", with_line("pionts = 16"), ":3: [problem] unknown key 'pionts': did you mean 'points'?"},
        Malformed{"TypoInSection", with_line("points = 16\n[tiem]"),
                  ":4: unknown section [tiem]: did you mean [time]?"},
        Malformed{"OtherType", with_line("points = \"16\""), ":3: [problem] points = '16': must be an integer"},
        Malformed{"Table", with_line("points.x = 16"), ":3: [problem] unknown key 'points.x'"},
        Malformed{"Unterminated", with_line("points = \"16"), ":3: "},
        Malformed{"LongNumber", with_line("points = 1" + std::string(deep, '0')), ":3: 1000000"},
        Malformed{"DeepArray", with_line("points = " + std::string(deep, '[') + std::string(deep, ']')), ":3: "},
        Malformed{"DeepTable", with_line("points = " + repeated("{a=", deep) + "1" + std::string(deep, '}')), ":3: "},
        Malformed{"DeepKey", with_line(repeated("a.", deep) + "a = 16"), ":3: a key of more than 16 parts"},
        Malformed{"DeepSpacedKey", with_line(repeated("\"a#\" . ", deep) + "a = 16"), ":3: a key of more than"},
        Malformed{"DeepHeader", with_line("points = 16\n[" + repeated("a.", deep) + "a]"), ":4: a key of more than"},
        Malformed{"DeepBoth",
                  with_line("points = " + repeated("{a.b.c.d.e.f.g.h.i.j.k=", 200) + "1" + std::string(200, '}')),
                  ":3: [problem] points.a.b is of type table"}),
    [](const auto& tested) { return tested.param.what; });

TEST(MalformedConfigurations, TakeAByteOrderMarkAndLineEndsOfOtherSystems) {
  const TemporaryDirectory directory;
  std::string text = testing::small_config;
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) {
    text.replace(at, 1, "\r\n");
  }
  const std::string file = directory.write("c.toml", "\xef\xbb\xbf" + text);
  EXPECT_EQ(forerun_with({"run", file, "--dry-run"}).status, ExitStatus::ok);
}

TEST(KeyDepth, LooksAtKeysAndNotAtStringsNumbersOrComments) {
  const std::string dots(100, '.');
  const std::string parts = repeated("a.", 20) + "a";
  EXPECT_EQ(line_of_deep_key("a = 1\n" + parts + " = 2\n"), 2);
  EXPECT_EQ(line_of_deep_key("[a]\n[" + parts + "]"), 2);
  EXPECT_EQ(line_of_deep_key("a = '''\n\n'''\n'#'." + parts + " = 2"), 4);
  EXPECT_EQ(line_of_deep_key("# " + dots + "\na = \"" + dots + "\"\nb = '" + dots + "'\n"), std::nullopt);
  EXPECT_EQ(line_of_deep_key("a = \"\\\"" + dots + "\"\nb = \"\"\"\n" + dots + "\"" + dots + "\"\"\"\n"), std::nullopt);
  EXPECT_EQ(line_of_deep_key("a = [" + repeated("0.5, ", 100) + "]"), std::nullopt);
  EXPECT_EQ(line_of_deep_key(repeated("a.b.c = 1\n", 100)), std::nullopt);
}

TEST(KeyDepth, OnTheCommandLineIsNoValue) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  const std::string deep_key = "time.end=1\n" + repeated("a.", deep) + "a=1";
  EXPECT_EQ(forerun_with({"run", config, "--dry-run", "--set", deep_key}).status, ExitStatus::usage);
}

}  // namespace
}  // namespace forerun
