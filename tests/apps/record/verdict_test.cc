#include "apps/forerun/record/verdict.h"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

using ::testing::IsEmpty;

TEST(Verdict, TimesThatAreCloseHaveNoWinner) {
  EXPECT_EQ(winner_by(2.0), Verdict::Winner::parallel);
  EXPECT_EQ(winner_by(0.5), Verdict::Winner::serial);
  for (const double speedup : {1.0, 1.04, 1.0 / 1.04}) EXPECT_EQ(winner_by(speedup), Verdict::Winner::neither);
  EXPECT_EQ(winner_by(1.06), Verdict::Winner::parallel);
  EXPECT_EQ(winner_by(1.0 / 1.06), Verdict::Winner::serial);
  EXPECT_EQ(winner_by(0.0), Verdict::Winner::serial);
}

TEST(Verdict, ItsTextFitsThePageAndKeepsEveryWord) {
  Verdict verdict;
  std::string all;
  for (int i = 0; i < 60; ++i) all += (i > 0 ? " " : "") + ("wörd" + std::to_string(i));
  verdict.sentences = {all};
  const std::string text = verdict_text(verdict);
  std::istringstream lines(text), words(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 120U);
  std::string joined;
  for (std::string word; words >> word;) joined += (joined.empty() ? "" : " ") + word;
  EXPECT_EQ(joined, all);
  EXPECT_THAT(verdict_text(std::nullopt), IsEmpty());
}

TEST(Verdict, JsonSaysWhoWinsByWhatAndHowThatIsKnown) {
  const Verdict verdict{Verdict::Winner::parallel, Verdict::Basis::modelled, 3.5, {"A.", "B."}};
  const nlohmann::ordered_json json = verdict_json(verdict);
  EXPECT_EQ(json.at("winner"), "parallel");
  EXPECT_EQ(json.at("basis"), "modelled");
  EXPECT_EQ(json.at("speedup"), 3.5);
  EXPECT_EQ(json.at("sentences"), (std::vector<std::string>{"A.", "B."}));
  EXPECT_TRUE(verdict_json(std::nullopt).is_null());
  EXPECT_TRUE(verdict_json(Verdict{}).at("speedup").is_null());
}

}  // namespace
}  // namespace forerun
