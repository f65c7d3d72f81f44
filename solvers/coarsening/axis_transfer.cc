#include "solvers/coarsening/axis_transfer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace forerun {
namespace {

double spacing(const MeshAxis& axis) {
  return axis.points > 1 ? (axis.end - axis.begin) / static_cast<double>(axis.points - 1) : 1.0;
}

/// Place of point i of `to`, counted in points of `from`; as an integer where it is one but for rounding.
double place(const MeshAxis& from, const MeshAxis& to, Index i) {
  const double offset = (to.begin - from.begin) / spacing(from);
  const double ratio = from.ends == AxisEnds::periodic
                           ? static_cast<double>(from.points) / static_cast<double>(to.points)
                           : spacing(to) / spacing(from);
  const double at = offset + static_cast<double>(i) * ratio;
  constexpr double rounding = 1e-9;
  return std::abs(at - std::round(at)) < rounding * static_cast<double>(from.points) ? std::round(at) : at;
}

/// The point that stands for point j of an axis, which may lie beyond its ends. −1: none does.
Index standing_for(const MeshAxis& axis, Index j) {
  const Index n = axis.points;
  if (j >= 0 && j < n) return j;
  if (axis.ends == AxisEnds::periodic) return ((j % n) + n) % n;
  if (axis.ends != AxisEnds::walls_beyond_cells) return -1;
  const Index within = ((j % (2 * n)) + 2 * n) % (2 * n);
  return within < n ? within : 2 * n - 1 - within;
}

class TransferRows {
 public:
  TransferRows(const MeshAxis& from, int order, ValuesBeyond beyond)
      : from_(from),
        num_nodes_(order),
        has_zeros_(from.ends == AxisEnds::values_beyond_points && beyond == ValuesBeyond::zero) {
    transfer_.source_points = from.points;
    transfer_.first.push_back(0);
  }

  /// Lagrange's formula.
  void add_interpolation(double at) {
    if (at == std::round(at) && at >= 0.0 && at < static_cast<double>(from_.points)) {
      add(static_cast<Index>(at), 1.0);
      return end_row();
    }
    const Index lowest = reaches_beyond() ? -num_nodes_ : has_zeros_ ? -1 : 0;
    const Index highest = from_.points - 1 - lowest;  // mesh and margins are symmetric
    const Index nodes = std::min(num_nodes_, highest - lowest + 1);
    const Index before = static_cast<Index>(std::floor(at)) - (nodes / 2 - 1);
    const Index begin = std::clamp(before, lowest, highest - nodes + 1);
    for (Index j = begin; j < begin + nodes; ++j) {
      double weight = 1.0;
      for (Index k = begin; k < begin + nodes; ++k) {
        if (k != j) weight *= (at - static_cast<double>(k)) / static_cast<double>(j - k);
      }
      add(j, weight);
    }
    end_row();
  }

  /// False, and no row, where the kernel reaches points whose values are not known.
  bool add_average(double at, Index ratio) {
    const Index reach = ratio * (num_nodes_ / 2);
    const auto first = static_cast<Index>(std::ceil(at)) - reach, last = static_cast<Index>(std::floor(at)) + reach;
    double sum = 0.0;
    for (Index j = first; j <= last; ++j) {
      const double weight = kernel((static_cast<double>(j) - at) / static_cast<double>(ratio));
      if (weight == 0.0) continue;
      sum += weight;
      const bool is_zero = has_zeros_ && (j == -1 || j == from_.points);
      if (!is_zero && standing_for(from_, j) < 0) {
        transfer_.terms.resize(static_cast<std::size_t>(transfer_.first.back()));
        return false;
      }
      add(j, weight);
    }
    for (auto i = static_cast<std::size_t>(transfer_.first.back()); i < transfer_.terms.size(); ++i) {
      transfer_.terms[i].weight /= sum;
    }
    end_row();
    return true;
  }

  AxisTransfer result() { return std::move(transfer_); }

 private:
  bool reaches_beyond() const { return from_.ends == AxisEnds::periodic || from_.ends == AxisEnds::walls_beyond_cells; }

  /// Of the interpolation on a mesh of spacing 1: what the value at 0 contributes at `distance`.
  double kernel(double distance) const {
    const double y = std::abs(distance);
    if (num_nodes_ == 2) return std::max(0.0, 1.0 - y);
    if (y < 1.0) return (1.0 - y * y) * (2.0 - y) / 2.0;
    return y < 2.0 ? (1.0 - y) * (2.0 - y) * (3.0 - y) / 6.0 : 0.0;
  }

  void add(Index j, double weight) {
    const Index source = standing_for(from_, j);
    if (source < 0) return;  // the value beyond, zero
    const auto row = transfer_.terms.begin() + transfer_.first.back();
    const auto same = std::find_if(row, transfer_.terms.end(), [&](const auto& term) { return term.source == source; });
    if (same == transfer_.terms.end()) {
      transfer_.terms.push_back({source, weight});
    } else {
      same->weight += weight;
    }
  }
  void end_row() { transfer_.first.push_back(static_cast<Index>(transfer_.terms.size())); }

  const MeshAxis& from_;
  Index num_nodes_;
  bool has_zeros_;
  AxisTransfer transfer_;
};

}  // namespace

bool AxisTransfer::is_identity() const {
  if (source_points != target_points() || static_cast<Index>(terms.size()) != source_points) return false;
  for (Index i = 0; i < source_points; ++i) {
    const Term& term = terms[static_cast<std::size_t>(i)];
    if (first[static_cast<std::size_t>(i)] != i || term.source != i || term.weight != 1.0) return false;
  }
  return true;
}

AxisTransfer interpolation_along(const MeshAxis& from, const MeshAxis& to, int order, ValuesBeyond beyond) {
  TransferRows rows(from, order, beyond);
  for (Index i = 0; i < to.points; ++i) rows.add_interpolation(place(from, to, i));
  return rows.result();
}

AxisTransfer trigonometric_interpolation_along(const MeshAxis& from, const MeshAxis& to) {
  AxisTransfer transfer;
  transfer.source_points = from.points;
  transfer.first.push_back(0);
  const auto n = static_cast<double>(from.points);
  for (Index i = 0; i < to.points; ++i) {
    const double at = place(from, to, i);
    if (at == std::round(at)) {
      transfer.terms.push_back({standing_for(from, static_cast<Index>(at)), 1.0});
    } else {
      for (Index j = 0; j < from.points; ++j) {
        const double angle = std::numbers::pi * (at - static_cast<double>(j)) / n;
        const double kernel = from.points % 2 == 0 ? 1.0 / std::tan(angle) : 1.0 / std::sin(angle);
        transfer.terms.push_back({j, std::sin(n * angle) * kernel / n});
      }
    }
    transfer.first.push_back(static_cast<Index>(transfer.terms.size()));
  }
  return transfer;
}

AxisTransfer averages_along(const MeshAxis& from, const MeshAxis& to, int order, ValuesBeyond beyond) {
  const auto ratio = std::max<Index>(1, std::llround(spacing(to) / spacing(from)));
  TransferRows rows(from, order, beyond);
  for (Index i = 0; i < to.points; ++i) {
    const double at = place(from, to, i);
    if (ratio == 1 || !rows.add_average(at, ratio)) rows.add_interpolation(at);
  }
  return rows.result();
}

}  // namespace forerun
