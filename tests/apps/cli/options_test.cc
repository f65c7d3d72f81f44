#include "apps/forerun/cli/options.h"

#include <gmock/gmock.h>

#include "apps/forerun/cli/usage_error.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const std::vector<OptionSpec> specs = {{"set", "x=y", "sets", true},
                                       {"threads", "N", "threads"},
                                       {"quiet", "", "silent"},
                                       {"save-model", "FILE", "saves"}};

TEST(Options, KeepsRepeatedValuesInOrderAndUnsplit) {
  const ParsedOptions parsed = parse_options(specs, {"--set", "a.b=1,5", "file", "--set=c.d=2"});
  EXPECT_THAT(parsed.texts("set"), ElementsAre("a.b=1,5", "c.d=2"));
  EXPECT_THAT(parsed.arguments(), ElementsAre("file"));
}

TEST(Options, AFlagIsEitherGivenOrNot) {
  EXPECT_TRUE(parse_options(specs, {"--quiet"}).has("quiet"));
  EXPECT_FALSE(parse_options(specs, {}).has("quiet"));
  EXPECT_EQ(parse_options(specs, {}).text("threads"), std::nullopt);
}

TEST(Options, UnknownOptionSuggestsTheNearest) {
  EXPECT_THAT(
      [] {
        parse_options(specs, {"--thread", "2"});
      },
      ThrowsMessage<UsageError>(HasSubstr("did you mean --threads?")));
  EXPECT_THAT([] { parse_options(specs, {"--savemodel=x"}); },
              ThrowsMessage<UsageError>(HasSubstr("did you mean --save-model?")));
  EXPECT_THAT([] { parse_options(specs, {"-x"}); }, ThrowsMessage<UsageError>(HasSubstr("unknown option -x")));
}

TEST(Options, AnOptionGivenTwiceIsRefusedUnlessRepeatable) {
  EXPECT_THROW(parse_options(specs, {"--threads", "1", "--threads", "2"}), UsageError);
}

TEST(Options, AMissingValueIsRefused) { EXPECT_THROW(parse_options(specs, {"--threads"}), UsageError); }

TEST(Options, AFlagTakesNoValue) {
  for (const std::string flag : {"--quiet", "--help"}) {
    EXPECT_THAT([&] { parse_options(specs, {flag + "=1"}); }, ThrowsMessage<UsageError>(flag + " takes no value"));
    EXPECT_THAT([&] { parse_options(specs, {flag, flag + "="}); }, ThrowsMessage<UsageError>(flag + " takes no value"));
  }
  EXPECT_THAT([] { parse_options(specs, {"-h=1"}); }, ThrowsMessage<UsageError>(HasSubstr("unknown option -h=1")));
  EXPECT_NO_THROW(parse_options(specs, {"--set", "--help=1", "-h"}));
}

TEST(Options, ALetterStandsForItsName) {
  const std::vector<OptionSpec> with_letter = {{"verbose", "", "speaks", false, 'v'}};
  EXPECT_TRUE(parse_options(with_letter, {"-v"}).has("verbose"));
  EXPECT_TRUE(parse_options(with_letter, {"--verbose"}).has("verbose"));
  EXPECT_THAT(options_help(with_letter), HasSubstr("-v, --verbose"));
  EXPECT_THROW(parse_options(with_letter, {"-v", "--verbose"}), UsageError);
}

TEST(Options, HelpNamesEveryOption) {
  const std::string help = options_help(specs);
  for (const OptionSpec& spec : specs) EXPECT_THAT(help, HasSubstr("--" + spec.name));
}

}  // namespace
}  // namespace forerun
