#pragma once

#include <string>

#include "apps/forerun/report/html_page.h"
#include "apps/forerun/report/html_report_record.h"

namespace forerun {

/// The report of a run directory as one HTML page: what was solved and how it ended, convergence, cost, the solution
/// and where it all came from. Deterministic: the same directory gives the same bytes.
std::string comparison_html(const ReportedComparison& comparison);

/// Its parts, a section each.
void add_convergence_section(HtmlPage& page, const ReportedComparison& comparison);
void add_cost_section(HtmlPage& page, const ReportedComparison& comparison);
void add_solution_section(HtmlPage& page, const ReportedComparison& comparison);

}  // namespace forerun
