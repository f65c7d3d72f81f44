#include "solvers/coarsening/mesh_transfer.h"

#include <algorithm>
#include <array>

namespace forerun {
namespace {

/// out (outer × target × inner) from in (outer × source × inner), the last index running fastest.
void apply(const AxisTransfer& transfer, Index outer, Index inner, const double* in, double* out) {
  const Index targets = transfer.target_points();
  for (Index block = 0; block < outer; ++block) {
    const double* const from = in + block * transfer.source_points * inner;
    double* const to = out + block * targets * inner;
    for (Index i = 0; i < targets; ++i) {
      const auto first = static_cast<std::size_t>(transfer.first[static_cast<std::size_t>(i)]);
      const auto last = static_cast<std::size_t>(transfer.first[static_cast<std::size_t>(i) + 1]);
      double* const row = to + i * inner;
      if (inner == 1) {
        double sum = 0.0;
        for (std::size_t k = first; k < last; ++k) sum += transfer.terms[k].weight * from[transfer.terms[k].source];
        *row = sum;
        continue;
      }
      std::fill_n(row, inner, 0.0);
      for (std::size_t k = first; k < last; ++k) {
        const double weight = transfer.terms[k].weight;
        const double* const source = from + transfer.terms[k].source * inner;
        for (Index j = 0; j < inner; ++j) row[j] += weight * source[j];
      }
    }
  }
}

/// One axis after the other, in an order in which arrays stay small: each as soon as it shrinks, as late as it grows.
void apply_all(const std::vector<AxisTransfer>& transfers, const StateLayout& from, bool first_axis_first,
               const double* in, double* out) {
  thread_local std::array<std::vector<double>, 2> between;
  const std::size_t num_axes = transfers.size();
  std::vector<Index> points;
  points.reserve(num_axes);
  for (const MeshAxis& axis : from.axes) points.push_back(axis.points);
  const double* source = in;
  for (std::size_t step = 0; step < num_axes; ++step) {
    const std::size_t a = first_axis_first ? step : num_axes - 1 - step;
    auto outer = static_cast<Index>(from.fields.size());
    Index inner = 1;
    for (std::size_t other = 0; other < num_axes; ++other)
      (other < a ? outer : inner) *= other == a ? 1 : points[other];
    points[a] = transfers[a].target_points();
    double* target = out;
    if (step + 1 < num_axes) {
      std::vector<double>& memory = between[step % 2];
      const auto needed = static_cast<std::size_t>(outer * points[a] * inner);
      if (memory.size() < needed) memory.resize(needed);
      target = memory.data();
    }
    apply(transfers[a], outer, inner, source, target);
    source = target;
  }
}

}  // namespace

MeshTransfer::MeshTransfer(const StateLayout& fine, const StateLayout& coarse, const TransferOptions& options)
    : fine_(fine), coarse_(coarse) {
  const auto restriction_along = options.averages ? averages_along : interpolation_along;
  for (std::size_t a = 0; a < fine.axes.size(); ++a) {
    down_.push_back(restriction_along(fine.axes[a], coarse.axes[a], options.order, options.beyond));
    up_.push_back(options.trigonometric && fine.axes[a].ends == AxisEnds::periodic
                      ? trigonometric_interpolation_along(coarse.axes[a], fine.axes[a])
                      : interpolation_along(coarse.axes[a], fine.axes[a], options.order, options.beyond));
    is_identity_ = is_identity_ && down_.back().is_identity() && up_.back().is_identity();
  }
}

void MeshTransfer::restrict_to_coarse(const double* fine, double* coarse) const {
  apply_all(down_, fine_, true, fine, coarse);
}

void MeshTransfer::interpolate_to_fine(const double* coarse, double* fine) const {
  apply_all(up_, coarse_, false, coarse, fine);
}

}  // namespace forerun
