#include "learning/numerics/normal_readout.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "learning/numerics/column_blocks.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr Index kBlock = 36;
constexpr Index kSamples = 512;  // at a time: so many of a block stay in the second-level cache

void check_normal_readout(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("normal readout: " + sentence);
}

}  // namespace

NormalReadout::NormalReadout(Index num_features, Index num_outputs, double ridge) {
  check_normal_readout(num_features >= 1 && num_outputs >= 0, "needs features");
  check_normal_readout(std::isfinite(ridge) && ridge > 0, "the ridge must be > 0");
  gram_ = ridge * States::Identity(num_features, num_features);
  products_ = States::Zero(num_features, num_outputs);
}

void NormalReadout::append(const StatesView& features, const StatesView& targets, SliceExecutor& executor) {
  check_normal_readout(features.rows() == num_features(), "needs " + std::to_string(num_features()) + " features");
  check_normal_readout(targets.rows() == num_outputs(), "needs " + std::to_string(num_outputs()) + " outputs");
  check_normal_readout(features.cols() == targets.cols(), "as many targets as samples are needed");
  check_normal_readout(std::isfinite(features.squaredNorm()) && std::isfinite(targets.squaredNorm()),
                       "samples must be finite");
  for_each_column_block(executor, num_features(), kBlock, [&](Index first, Index count) {
    thread_local Scratch memory;
    const Index below = num_features() - first;
    for (Index sample = 0; sample < features.cols(); sample += kSamples) {
      const Index size = std::min(kSamples, features.cols() - sample);
      auto transposed = memory.matrix(size, count + num_outputs());
      transposed << features.block(first, sample, count, size).transpose(),
          targets.middleCols(sample, size).transpose();
      const auto all = features.middleCols(sample, size);
      add_product(1.0, all.bottomRows(below), transposed.leftCols(count), gram_.block(first, first, below, count));
      add_product(1.0, all.middleRows(first, count), transposed.rightCols(num_outputs()),
                  products_.middleRows(first, count));
    }
  });
}

States NormalReadout::solve() const {
  const Eigen::LLT<States> factors(gram_);
  if (factors.info() != Eigen::Success) {
    return States::Constant(num_outputs(), num_features(), std::numeric_limits<double>::quiet_NaN());
  }
  return factors.solve(products_).transpose();
}

}  // namespace forerun
