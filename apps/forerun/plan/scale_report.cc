#include "apps/forerun/plan/scale_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/cli/printable.h"
#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/run/report.h"
#include "core/base/number_text.h"
#include "core/base/plain_text.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Index> powers_of_two(Index last) {
  std::vector<Index> powers;
  for (Index power = 1; power < last; power *= 2) powers.push_back(power);
  powers.push_back(last);
  return powers;
}

/// What the model takes for granted, in words.
std::vector<std::string> assumptions(const ScaleStudy& study) {
  PlainText network;
  network << "a message takes " << shortest_text(study.options.network.latency) << " s + bytes / ("
          << shortest_text(study.options.network.bandwidth) << " B/s); given, not measured";
  std::vector<std::string> all = {
      "a processor is one thread of this machine with its own memory bandwidth, and owns one block of slices",
      network.str(),
      study.options.pipelined ? "a processor goes on as soon as its own start values are known"
                              : "all processors wait for the last one after each iteration",
      "weak scaling: slices of the same length, so the time span grows with P; as many iterations as recorded"};
  if (study.history.learns()) {
    all.push_back("every processor fits the whole correction, after an allgather of all samples");
  }
  return all;
}

double mean_fit(const IterationHistory& history) {
  double seconds = 0.0;
  for (const IterationCost& cost : history.iterations) seconds += cost.fit;
  return seconds / static_cast<double>(history.iterations.size());
}

double mean_straggler(const IterationHistory& history) {
  double seconds = 0.0;
  double count = 0.0;
  for (const IterationCost& iteration : history.iterations) {
    for (const LevelCost& cost : iteration.levels) {
      seconds += cost.straggler;
      count += 1.0;
    }
  }
  return seconds / count;
}

/// The mean over iterations that evaluated it at all.
double mean_of(const IterationHistory& history, double IterationCost::*member) {
  double seconds = 0.0;
  double count = 0.0;
  for (const IterationCost& cost : history.iterations) {
    if (!(cost.*member > 0.0)) continue;
    seconds += cost.*member;
    count += 1.0;
  }
  return count > 0.0 ? seconds / count : 0.0;
}

std::string percent(double share) { return format_number(100.0 * share); }

std::string curve(const std::vector<ScalingPoint>& points) {
  TextTable table({{"modelled", "processors"},
                   {"modelled", "slices"},
                   {"modelled", "time"},
                   {"modelled", "speed-up"},
                   {"modelled", "efficiency %"},
                   {"share of the time, %", "useful"},
                   {"share of the time, %", "repeated"},
                   {"share of the time, %", "imbalance"},
                   {"share of the time, %", "coarse"},
                   {"share of the time, %", "learning"},
                   {"share of the time, %", "network"}});
  for (const ScalingPoint& point : points) {
    const TimeShares& shares = point.shares;
    table.add_row({std::to_string(point.processors), std::to_string(point.num_slices), format_duration(point.seconds),
                   format_factor(point.speedup), percent(point.efficiency), percent(shares.useful),
                   percent(shares.repeated), percent(shares.imbalance), percent(shares.coarse),
                   percent(shares.learning), percent(shares.communication)});
  }
  return table.str();
}

Json curve_json(const std::vector<ScalingPoint>& points) {
  Json json = Json::array();
  for (const ScalingPoint& point : points) {
    const TimeShares& shares = point.shares;
    json.push_back({{"processors", point.processors},
                    {"slices", point.num_slices},
                    {"seconds", point.seconds},
                    {"speedup", point.speedup},
                    {"efficiency", point.efficiency},
                    {"shares",
                     {{"useful", shares.useful},
                      {"repeated", shares.repeated},
                      {"imbalance", shares.imbalance},
                      {"coarse", shares.coarse},
                      {"learning", shares.learning},
                      {"communication", shares.communication}}}});
  }
  return json;
}

}  // namespace

ScaleStudy make_scale_study(std::string corrector, std::string source, IterationHistory history,
                            const MachineOptions& machine) {
  ScaleStudy study{std::move(corrector), std::move(source), std::move(history), machine.scaling, {}, {}};
  const bool chosen = !machine.processors.empty();
  for (const Index p : chosen ? machine.processors : powers_of_two(study.history.num_slices)) {
    study.strong.push_back(model_scaling(study.history, p, study.options));
  }
  for (const Index p : chosen ? machine.processors : std::vector<Index>{1, 10, 100, 1000, 10'000, 100'000}) {
    study.weak.push_back(model_scaling(with_num_slices(study.history, p), p, study.options));
  }
  return study;
}

std::string scale_text(const ScaleStudy& study, const Experiment& experiment) {
  const IterationHistory& history = study.history;
  PlainText text;
  text << problem_heading(experiment) << "corrector " << printable(study.corrector) << ", " << history.iterations.size()
       << (history.iterations.size() == 1 ? " iteration" : " iterations") << "\n\nMeasured (" << printable(study.source)
       << ")\n";
  const auto line = [&](const std::string& name, double seconds) {
    text << "  " << name << std::string(34 - display_width(name), ' ') << format_duration(seconds) << "\n";
  };
  line("fine, one slice, in the sweeps", history.top_slice());
  line("fine, one slice alone", history.serial_slice);
  line("fine, excess of the slowest slice", mean_straggler(history));
  line("coarse, one slice", mean_of(history, &IterationCost::coarse));
  if (history.learns()) {
    line("fit, one iteration", mean_fit(history));
    line("prediction, one slice", mean_of(history, &IterationCost::prediction));
  }
  text << "\nStrong scaling, modelled: this run on more processors\n\n" << curve(study.strong);
  text << "\nWeak scaling, modelled: as many slices as processors\n\n" << curve(study.weak);
  text << "\nSpeed-up: over serial fine on one processor. Useful: one full fine pass, evenly divided.\nAssumed:\n";
  for (const std::string& sentence : assumptions(study)) text << "  " << sentence << "\n";
  return text.str();
}

std::string scale_json(const ScaleStudy& study, const Experiment& experiment) {
  const IterationHistory& history = study.history;
  Json json;
  json["schema"] = "forerun.scale/1";
  json["version"] = build::version;
  json["problem"] = {{"name", experiment.problem->name()}, {"dimension", experiment.dimension()}};
  json["slices"] = history.num_slices;
  json["corrector"] = study.corrector;
  json["iterations"] = history.iterations.size();
  json["measured"] = {{"source", study.source},
                      {"fine_slice_seconds", history.top_slice()},
                      {"serial_fine_slice_seconds", history.serial_slice},
                      {"straggler_seconds", mean_straggler(history)},
                      {"coarse_slice_seconds", mean_of(history, &IterationCost::coarse)},
                      {"fit_seconds", mean_fit(history)},
                      {"prediction_seconds", mean_of(history, &IterationCost::prediction)},
                      {"lanes", history.lanes}};
  json["assumed"] = {{"latency", study.options.network.latency},
                     {"bandwidth", study.options.network.bandwidth},
                     {"pipelined", study.options.pipelined},
                     {"sentences", assumptions(study)}};
  json["modelled"] = {{"strong", curve_json(study.strong)}, {"weak", curve_json(study.weak)}};
  return json.dump(2) + "\n";
}

}  // namespace forerun
