#include "learning/stencil/stencil_convolution.h"

#include <algorithm>
#include <stdexcept>

#include "core/base/multiversion.h"
#include "learning/numerics/kernels.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr Index kPartOfALine = 128;  // sums of shells stay in the caches next to the processor

/// out[i] += Σ over terms of weights[j] · at[offsets[j] + i], in their order, four terms at a time.
FORERUN_MULTIVERSION void convolve(const double* at, const Index* offsets, const double* weights, Index terms,
                                   double* __restrict out, Index count) {
  Index j = 0;
  for (; j + 4 <= terms; j += 4) {
    const double *a0 = at + offsets[j], *a1 = at + offsets[j + 1], *a2 = at + offsets[j + 2], *a3 = at + offsets[j + 3];
    const double w0 = weights[j], w1 = weights[j + 1], w2 = weights[j + 2], w3 = weights[j + 3];
    for (Index i = 0; i < count; ++i) out[i] = (((out[i] + w0 * a0[i]) + w1 * a1[i]) + w2 * a2[i]) + w3 * a3[i];
  }
  for (; j < terms; ++j) {
    const double* const a = at + offsets[j];
    for (Index i = 0; i < count; ++i) out[i] += weights[j] * a[i];
  }
}

}  // namespace

bool StencilConvolution::serves(const StencilRecipe& recipe) {
  return recipe.neurons == 0 && recipe.degree == 1 && recipe.centre_degree <= 1 && recipe.product_degree == 0;
}

StencilConvolution::StencilConvolution(const StencilFeatures& features, const StatesView& readout)
    : length_(features.mesh().line_length()) {
  if (!serves(features.recipe())) throw std::invalid_argument("stencil: not all features are linear");
  for (Index point = 0; point < features.num_points(); point += length_) lines_.push_back(features.mesh().place(point));
  const auto widths = features.scale().width.head(features.num_fields());
  const States scaled = readout * widths.asDiagonal();
  constants_ = scaled.row(0).transpose();
  std::vector<Index> columns_of_points, columns_of_shells;
  for (const StencilFeatures::Mean& mean : features.means()) {
    if (mean.offsets.size() == 1) {
      columns_of_points.push_back(mean.column);
      points_.push_back(mean.offsets.front());
    } else {
      columns_of_shells.push_back(mean.column);
      shells_.push_back(mean.offsets);
    }
  }
  point_weights_ = scaled(columns_of_points, Eigen::all);
  shell_weights_ = scaled(columns_of_shells, Eigen::all);
  for (Index s = 0; s < shell_weights_.rows(); ++s) {
    shell_weights_.row(s) /= static_cast<double>(shells_[static_cast<std::size_t>(s)].size());
  }
}

void StencilConvolution::evaluate(const double* opened, StateOut out) const {
  for (std::size_t line = 0; line < lines_.size(); ++line) {
    for (Index first = 0; first < length_; first += kPartOfALine) {
      evaluate_part(opened + lines_[line] + first, static_cast<Index>(line) * length_ + first,
                    std::min(kPartOfALine, length_ - first), out);
    }
  }
}

void StencilConvolution::evaluate_part(const double* at, Index first, Index count, StateOut out) const {
  thread_local Scratch memory;
  const auto num_shells = static_cast<Index>(shells_.size());
  auto sums = memory.matrix(count, num_shells);
  for (Index s = 0; s < num_shells; ++s) {
    add_up_shifted(at, shells_[static_cast<std::size_t>(s)], sums.col(s).data(), count);
  }
  const Index num_points = static_cast<Index>(lines_.size()) * length_;
  for (Index f = 0; f < constants_.size(); ++f) {
    auto part = out.segment(f * num_points + first, count);
    part.setConstant(constants_[f]);
    convolve(at, points_.data(), point_weights_.col(f).data(), std::ssize(points_), part.data(), count);
    add_product(1.0, sums, shell_weights_.col(f), part);
  }
}

}  // namespace forerun
