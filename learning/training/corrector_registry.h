#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state_layout.h"
#include "core/base/state_norm.h"
#include "learning/training/corrector.h"

namespace forerun {

class TangentModesFinder;

/// What a corrector is told about the problem it serves.
struct CorrectorContext {
  StateBounds bounds;       ///< scaling of the inputs
  std::uint64_t seed = 1;   ///< of the random layer
  StateLayout layout = {};  ///< of the state, where it is known: learners of local laws need its mesh
  /// Components of the right-hand side that a fine sweep evaluates, so that nobody learns for longer than that takes;
  /// 0: not known, and taken to be many.
  double fine_work = 0.0;
  double sweep_components = 0.0;  ///< of the states of a sweep, all slices together; 0: not known
  /// Linearises the two solvers, the fine one by so many of its steps (0: its own); empty where nobody can.
  std::function<std::shared_ptr<const TangentModesFinder>(Index steps)> linearise = {};
};

/// What a corrector has to cope with.
struct LearningSize {
  Index dimension = 0;
  double num_slices = 0.0;    ///< of a sweep
  double num_samples = 0.0;   ///< of the harvest
  bool with_stencil = false;  ///< `stencil_pays`: "auto" has it among its candidates
  double held = 1.0;          ///< part of the samples that a process holds of a harvest that is shared
};

/// A corrector that can be named in a configuration.
struct CorrectorEntry {
  std::string name;  ///< "randnet"
  std::string description;
  std::vector<ParameterSpec> parameters;
  /// nullptr for "classic", which has none.
  std::function<std::unique_ptr<Corrector>(const Parameters&, const CorrectorContext&)> make;
  bool gives_way = false;   ///< `Corrector::gives_way_to_classic`
  bool needs_mesh = false;  ///< a state without one is refused
  /// Bytes that it holds beyond the harvest, at its peak. Where it depends on what is found, the most; nullptr for
  /// "classic".
  std::function<double(const Parameters&, const LearningSize&)> bytes;
};

/// Whether "auto" is to have "stencil" among its candidates: on a mesh, and where a fine sweep takes longer than what
/// is learned from it by a small network. Counted, not measured: a rule by the clock would make results depend on the
/// machine.
bool stencil_pays(const CorrectorContext& context);

/// All correctors, in alphabetical order; "classic" among them.
const std::vector<CorrectorEntry>& corrector_registry();
/// Throws `ParameterError` ("name") naming the nearest known corrector.
const CorrectorEntry& find_corrector(const std::string& name);

}  // namespace forerun
