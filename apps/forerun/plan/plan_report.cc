#include "apps/forerun/plan/plan_report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/plan/methods_report.h"
#include "apps/forerun/plan/plan_verdict.h"
#include "apps/forerun/record/report_json.h"
#include "apps/forerun/run/report.h"
#include "core/base/number_text.h"
#include "core/base/plain_text.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(Index number) { return std::to_string(number); }

/// "16" steps, or "1e-6"; of a solver that is not ours its kind.
std::string value_text(const SolverSpec& spec) {
  if (spec.external) return std::string(to_string(spec.external->kind));
  return spec.is_adaptive() ? shortest_text(spec.tolerance()) : text_of(spec.steps());
}

/// "steps = 16", "tolerance = 1e-6". Of a solver that is not ours: as given.
std::string setting_text(const SolverSpec& spec) {
  if (spec.external) return "as given";
  return spec.entry().refining_key().name + " = " + value_text(spec);
}

std::string iterations_text(const Trial& trial) {
  if (!trial.solved) return "-";
  return (trial.extrapolated ? "~" : "") + text_of(trial.num_iterations());
}

std::string trials_table(const PlanStudy& study) {
  PlainText shortfalls;
  const std::string here = "speed-up on " + std::to_string(study.threads_here);
  TextTable table({{"per slice", "slices"},
                   {"per slice", "fine"},
                   {"per slice", "coarse"},
                   {"trial", "fine"},
                   {"trial", "took"},
                   {"estimated", "K"},
                   {"estimated", "sweeps"},
                   {"modelled", here},
                   {"modelled", "speed-up"},
                   {"modelled", "on"}});
  for (const PlannedRun& run : study.runs) {
    const Trial& trial = run.trial;
    const TrialSettings& settings = trial.settings;
    const auto solved = [&](const std::string& text) { return trial.solved ? text : std::string("-"); };
    table.add_row({text_of(settings.slices), value_text(settings.fine), value_text(settings.coarse),
                   value_text(settings.stand_in), format_duration(trial.seconds), iterations_text(trial),
                   solved(format_number(trial.solved ? trial.effective_sweeps() : 0.0)),
                   solved(format_factor(run.here.speedup)), solved(format_factor(run.there.speedup)),
                   solved(text_of(run.there.processors))});
    if (!trial.solved) {
      shortfalls << "Trial not solved with " << settings.slices << " slices and coarse "
                 << setting_text(settings.coarse) << ": " << trial.shortfall
                 << (trial.stand_in_failed ? " (the fine solver itself may not)\n" : "\n");
    }
  }
  return table.str() + "\n" + shortfalls.str();
}

std::string advice(const PlanStudy& study, const Experiment& experiment) {
  const std::string recommended = recommended_method_text(study);
  if (!study.best_there) {
    return !recommended.empty() ? recommended
                                : "No trial of Parareal was solved: serial stepping is what its settings allow.\n";
  }
  const PlannedRun& best = study.runs[*study.best_there];
  const TrialSettings& settings = best.trial.settings;
  PlainText text;
  text << verdict(study.runs[*study.best_here].here) << ".\n" << verdict(best.there) << ".\n";
  text << recommended;
  if (best.there.speedup > 1.0) {
    text << (recommended.empty() ? "\nRecommended there: [time] slices = " : "\nWith Parareal: [time] slices = ")
         << settings.slices << ", [fine] " << setting_text(settings.fine) << ", [coarse] "
         << setting_text(settings.coarse) << (*study.best_there == 0 ? " (as configured)" : "") << "\n";
  }
  if (study.ladder) {
    text << (study.ladder->configured ? "The configured ladder, [fine] levels = " : "A ladder, [fine] levels = ")
         << levels_text(study.ladder->levels) << ", would take about " << format_number(study.ladder->effective_sweeps)
         << " effective sweeps instead of " << format_number(best.trial.effective_sweeps())
         << ".\nWith it: " << verdict(study.ladder->here) << ".\n         " << verdict(study.ladder->there) << ".\n";
  } else if (best.trial.extrapolated) {
    text << "Whether a ladder of fine solvers helps is not known: the trial's time was up (--budget).\n";
  } else {
    const SolverSpec& fine = experiment.config.fine;
    text << (fine.external ? "Cheaper versions of your solver, given as [fine] levels, may help.\n"
                           : "A ladder of cheaper " + fine.method + " levels is not expected to help.\n");
  }
  return text.str();
}

std::string first_slices(const SerialAdvice& advice, const Experiment& experiment) {
  const Index all = experiment.num_slices();
  if (advice.slices == all) return "the whole run";
  return "the first " + (advice.slices == 1 ? "slice" : text_of(advice.slices) + " slices") + " of " + text_of(all);
}

std::string serial_table(const SerialAdvice& advice, double tolerance) {
  TextTable table({{"", "serial", TextTable::Align::left},
                   {"", "solver", TextTable::Align::left},
                   {"", "takes"},
                   {"", "error"},
                   {"", "as fast"}});
  const auto add = [&](const std::string& name, const PrecisionPoint& point) {
    table.add_row({name, solver_text(point.solver), format_duration(point.seconds), format_scientific(point.error),
                   format_factor(advice.configured.seconds / point.seconds)});
  };
  add("as configured", advice.configured);
  if (advice.as_accurate) add("as accurate", *advice.as_accurate);
  if (advice.good_enough) add("within " + shortest_text(tolerance), *advice.good_enough);
  return table.str();
}

/// What the table means for the configured fine solver.
std::string serial_verdict(const SerialAdvice& advice) {
  constexpr double worthwhile = 1.2;
  if (!advice.as_accurate) return "No other solver is known to be as accurate.\n";
  const double factor = advice.configured.seconds / advice.as_accurate->seconds;
  if (factor < worthwhile) return "No other solver is as accurate and much faster in series.\n";
  return "In series " + solver_text(advice.as_accurate->solver) + " is as accurate as the configured fine solver and " +
         format_factor(factor) + " as fast.\n";
}

/// The fastest run of Parareal beside the serial solver that is its fine one.
std::string parallel_verdict(const PlanStudy& study, const SerialAdvice& advice) {
  if (!advice.parallel_fine) return "";
  const PrecisionPoint& fine = *advice.parallel_fine;
  PlainText text;
  text << "With " << solver_text(fine.solver) << " as fine solver on " << study.threads_here
       << (study.threads_here == 1 ? " thread" : " threads") << " Parareal ";
  const ParallelPoint* best = fastest_as_accurate(advice);
  if (best == nullptr) {
    text << "does not get as accurate within ten times as long: serial stepping wins here.\n";
  } else if (best->seconds < fine.seconds) {
    text << "takes " << format_duration(best->seconds) << " (" << to_text(best->settings) << "): measured "
         << format_factor(fine.seconds / best->seconds) << " as fast as that alone.\n";
  } else {
    text << "takes " << format_duration(best->seconds) << " (" << to_text(best->settings)
         << "): serial stepping wins here, measured " << format_factor(best->seconds / fine.seconds) << " as fast.\n";
  }
  return text.str();
}

std::string serial_text(const PlanStudy& study, const Experiment& experiment) {
  if (experiment.config.fine.external) {
    return "\nNo other solver was measured in series: how accurate yours is, only you know.\n";
  }
  if (!study.serial) return "";
  const SerialAdvice& advice = *study.serial;
  PlainText text;
  text << "\nSerial solvers, measured on " << first_slices(advice, experiment)
       << (advice.time_was_up ? ", not all of them (--budget)" : "")
       << "; errors at its end, against a finer version of the configured one\n\n"
       << serial_table(advice, experiment.options.tolerance) << "\n"
       << serial_verdict(advice) << parallel_verdict(study, advice);
  return text.str();
}

Json point_json(const ScalingPoint& point) {
  return {{"processors", point.processors},
          {"seconds", point.seconds},
          {"speedup", point.speedup},
          {"efficiency", point.efficiency},
          {"parareal_pays", point.speedup > 1.0}};
}

Json solver_json(const SolverSpec& spec) {
  Json json = {{"method", spec.method}};
  if (spec.external) json["solver"] = to_text(*spec.external);
  for (const ParameterSpec& key : spec.options.specs()) {
    std::visit([&](const auto& value) { json[key.name] = value; }, spec.options.value(key.name));
  }
  return json;
}

Json serial_point_json(const std::optional<PrecisionPoint>& point) {
  if (!point) return nullptr;
  return {{"solver", solver_json(point->solver)}, {"seconds", point->seconds}, {"error", point->error}};
}

Json parallel_point_json(const ParallelPoint& point) {
  return {{"slices", point.settings.slices},
          {"fine", solver_json(point.settings.fine)},
          {"coarse", point.settings.coarse ? solver_json(*point.settings.coarse) : Json(nullptr)},
          {"corrector", point.settings.corrector},
          {"threads", point.settings.threads},
          {"seconds", point.seconds},
          {"error", std::isfinite(point.error) ? Json(point.error) : Json(nullptr)},
          {"converged", point.converged}};
}

Json serial_json(const SerialAdvice& advice) {
  Json json = {{"slices", advice.slices},
               {"time_was_up", advice.time_was_up},
               {"configured", serial_point_json(advice.configured)},
               {"as_accurate", serial_point_json(advice.as_accurate)},
               {"good_enough", serial_point_json(advice.good_enough)},
               {"parallel_fine", serial_point_json(advice.parallel_fine)},
               {"parallel", Json::array()}};
  for (const ParallelPoint& point : advice.parallel) json["parallel"].push_back(parallel_point_json(point));
  return json;
}

Json run_json(const PlannedRun& run) {
  const Trial& trial = run.trial;
  Json json = {{"slices", trial.settings.slices},
               {"fine", solver_json(trial.settings.fine)},
               {"coarse", solver_json(trial.settings.coarse)},
               {"trial", {{"fine", solver_json(trial.settings.stand_in)}, {"seconds", trial.seconds}}},
               {"solved", trial.solved},
               {"shortfall", trial.shortfall.empty() ? Json(nullptr) : Json(trial.shortfall)},
               {"estimated", nullptr},
               {"modelled_here", nullptr},
               {"modelled_there", nullptr}};
  if (!trial.solved) return json;
  json["estimated"] = {{"iterations", trial.num_iterations()},
                       {"effective_sweeps", trial.effective_sweeps()},
                       {"extrapolated", trial.extrapolated}};
  json["modelled_here"] = point_json(run.here);
  json["modelled_there"] = point_json(run.there);
  return json;
}

}  // namespace

std::string verdict(const ScalingPoint& point) {
  PlainText text;
  text << "On " << point.processors << (point.processors == 1 ? " processor " : " processors ");
  if (point.speedup > 1.0) {
    text << "Parareal is modelled " << format_factor(point.speedup) << " as fast as serial stepping";
  } else {
    text << "serial stepping wins: Parareal is modelled " << format_factor(point.speedup) << " as fast";
  }
  return text.str();
}

std::string plan_text(const PlanStudy& study, const Experiment& experiment) {
  const SolverProbe& probe = study.probe;
  const auto slices = static_cast<double>(experiment.num_slices());
  PlainText text;
  text << problem_heading(experiment) << "corrector " << experiment.config.corrector.name << "\n\nMeasured on "
       << probe.num_samples << (probe.num_samples == 1 ? " slice\n" : " slices\n");
  const auto line = [&](const std::string& name, const std::string& value) {
    text << "  " << name << std::string(26 - display_width(name), ' ') << value << "\n";
  };
  line("fine, one slice alone",
       format_duration(probe.fine_alone) + "; all of them in series " + format_duration(slices * probe.fine_alone));
  if (experiment.fine->block_size() > 1) {
    line("fine, slice in lanes", format_duration(probe.fine_in_lanes) + ", " +
                                     std::to_string(experiment.fine->block_size()) + " slices together");
  }
  line("coarse, one slice", format_duration(probe.coarse));
  line("fine − coarse, at most", format_scientific(probe.discrepancy) + " in the scaled state");
  text << "\nTrials: " << solver_text(study.stand_in) << " in place of the fine solver"
       << (study.stand_in == experiment.config.fine ? "" : ", whose discrepancy is the same to 1 %") << "; "
       << format_duration(study.budget_seconds) << " for all\n\n"
       << trials_table(study) << methods_table(study) << advice(study, experiment) << serial_text(study, experiment)
       << "\nK and sweeps: of the trial (~: continued at the contraction seen when its time was up). Speed-ups are "
          "modelled over\nserial fine with the measured seconds; network: "
       << shortest_text(study.options.scaling.network.latency) << " s + bytes / ("
       << shortest_text(study.options.scaling.network.bandwidth) << " B/s), given, not measured.\n"
       << verdict_text(plan_verdict(study));
  return text.str();
}

std::string plan_json(const PlanStudy& study, const Experiment& experiment) {
  Json json;
  json["schema"] = "forerun.plan/1";
  json["version"] = build::version;
  json["problem"] = {{"name", experiment.problem->name()}, {"dimension", experiment.dimension()}};
  json["corrector"] = experiment.config.corrector.name;
  json["measured"] = {{"samples", study.probe.num_samples},
                      {"fine_slice_seconds", study.probe.fine_alone},
                      {"fine_slice_seconds_in_lanes", study.probe.fine_in_lanes},
                      {"coarse_slice_seconds", study.probe.coarse},
                      {"discrepancy", study.probe.discrepancy}};
  json["assumed"] = {{"latency", study.options.scaling.network.latency},
                     {"bandwidth", study.options.scaling.network.bandwidth},
                     {"pipelined", study.options.scaling.pipelined}};
  json["trials"] = Json::array();
  for (const PlannedRun& run : study.runs) json["trials"].push_back(run_json(run));
  json["best_here"] = study.best_here ? run_json(study.runs[*study.best_here]) : Json(nullptr);
  json["best_there"] = study.best_there ? run_json(study.runs[*study.best_there]) : Json(nullptr);
  json["methods"] = methods_json(study);
  json["serial"] = study.serial ? serial_json(*study.serial) : Json(nullptr);
  json["verdict"] = verdict_json(plan_verdict(study));
  json["ladder"] = nullptr;
  if (study.ladder) {
    json["ladder"] = {{"levels", levels_json(study.ladder->levels)},
                      {"configured", study.ladder->configured},
                      {"effective_sweeps", study.ladder->effective_sweeps},
                      {"modelled_here", point_json(study.ladder->here)},
                      {"modelled_there", point_json(study.ladder->there)}};
  }
  return json.dump(2) + "\n";
}

}  // namespace forerun
