#pragma once

#include <memory>
#include <optional>

#include "apps/forerun/run/experiment.h"
#include "learning/family/store.h"
#include "solvers/equations/ode_problem.h"

namespace forerun {

/// The equation of a store's runs, with these values of the parameters that vary. Throws `ModelFileError`, naming the
/// store, where it says what no run could have left there.
std::unique_ptr<OdeProblem> stored_problem(const Store& store, const State& varying);

/// The solvers of a store's runs with these values of the parameters that vary; throws like `stored_problem`, and
/// `ParameterError`. Solvers that are not ours are not made (`require_own_solvers`).
class StoredSolvers {
 public:
  StoredSolvers(const Store& store, const State& varying);

  const Propagator& fine() const { return *fine_; }
  const Propagator& coarse() const { return *coarse_; }
  /// A sample's slice as the run had it; one that does not say when it was begins with the equation.
  Slice slice(const Harvest& harvest, Index sample) const;

 private:
  std::unique_ptr<OdeProblem> problem_;
  double length_;
  std::unique_ptr<Propagator> fine_, coarse_;
};

/// Throws `UsageError` where the store's runs were solved by solvers that are not ours.
void require_own_solvers(const Store& store);

/// Whether an entry's last sample is what the store's solvers give: computes F(u) − G(u) again, which costs a slice of
/// both, on the slice that the sample was found on. Throws `ModelFileError`, naming the entry's file, where it differs
/// by more than another processor's rounding, or the slice is none of the family's.
///
/// Solvers that are not ours are run only as `configured`, by the configuration of the family: not because a file in a
/// store names them.
void check_sample(const Store& store, const StoreEntry& entry, const std::optional<SettledSolvers>& configured = {});

}  // namespace forerun
