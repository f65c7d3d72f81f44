#include <algorithm>
#include <cmath>
#include <complex>
#include <type_traits>

#include "core/base/multiversion.h"
#include "core/base/stop_scope.h"
#include "solvers/linear/solver_forms.h"

namespace forerun {
namespace {

constexpr double kResidual = 1e-8;
constexpr Index kRestart = 30;
constexpr Index kMostRestarts = 50;
constexpr Index kMostDescents = 1000;
/// The part of the dropped fill that goes to the diagonal; a little less than all, for stability.
constexpr double kKeptFill = 0.97;

/// The pattern by rows: incomplete factors are made row by row.
struct RowLayout {
  explicit RowLayout(const SparsityPattern& columns) : rows(transposed(columns)) {
    const auto num_entries = columns.rows.size();
    of_entry.resize(num_entries);
    diagonal.resize(static_cast<std::size_t>(columns.dimension));
    std::vector<int> next(rows.starts.begin(), rows.starts.end() - 1);
    for (Index column = 0; column < columns.dimension; ++column) {
      for (int entry = columns.begin(column); entry < columns.end(column); ++entry) {
        const auto row = static_cast<std::size_t>(columns.row(entry));
        const int place = next[row]++;
        of_entry[static_cast<std::size_t>(entry)] = place;
        if (columns.row(entry) == column) diagonal[row] = place;
      }
    }
    is_symmetric = rows.starts == columns.starts && rows.rows == columns.rows;
  }

  Index dimension() const { return rows.dimension; }

  SparsityPattern rows;       ///< its "columns" are the rows
  std::vector<int> of_entry;  ///< where each entry of the pattern stands
  std::vector<int> diagonal;  ///< where each row's diagonal element stands
  bool is_symmetric = false;
};

template <class Scalar>
using Vector = Eigen::Vector<Scalar, Eigen::Dynamic>;

/// y = A x.
template <class Scalar>
void multiply(const RowLayout& layout, const Scalar* values, const Scalar* x, Scalar* y) {
  const int* const columns = layout.rows.rows.data();
  for (Index i = 0; i < layout.dimension(); ++i) {
    Scalar sum(0.0);
    for (int e = layout.rows.begin(i); e < layout.rows.end(i); ++e) sum += product(values[e], x[columns[e]]);
    y[i] = sum;
  }
}

/// LU factors with the entries of A's own pattern only, in its place; 1/pivot on the diagonal. Most of what falls
/// outside the pattern is added to the row's diagonal (Gustafsson 1978): so smooth vectors, the last to converge, are
/// nearly solved exactly, and iterations grow with the fourth root of a diffusion's stiffness and not with its square
/// root. Where a pivot vanishes, it is taken to be 1: a preconditioner need not be exact.
template <class Scalar>
void factorize_incompletely(const RowLayout& layout, Scalar* values) {
  const int* const columns = layout.rows.rows.data();
  std::vector<int> place(static_cast<std::size_t>(layout.dimension()), -1);
  for (Index i = 0; i < layout.dimension(); ++i) {
    const int begin = layout.rows.begin(i);
    const int end = layout.rows.end(i);
    const int diagonal = layout.diagonal[static_cast<std::size_t>(i)];
    for (int e = begin; e < end; ++e) place[static_cast<std::size_t>(columns[e])] = e;
    for (int e = begin; e < diagonal; ++e) {
      const int above = columns[e];
      const int pivot = layout.diagonal[static_cast<std::size_t>(above)];
      values[e] = product(values[e], values[pivot]);
      for (int f = pivot + 1; f < layout.rows.end(above); ++f) {
        const int target = place[static_cast<std::size_t>(columns[f])];
        const Scalar fill = product(values[e], values[f]);
        if (target >= 0) {
          values[target] -= fill;
        } else {
          values[diagonal] -= kKeptFill * fill;
        }
      }
    }
    for (int e = begin; e < end; ++e) place[static_cast<std::size_t>(columns[e])] = -1;
    const Scalar inverse = reciprocal(values[diagonal]);
    values[diagonal] = std::isfinite(magnitude(inverse)) ? inverse : Scalar(1.0);
  }
}

/// x = (L U)⁻¹ b; b and x may be the same.
template <class Scalar>
void precondition(const RowLayout& layout, const Scalar* values, const Scalar* b, Scalar* x) {
  const int* const columns = layout.rows.rows.data();
  for (Index i = 0; i < layout.dimension(); ++i) {
    Scalar sum = b[i];
    for (int e = layout.rows.begin(i); e < layout.diagonal[static_cast<std::size_t>(i)]; ++e) {
      sum -= product(values[e], x[columns[e]]);
    }
    x[i] = sum;
  }
  for (Index i = layout.dimension() - 1; i >= 0; --i) {
    const int diagonal = layout.diagonal[static_cast<std::size_t>(i)];
    Scalar sum = x[i];
    for (int e = diagonal + 1; e < layout.rows.end(i); ++e) sum -= product(values[e], x[columns[e]]);
    x[i] = product(sum, values[diagonal]);
  }
}

template <class Scalar>
class KrylovFactors final : public Factors<Scalar> {
 public:
  explicit KrylovFactors(std::shared_ptr<const RowLayout> layout) : shared_(std::move(layout)), layout_(*shared_) {}

  bool compute(const SparseMatrix& matrix, Scalar shift) override {
    values_.resize(layout_.of_entry.size());
    for (std::size_t entry = 0; entry < values_.size(); ++entry) {
      values_[static_cast<std::size_t>(layout_.of_entry[entry])] = -matrix.values[entry];
    }
    for (const int place : layout_.diagonal) values_[static_cast<std::size_t>(place)] += shift;
    incomplete_ = values_;
    factorize_incompletely(layout_, incomplete_.data());
    is_definite_ = is_symmetric_and_definite();
    return std::all_of(values_.begin(), values_.end(), [](const Scalar& x) { return std::isfinite(magnitude(x)); });
  }

  /// Conjugate gradients for symmetric matrices; for the others, and where those do not get there, GMRES with the
  /// preconditioner on the right, so that residuals are those of the system itself (Saad, Iterative
  /// Methods for Sparse Linear Systems (2003), sec. 9.3.2).
  bool solve(Scalar* b) const override {
    const Index d = layout_.dimension();
    Eigen::Map<Vector<Scalar>> right(b, d);
    Vector<Scalar> x = Vector<Scalar>::Zero(d);
    Vector<Scalar> residual = right;
    const double wanted = kResidual * residual.norm();
    if (!std::isfinite(wanted)) return false;
    if constexpr (std::is_same_v<Scalar, double>) {
      if (is_definite_) {
        descend(residual, wanted, x);
        multiply(layout_, values_.data(), x.data(), residual.data());
        residual = right - residual;
      }
    }
    std::vector<Vector<Scalar>> basis;
    for (Index restart = 0; restart < kMostRestarts; ++restart) {
      if (residual.norm() <= wanted) break;
      improve(residual, wanted, basis, x);
      multiply(layout_, values_.data(), x.data(), residual.data());
      residual = right - residual;
    }
    const bool has_converged = residual.norm() <= 2.0 * wanted;
    right = x;
    return has_converged;
  }

  Index num_numbers() const override { return 2 * layout_.rows.num_entries(); }

 private:
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

  /// The matrix is symmetric, and so positive definite as far as the preconditioner tells.
  bool is_symmetric_and_definite() const {
    if (!std::is_same_v<Scalar, double> || !layout_.is_symmetric) return false;
    for (std::size_t entry = 0; entry < values_.size(); ++entry) {
      // By columns an entry comes where its mirror image comes by rows.
      if (values_[entry] != values_[static_cast<std::size_t>(layout_.of_entry[entry])]) return false;
    }
    return std::all_of(layout_.diagonal.begin(), layout_.diagonal.end(),
                       [&](int place) { return std::real(incomplete_[static_cast<std::size_t>(place)]) > 0.0; });
  }

  /// Preconditioned conjugate gradients (Hestenes, Stiefel 1952): as few iterations as GMRES without restarts, and
  /// three vectors. Ends early where the matrix turns out not to be positive definite.
  void descend(Vector<double>& residual, double wanted, Vector<double>& x) const {
    Vector<double> direction(x.size()), image(x.size()), improved(x.size());
    double last_product = 0.0;
    for (Index i = 0; i < kMostDescents && residual.norm() > wanted; ++i) {
      StopScope::throw_if_stop_requested();
      precondition(layout_, incomplete_.data(), residual.data(), improved.data());
      const double product = residual.dot(improved);
      if (i == 0) {
        direction = improved;
      } else {
        direction = improved + product / last_product * direction;
      }
      last_product = product;
      multiply(layout_, values_.data(), direction.data(), image.data());
      const double curvature = direction.dot(image);
      if (!(product > 0.0 && curvature > 0.0)) break;
      x += product / curvature * direction;
      residual -= product / curvature * image;
    }
  }

  /// x += what reduces the residual most within a Krylov space of up to `kRestart` vectors.
  void improve(const Vector<Scalar>& residual, double wanted, std::vector<Vector<Scalar>>& basis,
               Vector<Scalar>& x) const {
    Matrix upper = Matrix::Zero(kRestart + 1, kRestart);
    Vector<Scalar> rest = Vector<Scalar>::Zero(kRestart + 1);  // of the small least-squares problem
    std::vector<double> cosines;
    std::vector<Scalar> sines;
    rest[0] = residual.norm();
    keep(residual / residual.norm(), 0, basis);
    Vector<Scalar> next(residual.size());
    Index count = 0;
    while (count < kRestart && std::abs(rest[count]) > wanted) {
      StopScope::throw_if_stop_requested();
      precondition(layout_, incomplete_.data(), basis[static_cast<std::size_t>(count)].data(), next.data());
      Vector<Scalar> image(next.size());
      multiply(layout_, values_.data(), next.data(), image.data());
      auto column = upper.col(count);
      for (Index i = 0; i <= count; ++i) {
        const Vector<Scalar>& other = basis[static_cast<std::size_t>(i)];
        column[i] = other.dot(image);
        image -= column[i] * other;
      }
      const double length = image.norm();
      for (Index i = 0; i < count; ++i) rotate(cosines[i_(i)], sines[i_(i)], column[i], column[i + 1]);
      const double size = std::hypot(std::abs(column[count]), length);
      if (!(size > 0.0)) break;
      // The rotation that makes (column[count], length) into (…, 0).
      const double top = std::abs(column[count]);
      const Scalar phase = top > 0.0 ? Scalar(column[count] / top) : Scalar(1.0);
      cosines.push_back(top / size);
      sines.push_back(phase * (length / size));
      column[count] = phase * size;
      rest[count + 1] = -conjugate(sines.back()) * rest[count];
      rest[count] *= cosines.back();
      ++count;
      if (!(length > 0.0)) break;
      keep(image / length, count, basis);
    }
    if (count == 0) return;
    const Vector<Scalar> weights =
        upper.topLeftCorner(count, count).template triangularView<Eigen::Upper>().solve(rest.head(count));
    next.setZero();
    for (Index i = 0; i < count; ++i) next += weights[i] * basis[static_cast<std::size_t>(i)];
    precondition(layout_, incomplete_.data(), next.data(), next.data());
    x += next;
  }

  static std::size_t i_(Index i) { return static_cast<std::size_t>(i); }

  static void rotate(double cosine, const Scalar& sine, Scalar& a, Scalar& b) {
    const Scalar first = cosine * a + sine * b;
    b = cosine * b - conjugate(sine) * a;
    a = first;
  }

  template <class Expression>
  static void keep(const Expression& vector, Index place, std::vector<Vector<Scalar>>& basis) {
    if (static_cast<Index>(basis.size()) == place) basis.emplace_back(vector.size());
    basis[static_cast<std::size_t>(place)] = vector;
  }

  std::shared_ptr<const RowLayout> shared_;
  const RowLayout& layout_;
  std::vector<Scalar> values_;
  std::vector<Scalar> incomplete_;
  bool is_definite_ = false;
};

class KrylovSolver final : public LinearSolver {
 public:
  explicit KrylovSolver(const SparsityPattern& pattern) : layout_(std::make_shared<const RowLayout>(pattern)) {}

  SolverForm form() const override { return SolverForm::krylov; }
  std::unique_ptr<Factors<double>> make_real() const override {
    return std::make_unique<KrylovFactors<double>>(layout_);
  }
  std::unique_ptr<Factors<Complex>> make_complex() const override {
    return std::make_unique<KrylovFactors<Complex>>(layout_);
  }

 private:
  std::shared_ptr<const RowLayout> layout_;
};

}  // namespace

std::shared_ptr<const LinearSolver> make_krylov_solver(const SparsityPattern& pattern) {
  return std::make_shared<KrylovSolver>(pattern);
}

}  // namespace forerun
