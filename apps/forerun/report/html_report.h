#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/report/html_page.h"
#include "apps/forerun/report/html_report_record.h"

namespace forerun {

/// The report of a run directory as one HTML page: what was solved and how it ended, convergence, cost, the solution
/// and where it all came from. Deterministic: the same directory gives the same bytes.
std::string comparison_html(const ReportedComparison& comparison);

/// Two run directories beside each other: what differs in their configurations, and in what came of it.
std::string pair_html(const ReportedComparison& first, const ReportedComparison& second);

/// Its parts, a section each.
void add_result_section(HtmlPage& page, const ReportedComparison& comparison);
void add_convergence_section(HtmlPage& page, const ReportedComparison& comparison);
void add_cost_section(HtmlPage& page, const ReportedComparison& comparison);
void add_solution_section(HtmlPage& page, const ReportedComparison& comparison);
/// Figures of it: in which iterations the fine solver worked on which slices, one a run.
void add_work_maps(HtmlPage& page, const ReportedComparison& comparison);
/// What networks with weights shared over a mesh have learned; no section where none has.
void add_learned_section(HtmlPage& page, const ReportedComparison& comparison);

/// Iterations, fine work and time of all runs in one drawing; `names` are those of the rows, one a run.
struct MeasuredRun {
  std::string name;
  const ReportedRun* run;
  bool is_muted;
};
std::string measures_svg(const std::vector<MeasuredRun>& runs, std::optional<double> serial_seconds);
/// What a reader should know of how steadily a run converged, or that it did.
HtmlPage::Cell stability_cell(const ReportedRun& run);

}  // namespace forerun
