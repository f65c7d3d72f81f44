#include <algorithm>
#include <utility>

#include "core/base/multiversion.h"
#include "solvers/linear/solver_forms.h"

namespace forerun {
namespace {

/// Where the numbers of a band stand. Row i holds columns i − below … i + above + below: rows that are exchanged bring
/// entries up to `below` places further right. Element (i, j) is number i · length + (j − i + below).
struct BandLayout {
  Index dimension = 0;
  Index below = 0;
  Index above = 0;
  std::vector<int> place;          ///< as in `BandOrdering`
  std::vector<Index> of_entry;     ///< of each entry of the pattern
  std::vector<Index> of_diagonal;  ///< of component i's diagonal element

  Index length() const { return 2 * below + above + 1; }
};

/// Bands up to this wide on both sides have code of their own, with all loops spelled out.
constexpr Index kNarrow = 4;

BandLayout make_layout(const SparsityPattern& pattern, BandOrdering ordering) {
  BandLayout layout{pattern.dimension, ordering.below, ordering.above, std::move(ordering.place), {}, {}};
  const Index width = std::max<Index>(1, ordering.width());
  if (width <= kNarrow) layout.below = layout.above = width;
  const auto at = [&](Index i) -> Index {
    return layout.place.empty() ? i : layout.place[static_cast<std::size_t>(i)];
  };
  const auto number = [&](Index row, Index column) { return row * layout.length() + column - row + layout.below; };
  layout.of_entry.reserve(pattern.rows.size());
  for (Index column = 0; column < pattern.dimension; ++column) {
    layout.of_diagonal.push_back(number(at(column), at(column)));
    for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
      layout.of_entry.push_back(number(at(pattern.row(entry)), at(column)));
    }
  }
  return layout;
}

/// What elimination leaves, P A = L U, in memory of the caller's: in `rows`, in the place of the matrix, the rows of U
/// divided by their pivots, with 1/pivot on the diagonal; the multipliers of step k in lower[k · below] …; with which
/// row k was exchanged and the last column that it reaches, as distances from k.
template <class Scalar>
struct Elimination {
  Scalar* rows;
  Scalar* lower;
  int* exchanged;
  int* reach;
};

enum class Pivoting { singular, none, some };

/// Elimination with `Width` places on either side. The rows at work stand in a window that moves along.
template <int Width, class Scalar>
Pivoting eliminate_narrow(Index d, const Elimination<Scalar>& in) {
  constexpr int length = 3 * Width + 1;
  constexpr int columns = 2 * Width + 1;
  Scalar window[Width + 1][columns] = {};
  for (Index r = 0; r <= std::min<Index>(Width, d - 1); ++r) {
    for (Index c = 0; c < columns; ++c) window[r][c] = in.rows[r * length + c - r + Width];
  }
  Pivoting pivoting = Pivoting::none;
  for (Index k = 0; k < d; ++k) {
    int pivot = 0;
    double largest = magnitude(window[0][0]);
    for (int r = 1; r <= Width; ++r) {
      const double size = magnitude(window[r][0]);
      if (size > largest) {
        largest = size;
        pivot = r;
      }
    }
    if (!(largest > 0.0)) return Pivoting::singular;
    in.exchanged[k] = pivot;
    if (pivot != 0) {
      pivoting = Pivoting::some;
      for (int c = 0; c < columns; ++c) std::swap(window[0][c], window[pivot][c]);
    }
    Scalar pivot_row[columns];
    std::copy_n(window[0], columns, pivot_row);
    const Scalar inverse = reciprocal(pivot_row[0]);
    Scalar* const row = in.rows + k * length + Width;
    row[0] = inverse;
    for (int c = 1; c < columns; ++c) row[c] = product(pivot_row[c], inverse);
    for (int r = 1; r <= Width; ++r) {
      const Scalar multiplier = product(window[r][0], inverse);
      in.lower[k * Width + r - 1] = multiplier;
      for (int c = 1; c < columns; ++c) window[r - 1][c - 1] = window[r][c] - product(multiplier, pivot_row[c]);
      window[r - 1][columns - 1] = Scalar(0.0);
    }
    const Index next = k + 1 + Width;
    for (int c = 0; c < columns; ++c) window[Width][c] = next < d ? in.rows[next * length + c] : Scalar(0.0);
  }
  return pivoting;
}

/// x = A⁻¹ b in place; b has 2 `Width` zeros behind its end. `Reach` is how far rows of U reach: `Width` where no rows
/// were exchanged, else twice as far.
template <int Width, int Reach, class Scalar>
void solve_narrow(Index d, const Scalar* rows, const Scalar* lower, const int* exchanged, Scalar* b) {
  constexpr int length = 3 * Width + 1;
  Scalar window[Width + 1];
  for (int r = 0; r <= Width; ++r) window[r] = b[r];
  for (Index k = 0; k < d; ++k) {
    if constexpr (Reach > Width) std::swap(window[0], window[exchanged[k]]);
    const Scalar now = window[0];
    b[k] = product(now, rows[k * length + Width]);
    for (int r = 1; r <= Width; ++r) window[r - 1] = window[r] - product(lower[k * Width + r - 1], now);
    window[Width] = b[k + 1 + Width];
  }
  Scalar after[Reach] = {};
  for (Index k = d - 1; k >= 0; --k) {
    Scalar sum = b[k];
    const Scalar* const row = rows + k * length + Width;
    for (int c = Reach; c >= 1; --c) sum -= product(row[c], after[c - 1]);
    for (int c = Reach - 1; c >= 1; --c) after[c] = after[c - 1];
    after[0] = sum;
    b[k] = sum;
  }
}

/// y −= factor · x over n numbers.
template <class Scalar>
FORERUN_INLINE void subtract_multiple(Index n, const Scalar& factor, const Scalar* x, Scalar* y) {
  FORERUN_INDEPENDENT_ITERATIONS
  for (Index i = 0; i < n; ++i) y[i] -= product(factor, x[i]);
}

/// The kernels of bands of any width: rows are exchanged and eliminated where they stand.
template <class Scalar>
struct WideBand {
  FORERUN_MULTIVERSION static Pivoting eliminate(Index d, Index below, Index above, const Elimination<Scalar>& in) {
    const Index length = 2 * below + above + 1;
    Pivoting pivoting = Pivoting::none;
    Index reach = 0;
    for (Index k = 0; k < d; ++k) {
      const Index last = std::min(below, d - 1 - k);
      Scalar* const row = in.rows + k * length + below;  // element (k, k); (k + r, k) is r (length − 1) further
      Index pivot = 0;
      double largest = magnitude(row[0]);
      for (Index r = 1; r <= last; ++r) {
        const double size = magnitude(row[r * (length - 1)]);
        if (size > largest) {
          largest = size;
          pivot = r;
        }
      }
      if (!(largest > 0.0)) return Pivoting::singular;
      reach = std::min(std::max(reach - 1, pivot + above), d - 1 - k);
      in.exchanged[k] = static_cast<int>(pivot);
      in.reach[k] = static_cast<int>(reach);
      if (pivot != 0) {
        pivoting = Pivoting::some;
        std::swap_ranges(row, row + reach + 1, row + pivot * (length - 1));
      }
      const Scalar inverse = reciprocal(row[0]);
      for (Index r = 1; r <= last; ++r) {
        Scalar* const other = row + r * (length - 1);
        const Scalar multiplier = product(other[0], inverse);
        in.lower[k * below + r - 1] = multiplier;
        if (multiplier != Scalar(0.0)) subtract_multiple(reach, multiplier, row + 1, other + 1);
      }
      row[0] = inverse;
      for (Index c = 1; c <= reach; ++c) row[c] = product(row[c], inverse);
    }
    return pivoting;
  }

  FORERUN_MULTIVERSION static void solve(Index d, Index below, Index above, const Scalar* rows, const Scalar* lower,
                                         const int* exchanged, const int* reach, Scalar* b) {
    const Index length = 2 * below + above + 1;
    for (Index k = 0; k < d; ++k) {
      if (exchanged[k] != 0) std::swap(b[k], b[k + exchanged[k]]);
      const Scalar now = b[k];
      subtract_multiple(std::min(below, d - 1 - k), now, lower + k * below, b + k + 1);
      b[k] = product(now, rows[k * length + below]);
    }
    for (Index k = d - 1; k >= 0; --k) {
      const Scalar* const row = rows + k * length + below;
      Scalar sum = b[k];
      for (Index c = reach[k]; c >= 1; --c) sum -= product(row[c], b[k + c]);
      b[k] = sum;
    }
  }
};

/// Memory of the calling thread's own, for right-hand sides in the order of the band.
template <class Scalar>
Scalar* ordered(Index size) {
  thread_local std::vector<Scalar> memory;
  if (static_cast<Index>(memory.size()) < size) memory.resize(static_cast<std::size_t>(size));
  return memory.data();
}

template <class Scalar>
class BandedFactors final : public Factors<Scalar> {
 public:
  explicit BandedFactors(std::shared_ptr<const BandLayout> layout) : shared_(std::move(layout)), layout_(*shared_) {}

  bool compute(const SparseMatrix& matrix, Scalar shift) override {
    const auto d = static_cast<std::size_t>(layout_.dimension);
    rows_.assign(d * static_cast<std::size_t>(layout_.length()), Scalar(0.0));
    lower_.resize(d * static_cast<std::size_t>(layout_.below));
    exchanged_.resize(d);
    reach_.resize(d);
    Scalar* const rows = rows_.data();
    for (std::size_t entry = 0; entry < layout_.of_entry.size(); ++entry) {
      rows[layout_.of_entry[entry]] = -matrix.values[entry];
    }
    for (const Index diagonal : layout_.of_diagonal) rows[diagonal] += shift;
    pivoting_ = eliminate({rows_.data(), lower_.data(), exchanged_.data(), reach_.data()});
    return pivoting_ != Pivoting::singular;
  }

  bool solve(Scalar* b) const override {
    const Index d = layout_.dimension;
    Scalar* const x = ordered<Scalar>(d + 2 * kNarrow + 1);
    if (layout_.place.empty()) {
      std::copy_n(b, d, x);
    } else {
      for (Index i = 0; i < d; ++i) x[layout_.place[static_cast<std::size_t>(i)]] = b[i];
    }
    std::fill_n(x + d, 2 * kNarrow + 1, Scalar(0.0));
    switch (is_narrow() ? layout_.below : 0) {
      case 1:
        solve_narrow_band<1>(x);
        break;
      case 2:
        solve_narrow_band<2>(x);
        break;
      case 3:
        solve_narrow_band<3>(x);
        break;
      case 4:
        solve_narrow_band<4>(x);
        break;
      default:
        WideBand<Scalar>::solve(d, layout_.below, layout_.above, rows_.data(), lower_.data(), exchanged_.data(),
                                reach_.data(), x);
    }
    if (layout_.place.empty()) {
      std::copy_n(x, d, b);
    } else {
      for (Index i = 0; i < d; ++i) b[i] = x[layout_.place[static_cast<std::size_t>(i)]];
    }
    return true;
  }

  Index num_numbers() const override { return layout_.dimension * (layout_.below + layout_.above + 1); }

 private:
  bool is_narrow() const { return layout_.below == layout_.above && layout_.below <= kNarrow; }

  Pivoting eliminate(const Elimination<Scalar>& in) const {
    const Index d = layout_.dimension;
    switch (is_narrow() ? layout_.below : 0) {
      case 1:
        return eliminate_narrow<1>(d, in);
      case 2:
        return eliminate_narrow<2>(d, in);
      case 3:
        return eliminate_narrow<3>(d, in);
      case 4:
        return eliminate_narrow<4>(d, in);
      default:
        return WideBand<Scalar>::eliminate(d, layout_.below, layout_.above, in);
    }
  }

  template <int Width>
  void solve_narrow_band(Scalar* x) const {
    const Index d = layout_.dimension;
    if (pivoting_ == Pivoting::none) {
      solve_narrow<Width, Width>(d, rows_.data(), lower_.data(), exchanged_.data(), x);
    } else {
      solve_narrow<Width, 2 * Width>(d, rows_.data(), lower_.data(), exchanged_.data(), x);
    }
  }

  std::shared_ptr<const BandLayout> shared_;
  const BandLayout& layout_;
  std::vector<Scalar> rows_;
  std::vector<Scalar> lower_;
  std::vector<int> exchanged_;
  std::vector<int> reach_;
  Pivoting pivoting_ = Pivoting::singular;
};

class BandedSolver final : public LinearSolver {
 public:
  BandedSolver(const SparsityPattern& pattern, BandOrdering ordering)
      : layout_(std::make_shared<const BandLayout>(make_layout(pattern, std::move(ordering)))) {}

  SolverForm form() const override { return SolverForm::banded; }
  std::unique_ptr<Factors<double>> make_real() const override {
    return std::make_unique<BandedFactors<double>>(layout_);
  }
  std::unique_ptr<Factors<Complex>> make_complex() const override {
    return std::make_unique<BandedFactors<Complex>>(layout_);
  }

 private:
  std::shared_ptr<const BandLayout> layout_;
};

}  // namespace

std::shared_ptr<const LinearSolver> make_banded_solver(const SparsityPattern& pattern, BandOrdering ordering) {
  return std::make_shared<BandedSolver>(pattern, std::move(ordering));
}

}  // namespace forerun
