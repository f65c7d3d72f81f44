#pragma once

#include <stop_token>
#include <vector>

#include "apps/forerun/precision/work_precision.h"

namespace forerun {

/// Coarse solvers worth trying below `fine`, measured on the whole interval like the serial ones:
///
///  * on the equation's own mesh the fastest of `serial` with an error of at most 10⁻³, where it is of another method
///    (the fine one's cheaper versions are levels of its ladder);
///  * on meshes of every second, fourth, eighth and sixteenth point, or the next numbers that divide the mesh, the
///  cheapest solver
///    whose error is about the least that its mesh allows, of the fine one's method and of the one that is fastest at
///    an error of 10⁻²: rougher ones cost iterations, finer ones gain nothing.
///
/// All of them take at most a fifth of the time of `fine`. Each mesh costs a few solves on it. Throws `StopRequested`
/// where a scope of the caller's does (core/base/stop_scope.h).
std::vector<PrecisionPoint> rough_solvers(const PrecisionTask& task, const std::vector<PrecisionPoint>& serial,
                                          const PrecisionPoint& fine, const std::stop_token& stop);

}  // namespace forerun
