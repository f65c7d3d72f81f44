#pragma once

#include "core/base/state.h"

namespace forerun {

/// A Krylov space by Arnoldi's process: an orthonormal basis V, and the operator's projection H on it,
///
///   operator V_m = V_{m+1} H.
///
/// Deterministic. Belongs to one thread at a time. Memory: dimension × (vectors + 1).
class KrylovSpace {
 public:
  KrylovSpace(Index dimension, Index most_vectors)
      : basis_(dimension, most_vectors + 1), projection_(Eigen::MatrixXd::Zero(most_vectors + 1, most_vectors)) {}

  /// From this vector, which is not 0.
  void start(const State& vector) {
    size_ = 0;
    is_whole_ = false;
    length_ = vector.norm();
    basis_.col(0) = vector / length_;
    projection_.setZero();
  }
  /// What the operator is to be applied to next.
  auto last() const { return basis_.col(size_); }
  /// Another vector: the operator's image of the last. The space is whole if that lies within it.
  void grow(State image) {
    const double size = image.norm();
    auto column = projection_.col(size_);
    for (int pass = 0; pass < 2; ++pass) {  // the second for what rounding has left in the first
      for (Index i = 0; i <= size_; ++i) {
        const double part = basis_.col(i).dot(image);
        column[i] += part;
        image -= part * basis_.col(i);
      }
    }
    const double rest = image.norm();
    ++size_;
    is_whole_ = !(rest > 1e-14 * size);
    column[size_] = is_whole_ ? 0.0 : rest;
    basis_.col(size_) = is_whole_ ? State::Zero(image.size()) : State(image / rest);
  }

  Index size() const { return size_; }
  /// The operator leads nowhere out of it.
  bool is_whole() const { return is_whole_; }
  /// It is whole, or there is no room for more.
  bool is_full() const { return is_whole_ || size_ == projection_.cols(); }
  /// Of the vector that it was started from.
  double length() const { return length_; }
  Eigen::MatrixXd projection(Index size) const { return projection_.topLeftCorner(size, size); }
  /// V times coefficients of its first vectors.
  State combination(const State& coefficients) const {
    State sum = State::Zero(basis_.rows());
    for (Index i = 0; i < coefficients.size(); ++i) sum += coefficients[i] * basis_.col(i);
    return sum;
  }

 private:
  Eigen::MatrixXd basis_;
  Eigen::MatrixXd projection_;
  Index size_ = 0;
  double length_ = 0.0;
  bool is_whole_ = false;
};

}  // namespace forerun
