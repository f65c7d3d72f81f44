#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state_norm.h"
#include "learning/training/corrector.h"

namespace forerun {

/// What a corrector is told about the problem it serves.
struct CorrectorContext {
  StateBounds bounds;      ///< scaling of the inputs
  std::uint64_t seed = 1;  ///< of the random layer
};

/// What a corrector has to cope with.
struct LearningSize {
  Index dimension = 0;
  double num_slices = 0.0;   ///< of a sweep
  double num_samples = 0.0;  ///< of the harvest
};

/// A corrector that can be named in a configuration.
struct CorrectorEntry {
  std::string name;  ///< "randnet"
  std::string description;
  std::vector<ParameterSpec> parameters;
  /// nullptr for "classic", which has none.
  std::function<std::unique_ptr<Corrector>(const Parameters&, const CorrectorContext&)> make;
  bool gives_way = false;  ///< `Corrector::gives_way_to_classic`
  /// Bytes that it holds beyond the harvest, at its peak. Where it depends on what is found, the most; nullptr for
  /// "classic".
  std::function<double(const Parameters&, const LearningSize&)> bytes;
};

/// All correctors, in alphabetical order; "classic" among them.
const std::vector<CorrectorEntry>& corrector_registry();
/// Throws `ParameterError` ("name") naming the nearest known corrector.
const CorrectorEntry& find_corrector(const std::string& name);

}  // namespace forerun
