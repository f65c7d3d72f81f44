#pragma once

#include <memory>
#include <string>

#include "core/coarse_trainer.h"
#include "learning/harvest.h"

namespace forerun {

/// Learns the discrepancy u ↦ F(u) − G(u) from a harvest.
///
/// `fit` is called once an iteration with everything harvested so far and returns a new immutable version of the model;
/// versions are `Correction`s: const, thread-safe, deterministic. A corrector is deterministic given its options (the
/// seed is one of them) and independent of the number of threads: samples are ordered before they are fitted.
/// Errors: std::invalid_argument for an empty or mismatched harvest; a fit that fails numerically returns nullptr (m =
/// 0).
class Corrector {
 public:
  virtual ~Corrector() = default;

  /// As in configurations: "randnet", "randnet-local", ….
  virtual std::string name() const = 0;

  /// The model for `harvest`, which outlives the result and may grow but not change meanwhile.
  virtual std::unique_ptr<const Correction> fit(const Harvest& harvest, SliceExecutor& executor) = 0;
};

}  // namespace forerun
