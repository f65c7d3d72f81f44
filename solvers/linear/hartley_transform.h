#pragma once

#include <vector>

#include "core/base/multiversion.h"
#include "core/base/state.h"

namespace forerun {

/// The discrete Hartley transform, real and its own inverse but for a factor,
///
///   H_k = Σ_j x_j cas(2π j k/n),      cas θ = cos θ + sin θ,      H(H(x)) = n x,
///
/// whose vectors cas(2π j k/n), k = 0 … n − 1, are the eigenvectors of every symmetric periodic stencil: of Σ_s c_s
/// x_{j+s} with c_{−s} = c_s to the eigenvalue Σ_s c_s cos(2π s k/n), as those of the Fourier transform are.
///
/// Many columns are transformed together, so that rows are what runs in SIMD registers. Cost: 2 ½ n log₂ n operations a
/// column for a power of two; factors of n other than two are summed up directly. `Scalar` as for equations
/// (equation.h). Deterministic; const members may run on many threads.
/// Source: R. N. Bracewell, Proc. IEEE 72 (1984), 1010-1018, the fast Hartley transform.
class HartleyTransform {
 public:
  /// `size` ≥ 1.
  explicit HartleyTransform(Index size);

  Index size() const { return size_; }

  /// out = transform of each column of `in`, both `size` rows of `width` numbers, apart from each other.
  template <class Scalar>
  FORERUN_INLINE void transform_columns(Index width, const Scalar* in, Scalar* out) const {
    for (Index leaf = 0; leaf * odd_ < size_; ++leaf) transform_leaf(width, in, leaf, out);
    for (Index half = odd_; half < size_; half *= 2) {
      for (Index first = 0; first < size_; first += 2 * half) join(half, width, out + first * width);
    }
  }

 private:
  /// out's rows of this leaf = transform of the rows of `in` that it is made of: every (size/odd)-th.
  template <class Scalar>
  FORERUN_INLINE void transform_leaf(Index width, const Scalar* in, Index leaf, Scalar* out) const {
    const Index stride = size_ / odd_;
    const Scalar* const from = in + starts_[static_cast<std::size_t>(leaf)] * width;
    for (Index k = 0; k < odd_; ++k) {
      Scalar* const to = out + (leaf * odd_ + k) * width;
      FORERUN_INDEPENDENT_ITERATIONS
      for (Index c = 0; c < width; ++c) to[c] = from[c];
      for (Index j = 1; j < odd_; ++j) {
        const double weight = cas_[static_cast<std::size_t>(j * k % odd_)];
        const Scalar* const row = from + j * stride * width;
        FORERUN_INDEPENDENT_ITERATIONS
        for (Index c = 0; c < width; ++c) to[c] = to[c] + weight * row[c];
      }
    }
  }

  /// Of the transforms E of the even rows and O of the odd ones, `half` rows each, that of all, in place:
  /// H_k = E_k + cos θ O_k + sin θ O_{half−k} and H_{k+half} with both signs changed, θ = πk/half. Rows k and half − k
  /// are done together.
  template <class Scalar>
  FORERUN_INLINE void join(Index half, Index width, Scalar* rows) const {
    Scalar* const odd_rows = rows + half * width;
    add_and_subtract(width, rows, odd_rows);
    if (half % 2 == 0) add_and_subtract(width, rows + half / 2 * width, odd_rows + half / 2 * width);
    const Index step = size_ / (2 * half);
    for (Index k = 1; 2 * k < half; ++k) {
      const double cosine = cosines_[static_cast<std::size_t>(k * step)];
      const double sine = sines_[static_cast<std::size_t>(k * step)];
      Scalar* const even = rows + k * width;
      Scalar* const mirrored_even = rows + (half - k) * width;
      Scalar* const odd = odd_rows + k * width;
      Scalar* const mirrored_odd = odd_rows + (half - k) * width;
      FORERUN_INDEPENDENT_ITERATIONS
      for (Index c = 0; c < width; ++c) {
        const Scalar turned = cosine * odd[c] + sine * mirrored_odd[c];
        const Scalar mirrored = sine * odd[c] - cosine * mirrored_odd[c];
        odd[c] = even[c] - turned;
        even[c] = even[c] + turned;
        mirrored_odd[c] = mirrored_even[c] - mirrored;
        mirrored_even[c] = mirrored_even[c] + mirrored;
      }
    }
  }

  template <class Scalar>
  FORERUN_INLINE static void add_and_subtract(Index width, Scalar* even, Scalar* odd) {
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index c = 0; c < width; ++c) {
      const Scalar difference = even[c] - odd[c];
      even[c] = even[c] + odd[c];
      odd[c] = difference;
    }
  }

  Index size_;
  Index odd_;                    ///< the odd factor of `size`
  std::vector<Index> starts_;    ///< first row of each leaf
  std::vector<double> cas_;      ///< cas(2π j/odd)
  std::vector<double> cosines_;  ///< cos(2π j/size), j < size/2
  std::vector<double> sines_;
};

}  // namespace forerun
