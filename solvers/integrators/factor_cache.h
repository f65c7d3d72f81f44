#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/time_grid.h"

namespace forerun {

/// The slice's length, rounded so that the slices of a uniform grid have few different ones.
///
/// Boundaries are rounded numbers, so lengths of equal slices differ in their last bits, and the more the later the
/// slice. Kept is a multiple of the largest power of two that is at most 2⁻⁴⁰ of the length, or 16 units in the last
/// place of the later boundary where those are more (but not beyond 2⁻²⁰ of the length): what is dropped is below 10⁻¹²
/// of the length or lies within what the boundaries' own rounding leaves open. A function of the slice alone.
/// A uniform grid of N slices has two such lengths, and beyond 2⁸ slices two more each time N doubles.
double resolved_length(const Slice& slice);

/// Factors that are costly to make and serve many slices, by a number (the step length) that they follow from.
///
/// Each is made once, also where several threads ask for it at the same time: who asks for the same waits, who asks for
/// another does not. The `capacity` ones asked for last are kept; what is in use lives on. If making throws, whoever
/// asks next tries again. Thread-safe; factors are a function of the key, so what is kept never changes a result.
template <typename Factors>
class FactorCache {
 public:
  explicit FactorCache(std::size_t capacity) : capacity_(capacity) {}

  /// make() gives the factors of `key`, as std::unique_ptr<const Factors>.
  template <typename Make>
  std::shared_ptr<const Factors> get(double key, const Make& make) {
    const std::shared_ptr<Entry> entry = entry_of(key);
    const std::lock_guard lock(entry->making);
    if (!entry->factors) entry->factors = make();
    return {entry, entry->factors.get()};
  }

 private:
  struct Entry {
    explicit Entry(double of) : key(of) {}
    double key;
    std::uint64_t last_asked = 0;
    std::mutex making;
    std::unique_ptr<const Factors> factors;
  };

  std::shared_ptr<Entry> entry_of(double key) {
    const std::lock_guard lock(mutex_);
    ++num_asked_;
    auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry->key == key; });
    if (found == entries_.end()) {
      if (entries_.size() == capacity_) {
        entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                        [](const auto& a, const auto& b) { return a->last_asked < b->last_asked; }));
      }
      found = entries_.insert(entries_.end(), std::make_shared<Entry>(key));
    }
    (*found)->last_asked = num_asked_;
    return *found;
  }

  std::size_t capacity_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Entry>> entries_;
  std::uint64_t num_asked_ = 0;
};

}  // namespace forerun
