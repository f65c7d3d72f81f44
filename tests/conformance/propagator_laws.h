#pragma once

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "core/propagation/propagator.h"

namespace forerun::conformance {

/// What every propagator promises (core/propagation/propagator.h), checked on the slices of `grid` with the columns of
/// `states` as start values (one a slice). Run it on your own propagator before you trust Parareal with it.
inline void expect_propagator_laws(const Propagator& propagator, const TimeGrid& grid, const States& states) {
  ASSERT_EQ(propagator.dimension(), states.rows());
  ASSERT_EQ(grid.num_slices(), states.cols());
  ASSERT_GE(propagator.block_size(), 1);
  ASSERT_GT(propagator.work_per_slice(), 0.0);
  const Index num_slices = grid.num_slices();
  States expected(states.rows(), num_slices);
  for (Index n = 0; n < num_slices; ++n) propagator.propagate(grid.slice(n), states.col(n), expected.col(n));
  ASSERT_TRUE(expected.allFinite());

  States again(states.rows(), num_slices);
  for (Index n = num_slices - 1; n >= 0; --n) propagator.propagate(grid.slice(n), states.col(n), again.col(n));
  EXPECT_EQ(again, expected) << "the result depends on what was propagated before";

  for (Index count = 1; count <= num_slices; ++count) {
    States block(states.rows(), count);
    const Index first = num_slices - count;
    propagator.propagate_block(grid.slices(first, count), states.rightCols(count), block);
    EXPECT_EQ(block, expected.rightCols(count)) << "a block of " << count << " differs from its slices one by one";
  }

  States concurrent(states.rows(), num_slices);
  {
    std::vector<std::jthread> threads;
    for (Index t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (Index n = t; n < num_slices; n += 4) {
          propagator.propagate(grid.slice(n), states.col(n), concurrent.col(n));
        }
      });
    }
  }
  EXPECT_EQ(concurrent, expected) << "the result depends on other threads";
}

}  // namespace forerun::conformance
