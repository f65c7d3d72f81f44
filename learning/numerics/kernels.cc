#include "learning/numerics/kernels.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/base/multiversion.h"
#include "learning/numerics/scratch.h"

namespace forerun {
namespace {

constexpr Index kTileRows = 8;
constexpr Index kTileColumns = 6;
constexpr Index kBlockRows = 256;   // a packed block of `a` stays in the second-level cache
constexpr Index kBlockInner = 256;  //
constexpr Index kTransposedRows = 2 * kBlockInner;
constexpr Index kStripRows = 512;  // a strip of one output column stays in the first-level cache

using Octet = double __attribute__((vector_size(64), aligned(8), may_alias));

/// y[0, rows) += Σ_j a(:, j) (alpha x[j]) for one column, four columns of `a` at a time.
FORERUN_MULTIVERSION void add_column(Index rows, Index inner, double alpha, const double* __restrict a, Index stride,
                                     const double* __restrict x, double* __restrict y) {
  for (Index begin = 0; begin < rows; begin += kStripRows) {
    const Index count = std::min(kStripRows, rows - begin);
    double* __restrict out = y + begin;
    Index j = 0;
    for (; j + 4 <= inner; j += 4) {
      const double* __restrict a0 = a + begin + j * stride;
      const double* __restrict a1 = a0 + stride;
      const double* __restrict a2 = a1 + stride;
      const double* __restrict a3 = a2 + stride;
      const double x0 = alpha * x[j], x1 = alpha * x[j + 1], x2 = alpha * x[j + 2], x3 = alpha * x[j + 3];
      for (Index i = 0; i < count; ++i) out[i] = (((out[i] + a0[i] * x0) + a1[i] * x1) + a2[i] * x2) + a3[i] * x3;
    }
    for (; j < inner; ++j) {
      const double* __restrict a0 = a + begin + j * stride;
      const double x0 = alpha * x[j];
      for (Index i = 0; i < count; ++i) out[i] += a0[i] * x0;
    }
  }
}

/// The same for a tile of 8 rows and 6 columns; `a` packed with 8 rows contiguous, x with 6 columns contiguous. So many
/// sums stay in registers of every instruction set since AVX, and hide the time that an addition takes.
FORERUN_MULTIVERSION void add_tile(Index inner, const double* __restrict a, const double* __restrict x,
                                   double* __restrict y, Index stride) {
  auto at = [y, stride](Index column) { return reinterpret_cast<Octet*>(y + column * stride); };
  Octet c0 = *at(0), c1 = *at(1), c2 = *at(2), c3 = *at(3), c4 = *at(4), c5 = *at(5);
  for (Index j = 0; j < inner; ++j, a += kTileRows, x += kTileColumns) {
    const Octet rows = *reinterpret_cast<const Octet*>(a);
    c0 += rows * x[0], c1 += rows * x[1], c2 += rows * x[2];
    c3 += rows * x[3], c4 += rows * x[4], c5 += rows * x[5];
  }
  *at(0) = c0, *at(1) = c1, *at(2) = c2, *at(3) = c3, *at(4) = c4, *at(5) = c5;
}

/// Copies a block so that each tile's 8 rows lie together, rows beyond the last filled with zeros.
void pack_rows(const StatesView& a, Index row, Index rows, Index first, Index inner, double* packed) {
  for (Index tile = 0; tile < rows; tile += kTileRows) {
    const Index count = std::min(kTileRows, rows - tile);
    for (Index j = 0; j < inner; ++j, packed += kTileRows) {
      const double* source = &a.coeffRef(row + tile, first + j);
      std::copy_n(source, count, packed);
      std::fill(packed + count, packed + kTileRows, 0.0);
    }
  }
}

/// The same for columns.
void pack_columns(double alpha, const StatesView& x, Index column, Index count, Index first, Index inner,
                  double* packed) {
  for (Index c = 0; c < count; ++c)
    for (Index j = 0; j < inner; ++j) packed[kTileColumns * j + c] = alpha * x(first + j, column + c);
  for (Index c = count; c < kTileColumns; ++c)
    for (Index j = 0; j < inner; ++j) packed[kTileColumns * j + c] = 0.0;
}

/// `columns` of them, at most a tile's.
void add_tile_column(Index rows, Index columns, Index inner, const double* packed, const double* x, double* y,
                     Index stride) {
  const Index whole = columns == kTileColumns ? rows - rows % kTileRows : 0;
  for (Index row = 0; row < whole; row += kTileRows) add_tile(inner, packed + row * inner, x, y + row, stride);
  for (Index row = whole; row < rows; row += kTileRows) {
    const Index count = std::min(kTileRows, rows - row);
    double edge[kTileRows * kTileColumns] = {};
    for (Index c = 0; c < columns; ++c) std::copy_n(y + row + c * stride, count, edge + c * kTileRows);
    add_tile(inner, packed + row * inner, x, edge, kTileRows);
    for (Index c = 0; c < columns; ++c) std::copy_n(edge + c * kTileRows, count, y + row + c * stride);
  }
}

void add_tiled(double alpha, const StatesView& a, const StatesView& x, Index num_columns, StatesOut y) {
  thread_local std::vector<double> packed_a(kBlockRows * kBlockInner);
  thread_local std::vector<double> packed_x(kTileColumns * kBlockInner);
  for (Index first = 0; first < a.cols(); first += kBlockInner) {
    const Index inner = std::min(kBlockInner, a.cols() - first);
    for (Index row = 0; row < a.rows(); row += kBlockRows) {
      const Index rows = std::min(kBlockRows, a.rows() - row);
      pack_rows(a, row, rows, first, inner, packed_a.data());
      for (Index column = 0; column < num_columns; column += kTileColumns) {
        const Index columns = std::min(kTileColumns, num_columns - column);
        pack_columns(alpha, x, column, columns, first, inner, packed_x.data());
        add_tile_column(rows, columns, inner, packed_a.data(), packed_x.data(), &y(row, column), y.outerStride());
      }
    }
  }
}

constexpr Index kSums = 8;

double combine(const double* sums) {
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

FORERUN_MULTIVERSION double dot_kernel(Index size, const double* __restrict a, const double* __restrict b) {
  double sums[kSums] = {};
  Index i = 0;
  for (; i + kSums <= size; i += kSums)
    for (Index s = 0; s < kSums; ++s) sums[s] += a[i + s] * b[i + s];
  for (Index s = 0; i + s < size; ++s) sums[s] += a[i + s] * b[i + s];
  return combine(sums);
}

FORERUN_MULTIVERSION double distance_kernel(Index size, const double* __restrict a, const double* __restrict b) {
  double sums[kSums] = {};
  Index i = 0;
  for (; i + kSums <= size; i += kSums)
    for (Index s = 0; s < kSums; ++s) sums[s] += (a[i + s] - b[i + s]) * (a[i + s] - b[i + s]);
  for (Index s = 0; i + s < size; ++s) sums[s] += (a[i + s] - b[i + s]) * (a[i + s] - b[i + s]);
  return combine(sums);
}

FORERUN_MULTIVERSION double weighted_distance_kernel(Index size, const double* __restrict w, const double* __restrict a,
                                                     const double* __restrict b) {
  double sums[kSums] = {};
  Index i = 0;
  for (; i + kSums <= size; i += kSums)
    for (Index s = 0; s < kSums; ++s) {
      const double difference = w[i + s] * (a[i + s] - b[i + s]);
      sums[s] += difference * difference;
    }
  for (Index s = 0; i + s < size; ++s) {
    const double difference = w[i + s] * (a[i + s] - b[i + s]);
    sums[s] += difference * difference;
  }
  return combine(sums);
}

/// e^t for −45 ≤ t ≤ 0: t = n ln 2 + r, a Taylor polynomial in r, and n added to the exponent.
FORERUN_INLINE double exp_of_negative(double t) {
  constexpr double log2_e = 1.4426950408889634;
  constexpr double ln2_high = 0x1.62e42fefa3800p-1;
  constexpr double ln2_low = 0x1.ef35793c76730p-45;
  constexpr double shifter = 0x1.8p52;  // adding it rounds to a whole number, held in the lowest bits
  constexpr double inverse_factorials[] = {1.0 / 479001600.0,
                                           1.0 / 39916800.0,
                                           1.0 / 3628800.0,
                                           1.0 / 362880.0,
                                           1.0 / 40320.0,
                                           1.0 / 5040.0,
                                           1.0 / 720.0,
                                           1.0 / 120.0,
                                           1.0 / 24.0,
                                           1.0 / 6.0,
                                           0.5,
                                           1.0,
                                           1.0};
  const double shifted = t * log2_e + shifter;
  const double n = shifted - shifter;
  const double r = (t - n * ln2_high) - n * ln2_low;
  double p = 1.0 / 6227020800.0;
  for (const double c : inverse_factorials) p = p * r + c;
  const std::uint64_t exponent = std::bit_cast<std::uint64_t>(shifted) << 52;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) + exponent);
}

FORERUN_MULTIVERSION void tanh_all(double* __restrict values, Index count) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < count; ++i) {
    constexpr double most = 20.0;  // beyond it tanh is 1 to the last bit
    const double magnitude = std::abs(values[i]);
    const double e = exp_of_negative(-2.0 * (magnitude < most ? magnitude : most));
    const double result = std::copysign((1.0 - e) / (1.0 + e), values[i]);
    values[i] = magnitude <= std::numeric_limits<double>::max() ? result : values[i] - values[i];
  }
}

/// Four shifts at a time.
FORERUN_MULTIVERSION void add_up_at(const double* at, const Index* shifts, Index num_shifts, double* __restrict out,
                                    Index count) {
  std::fill_n(out, count, 0.0);
  Index j = 0;
  for (; j + 4 <= num_shifts; j += 4) {
    const double *a0 = at + shifts[j], *a1 = at + shifts[j + 1], *a2 = at + shifts[j + 2], *a3 = at + shifts[j + 3];
    for (Index i = 0; i < count; ++i) out[i] = (((out[i] + a0[i]) + a1[i]) + a2[i]) + a3[i];
  }
  for (; j < num_shifts; ++j) {
    const double* const a = at + shifts[j];
    for (Index i = 0; i < count; ++i) out[i] += a[i];
  }
}

}  // namespace

void replace_by_tanh(double* values, Index count) { tanh_all(values, count); }

void add_product(double alpha, const StatesView& a, const StatesView& x, StatesOut y) {
  assert(a.cols() == x.rows() && a.rows() == y.rows() && x.cols() == y.cols());
  if (a.rows() == 0 || a.cols() == 0) return;
  constexpr Index few = 3;  // columns beside whole tiles, or alone, for which a tile does not pay
  const Index beside = x.cols() % kTileColumns;
  const Index tiled = x.cols() <= kTileColumns ? 0 : beside <= few ? x.cols() - beside : x.cols();
  if (tiled > 0) add_tiled(alpha, a, x, tiled, y);
  for (Index c = tiled; c < x.cols(); ++c)
    add_column(a.rows(), a.cols(), alpha, a.data(), a.outerStride(), x.col(c).data(), y.col(c).data());
}

void add_transposed_product(const StatesView& a, const StatesView& x, StatesOut y) {
  assert(a.rows() == x.rows() && a.cols() == y.rows() && x.cols() == y.cols());
  thread_local Scratch memory;
  for (Index first = 0; first < a.rows(); first += kTransposedRows) {
    const Index count = std::min(kTransposedRows, a.rows() - first);
    auto transposed = memory.matrix(a.cols(), count);
    transposed = a.middleRows(first, count).transpose();
    add_product(1.0, transposed, x.middleRows(first, count), y);
  }
}

double dot(const StateView& a, const StateView& b) {
  assert(a.size() == b.size());
  return dot_kernel(a.size(), a.data(), b.data());
}

double squared_distance(const StateView& a, const StateView& b) {
  assert(a.size() == b.size());
  return distance_kernel(a.size(), a.data(), b.data());
}

double squared_distance(const StateView& weights, const StateView& a, const StateView& b) {
  assert(a.size() == b.size() && a.size() == weights.size());
  return weighted_distance_kernel(a.size(), weights.data(), a.data(), b.data());
}

void add_up_shifted(const double* values, std::span<const Index> shifts, double* sums, Index count) {
  add_up_at(values, shifts.data(), std::ssize(shifts), sums, count);
}

}  // namespace forerun
