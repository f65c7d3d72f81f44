#pragma once

#include <Eigen/Core>

namespace forerun {

/// Throws std::invalid_argument: "the result has 3 components: must be 2".
[[noreturn]] void throw_wrong_shape(Eigen::Index rows, Eigen::Index columns, Eigen::Index must_rows,
                                    Eigen::Index must_columns);

/// A view that a result is written through: an `Eigen::Ref` that refuses a result of another shape.
///
/// Eigen looks at shapes in debug builds only. In release builds `out = result` would read past the end of a shorter
/// result and drop the end of a longer one, and `out << a, b, c` would write into whatever lies behind. Here =, +=, −=
/// and << throw std::invalid_argument instead. Not seen are writes to single components (out[i]) and through
/// expressions of the view (out.noalias(), out.array(), out.head(n)).
template <typename Plain>
class OutputView : public Eigen::Ref<Plain> {
  using Base = Eigen::Ref<Plain>;

  /// What `out << a, b, …` goes on with.
  class Filling {
   public:
    explicit Filling(OutputView& out) : out_(out) {}
    Filling& operator,(double value) {
      if (next_ == out_.size()) throw_wrong_shape(next_ + 1, 1, out_.rows(), out_.cols());
      out_.coeffRef(next_++) = value;
      return *this;
    }
    template <typename Derived>
    Filling& operator,(const Eigen::DenseBase<Derived>& part) {
      const Eigen::Index end = next_ + part.size();
      if (end > out_.size()) throw_wrong_shape(end, 1, out_.rows(), out_.cols());
      out_.segment(next_, part.size()) = part.derived();
      next_ = end;
      return *this;
    }

   private:
    OutputView& out_;
    Eigen::Index next_ = 0;
  };

 public:
  using Base::Base;
  OutputView(const OutputView&) = default;

  OutputView& operator=(const OutputView& result) {
    require_shape(result);
    Base::operator=(result);
    return *this;
  }
  template <typename Derived>
  OutputView& operator=(const Eigen::EigenBase<Derived>& result) {
    require_shape(result);
    Base::operator=(result.derived());
    return *this;
  }
  template <typename Derived>
  OutputView& operator+=(const Eigen::EigenBase<Derived>& change) {
    require_shape(change);
    Base::operator+=(change.derived());
    return *this;
  }
  template <typename Derived>
  OutputView& operator-=(const Eigen::EigenBase<Derived>& change) {
    require_shape(change);
    Base::operator-=(change.derived());
    return *this;
  }

  /// `out << a, b, c`: components in their order, numbers or vectors. Those left out keep their values, which a caller
  /// that checks has made not a number.
  template <typename Part>
  Filling operator<<(const Part& part) requires(bool(Plain::IsVectorAtCompileTime)) {
    Filling filling(*this);
    filling, part;
    return filling;
  }

 private:
  template <typename Derived>
  void require_shape(const Eigen::EigenBase<Derived>& result) const {
    if (result.rows() != this->rows() || result.cols() != this->cols()) {
      throw_wrong_shape(result.rows(), result.cols(), this->rows(), this->cols());
    }
  }
};

}  // namespace forerun
