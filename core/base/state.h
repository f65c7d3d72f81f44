#pragma once

#include <Eigen/Core>

#include "core/base/output_view.h"

namespace forerun {

/// States are flat vectors in physical units; a set of states is a matrix with one state per **column**.
/// There are no state templates: whatever a problem's layout is, it reaches the algorithm as one vector.
using Index = Eigen::Index;
using State = Eigen::VectorXd;
using States = Eigen::MatrixXd;

/// Views with which states cross every seam. They bind without a copy to a `State`, a column of `States` or
/// a mapped buffer; columns are contiguous. Those for results refuse one of another shape.
using StateView = Eigen::Ref<const State>;
using StateOut = OutputView<State>;
using StatesView = Eigen::Ref<const States>;
using StatesOut = OutputView<States>;

}  // namespace forerun
