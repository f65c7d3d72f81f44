#pragma once

#include <memory>
#include <span>

#include "core/base/parameters.h"
#include "solvers/equations/sampled_sides.h"

namespace forerun {

/// Some components of the right-hand sides of equations on a mesh, by their parameters, one equation a source file;
/// nullptr where an equation does what cannot be recorded.
std::shared_ptr<const SampledSides> sampled_allen_cahn(const Parameters& parameters, std::span<const Index> components);
std::shared_ptr<const SampledSides> sampled_brusselator_2d(const Parameters& parameters,
                                                           std::span<const Index> components);
std::shared_ptr<const SampledSides> sampled_burgers(const Parameters& parameters, std::span<const Index> components);
std::shared_ptr<const SampledSides> sampled_diffusion_reaction(const Parameters& parameters,
                                                               std::span<const Index> components);
std::shared_ptr<const SampledSides> sampled_equations(const Parameters& parameters, std::span<const Index> components);
std::shared_ptr<const SampledSides> sampled_shallow_water(const Parameters& parameters,
                                                          std::span<const Index> components);

}  // namespace forerun
