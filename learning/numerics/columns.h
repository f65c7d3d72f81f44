#pragma once

#include <algorithm>

#include "core/base/state.h"

namespace forerun {

/// A matrix that grows by columns. Storage doubles by reallocation, which moves large matrices by their pages and
/// copies nothing; new columns are first touched by whoever fills them. Views are valid until the next `extend`.
class Columns {
 public:
  explicit Columns(Index rows) : storage_(rows, 0) {}

  Index rows() const { return storage_.rows(); }
  Index size() const { return size_; }
  StatesView view() const { return storage_.leftCols(size_); }
  Eigen::Block<const States, Eigen::Dynamic, 1, true> col(Index j) const { return storage_.col(j); }

  StatesOut mutable_view() { return storage_.leftCols(size_); }

  /// Adds `count` uninitialised columns, to be filled through the reference returned.
  StatesOut extend(Index count) {
    if (size_ + count > storage_.cols()) {
      storage_.conservativeResize(Eigen::NoChange, std::max(size_ + count, 2 * storage_.cols()));
    }
    size_ += count;
    return storage_.middleCols(size_ - count, count);
  }
  /// Drops the columns from `size` on, if there are any; their storage is kept.
  void shrink(Index size) { size_ = std::min(size_, size); }

 private:
  Index size_ = 0;
  States storage_;
};

}  // namespace forerun
