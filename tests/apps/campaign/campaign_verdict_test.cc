#include <gmock/gmock.h>

#include "apps/forerun/campaign/campaign_report.h"

namespace forerun {
namespace {

using ::testing::StartsWith;

CampaignRow row(double seconds, double serial, Index iterations, Index cold) {
  CampaignRow made;
  made.converged = true;
  made.iterations = iterations;
  made.cold_iterations = cold;
  made.seconds = seconds;
  made.fit_seconds = 0.5;
  made.serial_seconds = serial;
  return made;
}

TEST(CampaignVerdict, CountsRunsAndFitsAgainstSerialStepping) {
  const auto found = campaign_verdict({row(1.5, 1.0, 4, 8), row(0.5, 2.0, 4, 8)});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->winner, Verdict::Winner::neither) << "3 s of each";
  EXPECT_THAT(found->sentences[0], StartsWith("Nobody wins here: serial stepping takes 3.00 s for 2 runs"));
  const auto lost = campaign_verdict({row(1.5, 1.0, 4, 8)});
  EXPECT_DOUBLE_EQ(*lost->speedup, 0.5);
  EXPECT_EQ(
      lost->sentences[0],
      "Serial stepping wins here: serial stepping takes 1.00 s for 1 run, the campaign 2.00 s, fitting its network "
      "included (measured).");
  EXPECT_EQ(lost->sentences[1], "Over the last 1 held-out run the store saves iterations: 4.00 with it, 8.00 without.");
}

TEST(CampaignVerdict, SaysSoWhereTheStoreSavesNothing) {
  const auto found = campaign_verdict({row(0.1, 9.0, 8, 8)});
  EXPECT_EQ(found->winner, Verdict::Winner::parallel);
  EXPECT_THAT(found->sentences[1], ::testing::HasSubstr("does not save iterations"));
}

TEST(CampaignVerdict, ACampaignWithRunsThatDidNotConvergeHasNotWon) {
  CampaignRow lost = row(0.1, 9.0, 8, 8);
  lost.converged = false;
  const auto found = campaign_verdict({row(0.1, 9.0, 8, 8), lost});
  EXPECT_EQ(found->winner, Verdict::Winner::serial);
  EXPECT_THAT(found->sentences[0], ::testing::HasSubstr("1 of its runs did not converge"));
}

TEST(CampaignVerdict, WithoutSerialSolutionsThereIsNone) {
  CampaignRow alone = row(0.1, 9.0, 8, 8);
  alone.serial_seconds.reset();
  EXPECT_FALSE(campaign_verdict({alone}));
  EXPECT_FALSE(campaign_verdict({}));
}

}  // namespace
}  // namespace forerun
