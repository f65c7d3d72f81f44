#include "apps/forerun/run/report.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/run/comparison_verdict.h"
#include "apps/forerun/run/method_run.h"
#include "core/base/number_text.h"
#include "core/base/plain_text.h"

namespace forerun {
namespace {

std::string optional_text(const std::optional<double>& value, std::string (*format)(double)) {
  return value ? format(*value) : "-";
}

std::string optional_infinite(double value) { return std::isfinite(value) ? format_scientific(value) : "not known"; }

std::string status_text(const CorrectorRun& run) {
  std::string text(to_string(run.record.termination));
  if (!run.record.converged())
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return run.warm ? text + ", warm" : text;
}

/// The unit that keeps the longest run's times readable.
struct TimeUnit {
  std::string name;
  double per_second;
};

TimeUnit time_unit(const Comparison& comparison) {
  double longest = 0.0;
  for (const CorrectorRun& run : comparison.runs) longest = std::max(longest, run.record.seconds.total);
  return longest < 10.0 ? TimeUnit{"milliseconds", 1e3} : TimeUnit{"seconds", 1.0};
}

std::string count(double value) {
  PlainText text;
  text.precision(1);
  text << std::fixed << value;
  return text.str();
}

/// "305–344": least and most of what was timed several times; "-" for what was not.
std::string spread_text(const std::vector<double>& seconds, double per_second) {
  if (seconds.size() < 2) return "-";
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  return format_number(*least * per_second) + "–" + format_number(*most * per_second);
}

/// ", median of 4, 305 ms to 344 ms".
std::string repeats_text(const std::vector<double>& seconds) {
  if (seconds.size() < 2) return "";
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  return ", median of " + std::to_string(seconds.size()) + ", " + format_duration(*least) + " to " +
         format_duration(*most);
}

/// As a line of its own; empty where the machine was idle.
std::string disturbance_text(const Comparison& comparison) {
  const bool is_busy = comparison.disturbance && comparison.disturbance->is_busy();
  return is_busy ? in_lines("Warning: " + comparison.disturbance->sentence() + ".") : "";
}

bool has_repeats(const Comparison& comparison) {
  return std::any_of(comparison.runs.begin(), comparison.runs.end(),
                     [](const CorrectorRun& run) { return run.timings.size() > 1; });
}

Index num_fallbacks(const RunRecord& record) {
  Index sum = record.initial_fallbacks;
  for (const IterationRecord& iteration : record.iterations) sum += iteration.num_fallbacks;
  return sum;
}

/// "; corrections off by 3.2e-05, predicted 2.1e-05": geometric means over the sweeps of which both are known; ""
/// without any.
std::string correction_errors_text(const RunRecord& record) {
  double found = 0.0;
  double predicted = 0.0;
  int count = 0;
  for (std::size_t k = 1; k < record.iterations.size(); ++k) {
    const std::optional<double>& was_predicted = record.iterations[k - 1].predicted_correction_error;
    const std::optional<double>& was_found = record.iterations[k].found_correction_error;
    if (!was_predicted || !was_found || !(*was_predicted > 0.0) || !(*was_found > 0.0)) continue;
    predicted += std::log(*was_predicted);
    found += std::log(*was_found);
    ++count;
  }
  if (count == 0) return "";
  return "; corrections off by " + format_scientific(std::exp(found / count)) + ", predicted " +
         format_scientific(std::exp(predicted / count));
}

/// "kriging 18 ×5, classic ×2; no fallbacks": what served the sweeps, in the order of its first service.
std::string service_text(const RunRecord& record) {
  std::vector<std::pair<std::string, Index>> served;
  for (const IterationRecord& iteration : record.iterations) {
    const auto known =
        std::find_if(served.begin(), served.end(), [&](const auto& s) { return s.first == iteration.corrector; });
    if (known == served.end()) {
      served.emplace_back(iteration.corrector, 1);
    } else {
      ++known->second;
    }
  }
  std::string text;
  for (const auto& [name, times] : served) text += (text.empty() ? "" : ", ") + name + " ×" + std::to_string(times);
  const Index fallbacks = num_fallbacks(record);
  return text + "; " + (fallbacks == 0 ? "no" : std::to_string(fallbacks)) +
         (fallbacks == 1 ? " fallback" : " fallbacks") + correction_errors_text(record);
}

/// "9, 7, 6": the iterations of each window that was begun.
std::string window_iterations_text(const RunRecord& record) {
  std::vector<Index> counts(static_cast<std::size_t>(record.last_window), 0);
  for (const IterationRecord& iteration : record.iterations) ++counts[static_cast<std::size_t>(iteration.window - 1)];
  std::string text;
  for (const Index count : counts) text += (text.empty() ? "" : ", ") + std::to_string(count);
  return text;
}

/// "window 3 of 9, slices 100 to 149, ": where a run ended before its end; "" where there is one window.
std::string window_place_text(const RunRecord& record, const Experiment& experiment) {
  if (record.num_windows == 1) return "";
  const Index first = (record.last_window - 1) * experiment.window_slices();
  return "window " + std::to_string(record.last_window) + " of " + std::to_string(record.num_windows) + ", slices " +
         std::to_string(first) + " to " + std::to_string(first + experiment.window_slices() - 1) + ", ";
}

/// There is something to tell: candidates, a model from another run, or fallbacks.
bool has_service(const CorrectorRun& run) {
  const auto& iterations = run.record.iterations;
  const auto by_another = [&](const IterationRecord& k) { return k.corrector != run.corrector.name; };
  return !iterations.empty() &&
         (num_fallbacks(run.record) > 0 || std::any_of(iterations.begin(), iterations.end(), by_another));
}

}  // namespace

std::string solver_text(const SolverSpec& spec) {
  if (spec.external) return std::string(to_string(spec.external->kind)) + " " + short_name(*spec.external);
  if (spec.is_adaptive()) return to_text(spec);
  // As signatures have it, but for the sign.
  const std::string text = to_text(spec);
  return spec.method + " × " + text.substr(spec.method.size() + std::string_view(" x ").size());
}

std::string executor_text(const Experiment& experiment) {
  const int threads = experiment.executor->num_threads();
  const std::string text = std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  if (experiment.num_processes == 1) return text;
  return std::to_string(experiment.num_processes) + " processes with " + text + " each";
}

std::string problem_heading(const Experiment& experiment) {
  const RunConfig& config = experiment.config;
  PlainText text;
  text << experiment.problem->name() << ", d = " << experiment.dimension() << ", " << experiment.num_slices()
       << " slices on [" << experiment.grid.begin() << ", " << experiment.grid.end() << "]"
       << (config.windows > 1 ? " in " + std::to_string(config.windows) + " windows\n" : "\n") << "fine "
       << solver_text(config.fine) << ", coarse " << solver_text(config.coarse) << " per slice, tolerance "
       << shortest_text(experiment.options.tolerance) << ", " << executor_text(experiment) << ", seed " << config.seed
       << "\n";
  if (experiment.planned && !config.fine_levels.is_ladder()) {
    text << "no level that is cheaper and good enough was found: the fine solver climbs no ladder\n";
  } else if (config.fine_levels.is_ladder()) {
    text << "fine levels " << levels_text(config.fine_levels);
    if (experiment.planned) {
      text << ", chosen in " << format_duration(experiment.planned->seconds) << " with "
           << format_number(100.0 * experiment.planned->plan.work)
           << " % of one fine pass (measured speed-ups include it)";
    }
    text << "\n";
  }
  return text.str();
}

std::string comparison_table(const Comparison& comparison, const Experiment& experiment) {
  using Align = TextTable::Align;
  const TimeUnit unit = time_unit(comparison);
  const bool with_spread = has_repeats(comparison);
  std::vector<TextTable::Column> columns = {
      {"", "corrector", Align::left}, {"", "K"}, {"", "sweeps"}, {"", "max error"}};
  for (const char* title : {"fine", "coarse", "fit", "predict", "total"}) columns.push_back({unit.name, title});
  if (with_spread) columns.push_back({unit.name, "min–max"});
  columns.insert(columns.end(), {{"speed-up", "measured"}, {"speed-up", "modelled"}, {"", "status", Align::left}});
  TextTable table(columns);
  for (const CorrectorRun& run : comparison.runs) {
    const PhaseSeconds& seconds = run.record.seconds;
    const auto time = [&](double value) { return format_number(value * unit.per_second); };
    std::vector<std::string> row = {run.corrector.name, std::to_string(run.record.num_iterations()),
                                    count(run.record.effective_sweeps()),
                                    optional_text(run.record.error(), format_scientific)};
    for (const double part : {seconds.fine, seconds.coarse, seconds.fit, seconds.predict, seconds.total})
      row.push_back(time(part));
    if (with_spread) row.push_back(spread_text(run.timings, unit.per_second));
    row.insert(row.end(), {optional_text(run.measured_speedup, format_factor),
                           run.modelled ? format_factor(run.modelled->speedup) : "-", status_text(run)});
    table.add_row(std::move(row));
  }
  PlainText text;
  text << problem_heading(experiment);
  if (comparison.has_reference()) {
    text << "serial fine solution: " << format_duration(comparison.serial_fine->seconds)
         << repeats_text(comparison.serial_timings) << "\n";
  }
  text << "\n" << table.str() << "\n";
  for (const CorrectorRun& run : comparison.runs)
    if (run.record.num_windows > 1)
      text << run.corrector.name << " by window " << window_iterations_text(run.record) << "\n";
  for (const CorrectorRun& run : comparison.runs)
    if (has_service(run)) text << run.corrector.name << " served by " << service_text(run.record) << "\n";
  for (const CorrectorRun& run : comparison.runs)
    if (is_by_method(run.corrector.name))
      text << run.corrector.name << " by " << method_text(run.corrector.name, experiment) << "\n";
  for (const std::string& sentence : shortfalls(comparison, experiment)) text << sentence << "\n";
  for (const std::string& sentence : notes(comparison)) text << sentence << "\n";
  text << "K iterations; sweeps: fine work in full fine passes; max error against serial fine, in the scaled state.\n"
       << "Speed-up measured: over serial fine on this machine; modelled: on " << experiment.window_slices()
       << (experiment.window_slices() == 1 ? " processor" : " processors") << ", from this run's own times.\n"
       << (with_spread ? "Times are those of the repetition with the median total; min–max: totals of all.\n" : "")
       << disturbance_text(comparison) << verdict_text(comparison_verdict(comparison, experiment));
  return text.str();
}

std::string run_summary(const Comparison& comparison, const Experiment& experiment) {
  const CorrectorRun& run = comparison.runs.front();
  const PhaseSeconds& seconds = run.record.seconds;
  PlainText text;
  const auto line = [&text](const std::string& name, const std::string& value) {
    text << "  " << name << std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') << value << "\n";
  };
  text << problem_heading(experiment) << "\n";
  const std::string& name = run.corrector.name;
  const bool by_method = is_by_method(name);
  line(by_method ? "method" : "corrector", name + (by_method ? ", " + method_text(name, experiment) : ""));
  if (has_service(run)) line("served by", service_text(run.record));
  line("status", status_text(run));
  line("iterations", std::to_string(run.record.num_iterations()) +
                         (run.record.num_windows > 1 ? ", by window " + window_iterations_text(run.record) : ""));
  line("effective sweeps", count(run.record.effective_sweeps()));
  if (!run.record.iterations.empty() && (!by_method || iterates(name))) {
    line("last increment", format_scientific(run.record.iterations.back().increment));
    if (by_method) line("last residual", format_scientific(run.record.iterations.back().jump));
    if (!by_method) line("estimated error", optional_infinite(run.record.iterations.back().estimated_error));
    if (!run.error_bounds.empty()) {
      line("error bound", optional_infinite(run.error_bounds.back()) +
                              " in the Euclidean norm, by the singular values left out, as far as samples show them");
    }
  }
  line("max error", comparison.has_reference()
                        ? optional_text(run.record.error(), format_scientific) + " against serial fine"
                    : comparison.serial_fine ? "not known: the serial fine solution did not come to its end"
                                             : "not computed, see --reference");
  line("time", format_duration(seconds.total) + ": fine " + format_duration(seconds.fine) + ", coarse " +
                   format_duration(seconds.coarse) + ", fit " + format_duration(seconds.fit) + ", predict " +
                   format_duration(seconds.predict) + ", other " + format_duration(seconds.other()) +
                   repeats_text(run.timings));
  if (run.output && run.output->found) {
    line("output", std::to_string(run.output->found->states.cols()) + " states in " +
                       format_duration(run.output->found->seconds) + ", " +
                       format_number(run.output->found->fine_passes) + " of a fine pass");
  }
  if (comparison.has_reference()) {
    line("serial fine", format_duration(comparison.serial_fine->seconds) + repeats_text(comparison.serial_timings));
  }
  if (run.measured_speedup) line("measured speed-up", format_factor(*run.measured_speedup) + " over serial fine");
  if (run.modelled) {
    line("modelled speed-up", format_factor(run.modelled->speedup) + " on " + std::to_string(run.modelled->processors) +
                                  (run.modelled->processors == 1 ? " processor" : " processors") +
                                  ", from this run's own times");
  }
  for (const std::string& sentence : shortfalls(comparison, experiment)) text << "\n" << sentence << "\n";
  for (const std::string& sentence : notes(comparison)) text << "\n" << sentence << "\n";
  if (const std::string busy = disturbance_text(comparison); !busy.empty()) text << "\n" << busy;
  text << verdict_text(comparison_verdict(comparison, experiment));
  return text.str();
}

std::vector<std::string> shortfalls(const Comparison& comparison, const Experiment& experiment) {
  std::vector<std::string> sentences;
  if (comparison.serial_fine && comparison.serial_fine->failure) {
    sentences.push_back("serial fine solution: " + comparison.serial_fine->failure->sentence());
  }
  for (const CorrectorRun& run : comparison.runs) {
    const RunRecord& record = run.record;
    if (run.output && run.output->failure) {
      sentences.push_back(run.corrector.name + " converged, its [output] failed: " + run.output->failure->sentence());
    }
    if (record.converged()) continue;
    PlainText text;
    text << run.corrector.name << " did not converge: " << window_place_text(record, experiment);
    if (record.termination == Termination::unconfirmed) {
      text << "after " << record.num_iterations() << (record.num_iterations() == 1 ? " iteration" : " iterations")
           << " changes and jumps are small, but the estimated error, "
           << optional_infinite(record.iterations.back().estimated_error) << ", is not below the tolerance";
    } else if (record.failure) {
      text << record.failure->sentence();
    } else {
      text << to_string(record.termination) << " after " << record.num_iterations()
           << (record.num_iterations() == 1 ? " iteration" : " iterations");
      if (!record.iterations.empty()) {
        text << ", " << record.iterations.back().converged_front << " of " << experiment.window_slices()
             << " slices converged, increment " << format_scientific(record.iterations.back().increment);
      }
    }
    if (record.last_window < record.num_windows) text << "; the windows after it were not run";
    sentences.push_back(text.str());
  }
  for (const std::string& name : comparison.not_run) sentences.push_back(name + " was not run: interrupted");
  return sentences;
}

std::vector<std::string> notes(const Comparison& comparison) {
  std::vector<std::pair<std::string, std::string>> said;  // whom it is about, and what
  for (const CorrectorRun& run : comparison.runs) {
    for (const std::string& warning : run.record.warnings) {
      const auto same = std::find_if(said.begin(), said.end(), [&](const auto& s) { return s.second == warning; });
      if (same == said.end()) {
        said.emplace_back(run.corrector.name, warning);
      } else {
        same->first += ", " + run.corrector.name;
      }
    }
  }
  std::vector<std::string> sentences;
  for (const auto& [names, warning] : said) sentences.push_back(names + ": " + warning);
  return sentences;
}

ExitStatus exit_status(const Comparison& comparison) {
  const auto any = [&](Termination termination) {
    return std::any_of(comparison.runs.begin(), comparison.runs.end(),
                       [=](const CorrectorRun& run) { return run.record.termination == termination; });
  };
  if (comparison.interrupted) return ExitStatus::interrupted;
  const bool output_failed = std::any_of(comparison.runs.begin(), comparison.runs.end(),
                                         [](const CorrectorRun& run) { return run.output && run.output->failure; });
  if (output_failed || any(Termination::propagator_failed) ||
      (comparison.serial_fine && comparison.serial_fine->failure)) {
    return ExitStatus::solver_failed;
  }
  const bool all_converged = std::all_of(comparison.runs.begin(), comparison.runs.end(),
                                         [](const CorrectorRun& run) { return run.record.converged(); });
  return all_converged ? ExitStatus::ok : ExitStatus::not_converged;
}

}  // namespace forerun
