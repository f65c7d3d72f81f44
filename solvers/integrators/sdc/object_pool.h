#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace forerun {

/// Objects that are costly to make and whose memory is used again by whoever comes next; what they hold is not.
/// Thread-safe; the pool outlives what it has lent.
template <typename Object>
class ObjectPool {
 public:
  /// Gives the object back at its end.
  class Loan {
   public:
    Loan(ObjectPool& lender, std::unique_ptr<Object> lent) : lender_(lender), lent_(std::move(lent)) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() {
      const std::lock_guard lock(lender_.mutex_);
      lender_.idle_.push_back(std::move(lent_));
    }
    Object& operator*() const { return *lent_; }
    Object* operator->() const { return lent_.get(); }

   private:
    ObjectPool& lender_;
    std::unique_ptr<Object> lent_;
  };

  /// make() gives a new one, as std::unique_ptr<Object>.
  template <typename Make>
  Loan borrow(const Make& make) {
    std::unique_ptr<Object> lent;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        lent = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!lent) lent = make();
    return {*this, std::move(lent)};
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Object>> idle_;
};

}  // namespace forerun
