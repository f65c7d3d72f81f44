#pragma once

#include <string>
#include <vector>

#include "core/record/run_record.h"

namespace forerun {

/// What the reader of a record should know beyond how it ended, a sentence each with its cause where that is known:
///
///  * unconfirmed: increments below the tolerance, the estimated error not;
///  * as many iterations as slices: serial stepping would have done no worse;
///  * increments that grew a thousandfold on the way;
///  * more than a tenth of all predictions and coarse solves not used;
///  * fine solves that failed from predicted starts, corrections and trainers that threw.
///
/// `tolerance` is the run's.
std::vector<std::string> run_warnings(const RunRecord& record, Index num_slices, double tolerance);

}  // namespace forerun
