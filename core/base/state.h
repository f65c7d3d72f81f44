#pragma once

#include <Eigen/Core>

namespace forerun {

/// States are flat vectors in physical units; a set of states is a matrix with one state per **column**.
/// There are no state templates: whatever a problem's layout is, it reaches the algorithm as one vector.
using Index = Eigen::Index;
using State = Eigen::VectorXd;
using States = Eigen::MatrixXd;

/// Views with which states cross every seam. They bind without a copy to a `State`, a column of `States` or
/// a mapped buffer; columns are contiguous.
using StateView = Eigen::Ref<const State>;
using StateOut = Eigen::Ref<State>;
using StatesView = Eigen::Ref<const States>;
using StatesOut = Eigen::Ref<States>;

}  // namespace forerun
