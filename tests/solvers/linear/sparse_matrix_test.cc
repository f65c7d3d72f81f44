#include "solvers/linear/sparse_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "solvers/linear/band_ordering.h"
#include "solvers/linear/dependencies.h"

namespace forerun {
namespace {

TEST(Dependencies, AreThoseOfAllOperandsWithoutRepetition) {
  Dependencies sum;
  std::vector<int> expected;
  for (int i = 20; i >= 0; i -= 2) {
    sum = sum * Dependencies::on(i) + 1.0 / Dependencies::on(i);
    expected.insert(expected.begin(), i);
    EXPECT_TRUE(std::ranges::equal(sum.components(), expected)) << "with " << expected.size();
  }
  EXPECT_TRUE((Dependencies(3.0) - 2.0).components().empty());
}

/// A five-point stencil on `side` × `side` points.
SparsityPattern stencil(Index side) {
  std::vector<Dependencies> rows;
  for (Index i = 0; i < side * side; ++i) {
    Dependencies row = Dependencies::on(i);
    if (i % side > 0) row = row + Dependencies::on(i - 1);
    if (i % side < side - 1) row = row + Dependencies::on(i + 1);
    if (i >= side) row = row + Dependencies::on(i - side);
    if (i + side < side * side) row = row + Dependencies::on(i + side);
    rows.push_back(row);
  }
  return pattern_of_rows(rows);
}

/// A chain of `size` components whose ends are neighbours.
SparsityPattern ring(Index size) {
  std::vector<Dependencies> rows;
  for (Index i = 0; i < size; ++i) {
    rows.push_back(Dependencies::on((i + size - 1) % size) + Dependencies::on((i + 1) % size));
  }
  return pattern_of_rows(rows);
}

TEST(SparsityPattern, TransposedTwiceIsItself) {
  std::vector<Dependencies> rows(4);
  rows[0] = Dependencies::on(3) + Dependencies::on(1);
  rows[2] = Dependencies::on(0);
  const SparsityPattern pattern = pattern_of_rows(rows);
  const SparsityPattern again = transposed(transposed(pattern));
  EXPECT_EQ(again.rows, pattern.rows);
  EXPECT_EQ(again.starts, pattern.starts);
  EXPECT_EQ(pattern.rows, (std::vector<int>{0, 2, 0, 1, 2, 0, 3}));
}

TEST(ColumnColors, GiveNoTwoColumnsOfARowTheSame) {
  for (const SparsityPattern& pattern : {stencil(9), ring(12), ring(13)}) {
    const std::vector<int> colors = column_colors(pattern);
    const SparsityPattern rows = transposed(pattern);
    for (Index row = 0; row < pattern.dimension; ++row) {
      std::set<int> seen;
      for (int entry = rows.begin(row); entry < rows.end(row); ++entry) {
        EXPECT_TRUE(seen.insert(colors[static_cast<std::size_t>(rows.row(entry))]).second);
      }
    }
  }
}

TEST(ColumnColors, AreFewForStencils) {
  const auto count = [](const SparsityPattern& pattern) {
    const std::vector<int> colors = column_colors(pattern);
    return *std::max_element(colors.begin(), colors.end()) + 1;
  };
  EXPECT_EQ(count(ring(12)), 3);
  EXPECT_LE(count(ring(13)), 5);
  EXPECT_LE(count(stencil(30)), 8);
}

TEST(BandOrdering, FoldsARingIntoTwoStrands) {
  const BandOrdering ordering = narrow_band(ring(1128));
  EXPECT_EQ(ordering.width(), 2);
  std::vector<int> sorted = ordering.place;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) EXPECT_EQ(sorted[i], static_cast<int>(i));
}

TEST(BandOrdering, LeavesAChainAsItIs) {
  std::vector<Dependencies> rows;
  for (Index i = 0; i < 50; ++i) rows.push_back(Dependencies::on(std::min<Index>(i + 1, 49)) + Dependencies::on(i));
  const BandOrdering ordering = narrow_band(pattern_of_rows(rows));
  EXPECT_TRUE(ordering.place.empty());
  EXPECT_EQ(ordering.below, 0);
  EXPECT_EQ(ordering.above, 1);
}

TEST(BandOrdering, OfASquareIsAboutAsWideAsItsSide) { EXPECT_LE(narrow_band(stencil(30)).width(), 30); }

}  // namespace
}  // namespace forerun
