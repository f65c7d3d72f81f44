#include "apps/forerun/record/disturbance.h"

#include <gmock/gmock.h>

namespace forerun {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Disturbance, AnIdleMachineIsNotMentioned) {
  EXPECT_FALSE((Disturbance{0.99, 3.0}.is_busy()));
  EXPECT_THAT((Disturbance{0.99, 3.0}.sentence()), IsEmpty());
  EXPECT_FALSE(Disturbance{}.is_busy()) << "too short to tell";
}

TEST(Disturbance, ABusyOneIsWithWhatWasSeen) {
  EXPECT_THAT((Disturbance{0.61, 3.0}.sentence()), AllOf(HasSubstr("61 % of the time"), HasSubstr("other work")));
  EXPECT_THAT((Disturbance{{}, 240.0}.sentence()), HasSubstr("put off their cores 240 times a second"));
}

TEST(DisturbanceWatch, GivesTheResultOfTheWorkAndASenseOfItsTime) {
  DisturbanceWatch watch;
  volatile double sum = 0.0;
  const int steps = watch.serially([&] {
    int count = 0;
    for (; count < 60'000'000; ++count) sum = sum + 1.0;
    return count;
  });
  EXPECT_EQ(steps, 60'000'000);
  const Disturbance found = watch.result();
  ASSERT_TRUE(found.serial_share);
  EXPECT_GT(*found.serial_share, 0.0);
  EXPECT_LE(*found.serial_share, 1.01);
}

}  // namespace
}  // namespace forerun
