#include "solvers/integrators/spectral/random_range.h"

#include <Eigen/QR>
#include <cstdint>
#include <vector>

#include "core/base/uniform_noise.h"

namespace forerun {

States across(const Propagator& propagator, const Slice& slice, const States& in) {
  const std::vector<Slice> slices(static_cast<std::size_t>(in.cols()), slice);
  States out(in.rows(), in.cols());
  propagator.propagate_block(slices, in, out);
  return out;
}

States basis_of(const States& columns) {
  const Eigen::HouseholderQR<States> qr(columns);
  return qr.householderQ() * States::Identity(columns.rows(), columns.cols());
}

States drawn_columns(Index dimension, Index count) {
  constexpr std::uint64_t seed = 1;
  UniformNoise noise(seed);
  States columns(dimension, count);
  for (Index j = 0; j < count; ++j) {
    for (Index i = 0; i < dimension; ++i) columns(i, j) = 2.0 * noise.next() - 1.0;
  }
  return columns;
}

}  // namespace forerun
