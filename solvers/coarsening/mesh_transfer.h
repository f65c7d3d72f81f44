#pragma once

#include <vector>

#include "core/base/state_layout.h"
#include "solvers/coarsening/axis_transfer.h"

namespace forerun {

struct TransferOptions {
  int order = 4;         ///< 2 or 4: exact for polynomials of degree order − 1
  bool averages = true;  ///< R takes means; false: injection, the values at the coarse mesh's points
  ValuesBeyond beyond = ValuesBeyond::unknown;
  /// P takes all values of an axis that is periodic, as others do `order` of them.
  bool trigonometric = false;
};

/// States of one mesh as states of another of the same fields and axes, axis by axis (axis_transfer.h).
///
/// Cost: some `order` multiplications a point and axis. Thread-safe, deterministic; no heap traffic in a thread's
/// steady state.
class MeshTransfer {
 public:
  MeshTransfer(const StateLayout& fine, const StateLayout& coarse, const TransferOptions& options);

  Index fine_dimension() const { return fine_.dimension(); }
  Index coarse_dimension() const { return coarse_.dimension(); }
  /// Both meshes are the same: the operators change nothing.
  bool is_identity() const { return is_identity_; }

  /// coarse = R fine.
  void restrict_to_coarse(const double* fine, double* coarse) const;
  /// fine = P coarse.
  void interpolate_to_fine(const double* coarse, double* fine) const;

 private:
  StateLayout fine_, coarse_;
  std::vector<AxisTransfer> down_, up_;  ///< of each axis
  bool is_identity_ = true;
};

}  // namespace forerun
