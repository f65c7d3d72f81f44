#include "core/base/number_text.h"

#include <gtest/gtest.h>

#include <charconv>
#include <limits>

namespace forerun {
namespace {

TEST(NumberText, IsWhatPeopleWrite) {
  EXPECT_EQ(shortest_text(5e-7), "5e-7");
  EXPECT_EQ(shortest_text(-1e-10), "-1e-10");
  EXPECT_EQ(shortest_text(3e7), "3e7");
  EXPECT_EQ(shortest_text(1e100), "1e100");
  EXPECT_EQ(shortest_text(1.25e-7), "1.25e-7");
  EXPECT_EQ(shortest_text(0.01), "0.01");
  EXPECT_EQ(shortest_text(1000.0), "1000");
  EXPECT_EQ(shortest_text(123), "123");
}

TEST(NumberText, ReadsBackAsTheSameNumber) {
  const double largest = std::numeric_limits<double>::max(), smallest = std::numeric_limits<double>::denorm_min();
  for (const double number : {0.1, 1.0 / 3.0, 8.375e-6, -2e-300, 6.02214076e23, largest, smallest, 0.0}) {
    const std::string text = shortest_text(number);
    double back = -1.0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    EXPECT_EQ(back, number) << text;
  }
}

}  // namespace
}  // namespace forerun
