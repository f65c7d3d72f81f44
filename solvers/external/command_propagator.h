#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "solvers/external/external_propagator.h"
#include "solvers/external/guardian.h"

namespace forerun {

/// Crosses a slice by running a program: the state at its begin is in the file `{input}`, the program writes the one at
/// its end to `{output}`; times are written so that they read back to the last bit.
///
/// `.npy` files are one-dimensional arrays of little-endian doubles; of what comes back the shape does not matter, the
/// number of components does. `.csv` files have a component a line. Files live in a directory of this process and are
/// gone after the slice. Standard input is empty, standard output goes nowhere.
/// Cost: a process a slice, some milliseconds.
class CommandPropagator final : public ExternalPropagator {
 public:
  CommandPropagator(const ExternalSpec& spec, const ExternalUse& use);

  void open() const override;
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;

 private:
  std::vector<std::string> words(const Slice& slice, const std::string& input, const std::string& output) const;

  Placeholders parameters_;
  mutable CallerLimit limit_;
  mutable std::once_flag has_guardian_;
  mutable std::shared_ptr<Guardian> guardian_;  ///< kept from slice to slice
};

}  // namespace forerun
