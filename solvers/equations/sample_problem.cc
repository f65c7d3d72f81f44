#include "solvers/equations/sample_problem.h"

#include <map>
#include <string>

#include "solvers/equations/problem_origin.h"
#include "solvers/equations/problems/samplers.h"

namespace forerun {

std::shared_ptr<const SampledSides> sample_problem(const OdeProblem& problem, std::span<const Index> components) {
  using Sampler = std::shared_ptr<const SampledSides> (*)(const Parameters&, std::span<const Index>);
  static const std::map<std::string, Sampler> samplers{
      {"allen_cahn", sampled_allen_cahn}, {"brusselator_2d", sampled_brusselator_2d},
      {"burgers", sampled_burgers},       {"diffusion_reaction", sampled_diffusion_reaction},
      {"equations", sampled_equations},   {"shallow_water", sampled_shallow_water}};
  const auto found = samplers.find(problem.name());
  if (found == samplers.end() || problem.origin() == nullptr) return nullptr;
  return found->second(problem.origin()->parameters, components);
}

}  // namespace forerun
