#include "apps/forerun/cli/text_table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace forerun {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(TextTable, RightAlignedColumnsEndAtTheSamePlace) {
  TextTable table({{"", "name", TextTable::Align::left}, {"", "n"}});
  table.add_row({"a", "1"});
  table.add_row({"long name", "100"});
  const auto lines = lines_of(table.str());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[2].size(), lines[3].size());
  EXPECT_EQ(lines[2].back(), '1');
}

TEST(TextTable, AGroupStandsAboveItsColumns) {
  TextTable table({{"", "a"}, {"a long heading", "b"}, {"a long heading", "c"}});
  table.add_row({"1", "2", "3"});
  const auto lines = lines_of(table.str());
  EXPECT_EQ(lines[0].find("a long heading") + std::string("a long heading").size(), lines[1].size());
}

TEST(TextTable, CountsCodePointsNotBytes) { EXPECT_EQ(display_width("ε × 5 µs"), 8U); }

TEST(Formats, StayReadableOverTheirWholeRange) {
  EXPECT_EQ(format_duration(1.5e-6), "1.50 µs");
  EXPECT_EQ(format_duration(0.0123), "12.3 ms");
  EXPECT_EQ(format_duration(75.0), "75.0 s");
  EXPECT_EQ(format_duration(250.0), "4 min 10 s");
  EXPECT_EQ(format_duration(7500.0), "2 h 5 min");
  EXPECT_EQ(format_bytes(1536.0), "1.54 kB");
  EXPECT_EQ(format_factor(0.123), "0.123x");
  EXPECT_EQ(format_scientific(1.1e-7), "1.10e-07");
}

TEST(Formats, WhatIsNotANumberIsADash) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(format_duration(nan), "-");
  EXPECT_EQ(format_scientific(nan), "-");
  EXPECT_EQ(format_factor(nan), "-");
}

}  // namespace
}  // namespace forerun
