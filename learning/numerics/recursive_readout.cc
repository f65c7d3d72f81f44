#include "learning/numerics/recursive_readout.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "learning/numerics/column_blocks.h"
#include "learning/numerics/kernels.h"

namespace forerun {
namespace {

constexpr Index kPanel = 32;
constexpr Index kFactorBlock = 64;
/// Samples at a time: with the triangle they stay in the second-level cache.
constexpr Index kMostRows = 512;

void check_recursive_readout(bool holds, const std::string& sentence) {
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
void apply_panel(const PanelReflectors& panel, Eigen::Ref<States> top, Eigen::Ref<States> rows) {
  States overlap = top;
  add_transposed_product(panel.v, rows, overlap);
  States projection = States::Zero(overlap.rows(), overlap.cols());
  add_transposed_product(panel.t, overlap, projection);
  top -= projection;
  add_product(-1.0, panel.v, projection, rows);
}

}  // namespace

RecursiveReadout::RecursiveReadout(Index num_features, Index num_outputs, double ridge) : num_features_(num_features) {
  check_recursive_readout(num_features >= 1 && num_outputs >= 0, "needs features");
  check_recursive_readout(std::isfinite(ridge) && ridge > 0, "the ridge must be > 0");
  factor_ = std::sqrt(ridge) * States::Identity(num_features, num_features + num_outputs);
}

void RecursiveReadout::append(const StatesView& features, const StatesView& targets, SliceExecutor& executor) {
  check_recursive_readout(features.rows() == num_features(), "needs " + std::to_string(num_features()) + " features");
  check_recursive_readout(targets.rows() == num_outputs(), "needs " + std::to_string(num_outputs()) + " outputs");
  check_recursive_readout(features.cols() == targets.cols(), "as many targets as samples are needed");
  check_recursive_readout(features.allFinite() && targets.allFinite(), "samples must be finite");
  const Index num_chunks = (features.cols() + kMostRows - 1) / kMostRows;
  for (Index chunk = 0; chunk < num_chunks; ++chunk) {
    const Index first = features.cols() * chunk / num_chunks, end = features.cols() * (chunk + 1) / num_chunks;
    States rows(end - first, factor_.cols());
    rows << features.middleCols(first, end - first).transpose(), targets.middleCols(first, end - first).transpose();
    annihilate(rows, executor);
  }
}

void RecursiveReadout::annihilate(States& rows, SliceExecutor& executor) {
  const auto panel_width = [this](Index first) { return std::min(kPanel, num_features() - first); };
  const auto reduce = [&](Index first) {
    const Index width = panel_width(first);
    return reduce_panel(factor_.block(first, first, width, width), rows.middleCols(first, width));
  };
  PanelReflectors panel = reduce(0);
  for (Index first = 0; first < num_features(); first += kPanel) {
    const Index width = panel_width(first);
    const auto apply_to = [&](Index column, Index count) {
      apply_panel(panel, factor_.block(first, column, width, count), rows.middleCols(column, count));
    };
    // The next panel is reduced while this one is still being applied to the columns behind it.
    const Index next = first + width;
    const Index behind = std::min(next + kPanel, num_features());
    PanelReflectors next_panel;
    const Index num_blocks = (factor_.cols() - behind + kFactorBlock - 1) / kFactorBlock;
    executor.for_each(1 + num_blocks, [&](Index piece) {
      if (piece > 0) {
        const Index column = behind + (piece - 1) * kFactorBlock;
        apply_to(column, std::min(kFactorBlock, factor_.cols() - column));
      } else if (next < num_features()) {
        apply_to(next, behind - next);
        next_panel = reduce(next);
      }
    });
    panel = std::move(next_panel);
  }
}

void RecursiveReadout::append_outputs(Index count) {
  factor_.conservativeResize(Eigen::NoChange, factor_.cols() + count);
  factor_.rightCols(count).setZero();
}

States RecursiveReadout::solve(SliceExecutor& executor) const {
  States solution = factor_.rightCols(num_outputs());
  for_each_column_block(executor, num_outputs(), kFactorBlock, [&](Index column, Index count) {
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
