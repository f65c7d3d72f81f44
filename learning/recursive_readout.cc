#include "learning/recursive_readout.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "learning/column_blocks.h"
#include "learning/kernels.h"

namespace forerun {
namespace {

constexpr Index kPanel = 32;
constexpr Index kColumnBlock = 128;

void check(bool holds, const std::string& sentence) {
  if (!holds) throw std::invalid_argument("recursive readout: " + sentence);
}

/// Reflectors H_j = I − τ_j [e_j; v_j][e_j; v_j]ᵀ of one panel, accumulated as I − [I; V] T [I; V]ᵀ.
struct PanelReflectors {
  States v;  ///< samples × width
  States t;  ///< width × width, upper triangular
};

/// Annihilates `rows` below the triangle `r`; column j of the result's T follows from VᵀV as the reflectors come.
PanelReflectors reduce_panel(Eigen::Ref<States> r, Eigen::Ref<States> rows) {
  const Index width = r.cols();
  PanelReflectors panel{States(rows.rows(), width), States::Zero(width, width)};
  for (Index j = 0; j < width; ++j) {
    const double alpha = r(j, j);
    const double tail = dot(rows.col(j), rows.col(j));
    if (tail == 0.0) {
      panel.v.col(j).setZero();
      continue;  // τ = 0: nothing to annihilate
    }
    const double beta = -std::copysign(std::sqrt(alpha * alpha + tail), alpha);
    const double tau = (beta - alpha) / beta;
    panel.v.col(j) = rows.col(j) / (alpha - beta);
    r(j, j) = beta;
    for (Index c = j + 1; c < width; ++c) {
      const double projection = tau * (r(j, c) + dot(panel.v.col(j), rows.col(c)));
      r(j, c) -= projection;
      rows.col(c) -= projection * panel.v.col(j);
    }
    State overlaps(j);
    for (Index i = 0; i < j; ++i) overlaps[i] = dot(panel.v.col(i), panel.v.col(j));
    overlaps *= -tau;
    panel.t.col(j).head(j) = panel.t.topLeftCorner(j, j).triangularView<Eigen::Upper>() * overlaps;
    panel.t(j, j) = tau;
  }
  return panel;
}

/// [top; rows] ← (I − [I; V] Tᵀ [I; V]ᵀ) [top; rows].
void apply_panel(const PanelReflectors& panel, Eigen::Ref<States> top, Eigen::Ref<States> rows,
                 SliceExecutor& executor) {
  for_each_column_block(executor, top.cols(), kColumnBlock, [&](Index first, Index count) {
    auto top_block = top.middleCols(first, count);
    auto rows_block = rows.middleCols(first, count);
    States overlap = top_block;
    add_transposed_product(panel.v, rows_block, overlap);
    States projection = States::Zero(overlap.rows(), count);
    add_transposed_product(panel.t, overlap, projection);
    top_block -= projection;
    add_product(-1.0, panel.v, projection, rows_block);
  });
}

}  // namespace

RecursiveReadout::RecursiveReadout(Index num_features, Index num_outputs, double ridge)
    : targets_(States::Zero(num_features, num_outputs)) {
  check(num_features >= 1 && num_outputs >= 0, "needs features");
  check(std::isfinite(ridge) && ridge > 0, "the ridge must be > 0");
  factor_ = std::sqrt(ridge) * States::Identity(num_features, num_features);
}

void RecursiveReadout::append(const StatesView& features, const StatesView& targets, SliceExecutor& executor) {
  check(features.rows() == num_features(), "needs " + std::to_string(num_features()) + " features");
  check(targets.rows() == num_outputs(), "needs " + std::to_string(num_outputs()) + " outputs");
  check(features.cols() == targets.cols(), "as many targets as samples are needed");
  check(features.allFinite() && targets.allFinite(), "samples must be finite");
  if (features.cols() == 0) return;
  States rows = features.transpose();
  States row_targets = targets.transpose();
  for (Index first = 0; first < num_features(); first += kPanel) {
    const Index width = std::min(kPanel, num_features() - first);
    const Index next = first + width;
    const Index rest = num_features() - next;
    const PanelReflectors panel =
        reduce_panel(factor_.block(first, first, width, width), rows.middleCols(first, width));
    apply_panel(panel, factor_.block(first, next, width, rest), rows.middleCols(next, rest), executor);
    apply_panel(panel, targets_.middleRows(first, width), row_targets, executor);
  }
}

void RecursiveReadout::append_outputs(Index count) {
  const Index before = num_outputs();
  targets_.conservativeResize(Eigen::NoChange, before + count);
  targets_.rightCols(count).setZero();
}

States RecursiveReadout::solve(SliceExecutor& executor) const {
  States solution = targets_;
  for_each_column_block(executor, num_outputs(), kColumnBlock / 2, [&](Index column, Index count) {
    auto columns = solution.middleCols(column, count);
    for (Index next = num_features(); next > 0;) {
      const Index first = (next - 1) / kPanel * kPanel;
      const Index width = next - first;
      auto block = columns.middleRows(first, width);
      factor_.block(first, first, width, width).triangularView<Eigen::Upper>().solveInPlace(block);
      add_product(-1.0, factor_.block(0, first, first, width), block, columns.topRows(first));
      next = first;
    }
  });
  return solution.transpose();
}

}  // namespace forerun
