#pragma once

#include <string>
#include <vector>

#include "apps/forerun/report/html_report_record.h"

namespace forerun {

/// The colour, 1 … 8 of the style sheet, of a corrector or method in all figures of all reports; also of a name that
/// begins with one, as candidates of `auto` do ("kriging 18").
int colour_of(const std::string& corrector);

/// Which runs another one beats or equals in iterations, fine work and time, and which have not converged where others
/// have: what a reader may look at last.
std::vector<bool> are_dominated(const ReportedComparison& comparison);

}  // namespace forerun
