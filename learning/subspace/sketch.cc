#include "learning/subspace/sketch.h"

#include <algorithm>
#include <stdexcept>

#include "learning/numerics/random_stream.h"

namespace forerun {
namespace {

constexpr std::uint64_t kSignStream = 16;
constexpr std::uint64_t kOffsetStream = 17;

}  // namespace

Sketch::Sketch(Index dimension, Index size, std::uint64_t seed) : size_(size) {
  if (size < 1 || size >= dimension) throw std::invalid_argument("sketch: needs 1 ≤ size < dimension");
  const RandomStream sign_stream(seed, kSignStream);
  signs_.resize(dimension);
  for (Index i = 0; i < dimension; ++i) signs_[i] = sign_stream.sign(static_cast<std::uint64_t>(i));
  const RandomStream offset_stream(seed, kOffsetStream);
  offsets_.resize(static_cast<std::size_t>((dimension + size - 1) / size));
  for (std::size_t run = 0; run < offsets_.size(); ++run)
    offsets_[run] = static_cast<Index>(offset_stream.bits(run) % static_cast<std::uint64_t>(size));
}

void Sketch::apply(const StateView& x, StateOut sketch) const {
  sketch.setZero();
  for (std::size_t run = 0; run < offsets_.size(); ++run) {
    const Index begin = static_cast<Index>(run) * size_;
    const Index length = std::min(size_, dimension() - begin);
    const Index before_wrap = std::min(length, size_ - offsets_[run]);
    const Index after_wrap = length - before_wrap;
    sketch.segment(offsets_[run], before_wrap) +=
        signs_.segment(begin, before_wrap).cwiseProduct(x.segment(begin, before_wrap));
    sketch.head(after_wrap) +=
        signs_.segment(begin + before_wrap, after_wrap).cwiseProduct(x.segment(begin + before_wrap, after_wrap));
  }
}

}  // namespace forerun
