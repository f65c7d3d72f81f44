#include "learning/files/json_syntax.h"

#include <gmock/gmock.h>

#include <string>

namespace forerun {
namespace {

std::string complaint(const std::string& text, int deepest = 32) {
  try {
    check_json(text, deepest);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

struct Text {
  std::string json;
  std::string complaint;  ///< empty: the text is good
};

class JsonSyntax : public ::testing::TestWithParam<Text> {};

TEST_P(JsonSyntax, IsRefusedInItsOwnWordsWithThePlace) {
  EXPECT_EQ(complaint(GetParam().json), GetParam().complaint) << GetParam().json;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonSyntax,
    ::testing::Values(Text{"{\"a\": [1, {\"a\": null}], \"b\": {\"a\": -1e308}}", ""}, Text{"[[], [], {}]", ""},
                      Text{"", "is not valid JSON: it ends early (line 1, column 1)"},
                      Text{"{\n  \"a\": [1,\n", "is not valid JSON: it ends early (line 3, column 1)"},
                      Text{"{\n  \"a\": nul\n}", "is not valid JSON (line 2, column 11)"},
                      Text{"{}\n{}", "is not valid JSON (line 2, column 1)"},
                      Text{"[\"\xff\"]", "is not valid JSON (line 1, column 3)"},
                      Text{"[1,\n 1e999]", "has a number that does not fit into a double (line 2, column 6)"},
                      Text{"{\"a\": {\"b\": 1}, \"a\": 2}", "names 'a' twice"}));

TEST(JsonSyntax, DepthIsBoundedBeforeItCosts) {
  EXPECT_EQ(complaint("[[{\"a\": 1}]]", 3), "");
  const std::string sentence = "is nested too deeply: at most 3 levels are read";
  EXPECT_EQ(complaint("[[{\"a\": []}]]", 3), sentence);
  EXPECT_EQ(complaint(std::string(10'000'000, '['), 3), sentence);
}

}  // namespace
}  // namespace forerun
