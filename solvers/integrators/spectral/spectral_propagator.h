#pragma once

#include <memory>

#include "solvers/equations/ode_problem.h"
#include "solvers/integrators/factor_cache.h"
#include "solvers/integrators/integrator_registry.h"
#include "solvers/integrators/solver_spec.h"
#include "solvers/integrators/spectral/spectral_map.h"

namespace forerun {

/// Crosses slices by their spectral maps (spectral_map.h), each found when it is first asked for: one for all slices of
/// a length where solvers do not look at time, one a slice otherwise.
///
/// Cost 4 R d operations a slice, once a map is there. Deterministic, thread-safe.
class SpectralPropagator final : public Propagator {
 public:
  enum class Maps { of_each_length, of_each_slice };

  /// `linear` is T of fine(u) = b + T u, `transposed` its Tᵀ.
  SpectralPropagator(std::unique_ptr<Propagator> fine, std::unique_ptr<Propagator> linear,
                     std::unique_ptr<Propagator> transposed, Index modes, Maps maps);

  Index dimension() const override { return fine_->dimension(); }
  double work_per_slice() const override;
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;
  /// R
  Index modes() const { return modes_; }
  /// σ_{R+1} of the slice: what errors contract by.
  double left_out(const Slice& slice) const { return map_of(slice)->left_out; }
  /// σ_1 of the slice: what errors grow by, at most.
  double largest(const Slice& slice) const { return map_of(slice)->largest; }

 private:
  std::shared_ptr<const SpectralMap> map_of(const Slice& slice) const;

  std::unique_ptr<Propagator> fine_, linear_, transposed_;
  Index modes_;
  Maps maps_;
  mutable FactorCache<SpectralMap> found_;
};

/// The integrator "spectral", a coarse solver in front of `modes_of` with `steps` for equations u' = A u + b.
IntegratorEntry spectral_entry();

/// Throws `ParameterError` ("method") where the equation is another.
std::unique_ptr<Propagator> make_spectral(std::shared_ptr<const OdeProblem> problem, const SolverSpec& spec);

}  // namespace forerun
