#include "apps/forerun/report/html_report.h"

#include <array>
#include <charconv>
#include <variant>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/run/report.h"
#include "core/base/number_text.h"
#include "core/files/read_file.h"
#include "solvers/equations/problem_registry.h"

namespace forerun {
namespace {

std::string steps_text(const SolverSpec& spec) {
  return solver_text(spec) + (spec.is_adaptive() || spec.external ? "" : spec.steps() == 1 ? " step" : " steps");
}

/// Six digits are enough to read; the configuration below has them all.
std::string value_text(const ParameterValue& value) {
  if (!std::holds_alternative<double>(value)) return toml_text(value);
  std::array<char, 32> buffer;
  constexpr int digits = 6;
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::get<double>(value),
                                       std::chars_format::general, digits)
                             .ptr};
}

/// The fidelity ladder of the fine solver, where it has one.
std::string ladder_text(const FineLevels& levels) {
  return levels.is_ladder() ? " (levels " + levels_text(levels) + ")" : "";
}

std::string parameters_text(const Parameters& parameters) {
  std::string text;
  for (const ParameterSpec& spec : parameters.specs()) {
    text += (text.empty() ? "" : ", ") + spec.name + " = " + value_text(parameters.value(spec.name)) +
            (spec.unit.empty() ? "" : " " + spec.unit);
  }
  return text;
}

void add_heading(HtmlPage& page, const ReportedComparison& comparison) {
  const Experiment& experiment = comparison.experiment;
  const RunConfig& config = experiment.config;
  page.body().element("h1", {}, experiment.problem->name());
  page.verdict(comparison.verdict, comparison.has_won);
  page.paragraph(equation_text(find_problem(experiment.problem->name()), config.problem.parameters), "equation");
  page.facts(
      {{"state", std::to_string(experiment.dimension()) + (experiment.dimension() == 1 ? " component" : " components")},
       {"parameters", parameters_text(config.problem.parameters)},
       {"time", std::to_string(experiment.num_slices()) + " slices on [" + shortest_text(experiment.grid.begin()) +
                    ", " + shortest_text(experiment.grid.end()) + "]" +
                    (config.windows > 1 ? " in " + std::to_string(config.windows) + " windows" : "")},
       {"solvers, a slice",
        "fine " + steps_text(config.fine) + ladder_text(config.fine_levels) + ", coarse " + steps_text(config.coarse)},
       {"tolerance", shortest_text(experiment.options.tolerance) + ", relative to the scale of the states"},
       {"threads", std::to_string(comparison.num_threads) + ", seed " + std::to_string(config.seed)}});
}

std::string iterations_text(const ReportedRun& run) {
  return std::to_string(run.num_iterations()) + (run.num_iterations() == 1 ? " iteration" : " iterations");
}

/// How each run ended, one sentence a run; what did not converge stands out.
void add_outcomes(HtmlPage& page, const ReportedComparison& comparison) {
  if (comparison.status == "running") {
    page.paragraph("Not ended: the work still went on when this record was written, or its process was killed since.",
                   "bad");
  } else if (comparison.status == "interrupted") {
    page.paragraph("Interrupted by a signal: correctors that are not shown were not run.", "bad");
  }
  for (const ReportedRun& run : comparison.runs) {
    if (run.is_running()) {
      page.paragraph(run.corrector + " had not ended after " + iterations_text(run) + ".", "bad");
    } else if (run.converged) {
      std::string text = run.corrector + " converged in " + iterations_text(run);
      if (run.max_error) text += ", " + format_scientific(*run.max_error) + " from the serial fine solution";
      page.paragraph(text + ".", "good");
    } else {
      std::string text = run.corrector + " did not converge: " +
                         (run.failure.empty() ? run.termination + " after " + iterations_text(run) : run.failure);
      page.paragraph(text + (run.has_states() ? ". What is shown is the last good iterate, not the solution." : "."),
                     "bad");
    }
    for (const std::string& warning : run.warnings) page.paragraph(run.corrector + ": " + warning + ".", "bad");
  }
}

void add_provenance_section(HtmlPage& page, const ReportedComparison& comparison) {
  page.begin_section("Where this comes from");
  page.body().open("div", {{"class", "beside"}});
  page.body().open("div").element("h3", {}, "Configuration, every default resolved");
  page.body().element("pre", {{"tabindex", "0"}}, read_file(comparison.directory / "config.toml")).close();
  page.body().open("div").element("h3", {}, "Provenance");
  page.facts(comparison.provenance);
  page.body().close().close();
  page.end_section();
}

}  // namespace

std::string comparison_html(const ReportedComparison& comparison) {
  HtmlPage page("forerun: " + comparison.experiment.problem->name());
  add_heading(page, comparison);
  if (!comparison.disturbance.empty()) page.paragraph("Warning: " + comparison.disturbance + ".", "bad");
  add_outcomes(page, comparison);
  if (!comparison.runs.empty()) {
    add_result_section(page, comparison);
    add_convergence_section(page, comparison);
    add_cost_section(page, comparison);
    add_solution_section(page, comparison);
    add_learned_section(page, comparison);
  }
  add_provenance_section(page, comparison);
  return page.str();
}

}  // namespace forerun
