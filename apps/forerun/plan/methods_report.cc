#include "apps/forerun/plan/methods_report.h"

#include <map>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/plan/recommendation.h"
#include "apps/forerun/run/report.h"
#include "core/base/plain_text.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

/// "mgrit, coarsening = 4".
std::string name_of(const MethodSettings& settings) {
  std::string name = settings.method;
  for (const auto& [key, value] : settings.keys) name += ", " + key + " = " + toml_text(value);
  return name;
}

/// "9 iterations, each leaving 0.13, 8.4 fine passes".
std::string work_text(Index iterations, const std::optional<double>& contraction, double sweeps) {
  PlainText text;
  text << iterations << (iterations == 1 ? " iteration" : " iterations");
  if (contraction) text << ", each leaving " << format_number(*contraction) << " of the residual";
  text << ", " << format_number(sweeps) << (sweeps == 1.0 ? " fine pass" : " fine passes");
  return text.str();
}

std::string parareal_text(const PlanStudy& study) {
  if (!study.best_there) return "no trial of Parareal was solved";
  const Trial& trial = study.runs[*study.best_there].trial;
  return "Parareal " + format_factor(parareal_speedup_there(study)) + " (" +
         work_text(trial.num_iterations(), mean_contraction(trial.increments), trial.effective_sweeps()) +
         (study.ladder ? " without its ladder)" : ")");
}

Json brief_point_json(const ScalingPoint& point) {
  return {{"processors", point.processors}, {"seconds", point.seconds}, {"speedup", point.speedup}};
}

}  // namespace

std::string methods_table(const PlanStudy& study) {
  PlainText below;
  std::map<std::string, std::string> not_tried;  // names by the reason
  TextTable table({{"", "method", TextTable::Align::left},
                   {"trial", "took"},
                   {"", "K"},
                   {"", "sweeps"},
                   {"", "contraction"},
                   {"modelled", "speed-up on " + std::to_string(study.threads_here)},
                   {"modelled", "speed-up"},
                   {"modelled", "on"}});
  bool any = false;
  for (const MethodTrial& trial : study.methods) {
    const std::string name = name_of(trial.settings);
    if (!trial.unsuited.empty()) {
      std::string& names = not_tried[trial.unsuited];
      names += (names.empty() ? "" : "; ") + name;
      continue;
    }
    any = true;
    if (!trial.solved) below << name << " was tried and not solved:\n  " << trial.shortfall << "\n";
    const auto solved = [&](const std::string& text) { return trial.solved ? text : std::string("-"); };
    table.add_row({name, format_duration(trial.seconds), solved(std::to_string(trial.num_iterations)),
                   solved(format_number(trial.effective_sweeps)),
                   trial.contraction ? format_number(*trial.contraction) : "-",
                   solved(format_factor(trial.here.speedup)), solved(format_factor(trial.there.speedup)),
                   solved(std::to_string(trial.there.processors))});
  }
  for (const auto& [reason, names] : not_tried) {
    below << names << (names.find(';') == std::string::npos ? " was" : " were") << " not tried:\n  " << reason << "\n";
  }
  return (any ? "Other methods\n\n" + table.str() + "\n" : std::string()) + below.str() + "\n";
}

std::string recommended_method_text(const PlanStudy& study) {
  const std::optional<std::size_t> recommended = recommended_method(study);
  if (!recommended) return "";
  const MethodTrial& method = study.methods[*recommended];
  PlainText text;
  text << "\nRecommended there: " << method.settings.method << ", modelled " << format_factor(method.there.speedup)
       << " as fast as serial stepping:\n  "
       << work_text(method.num_iterations, method.contraction, method.effective_sweeps) << " on " << method.cost.pieces
       << " pieces side by side;\n  " << parareal_text(study) << ".\n\n"
       << configuration_lines(method.settings);
  return text.str();
}

Json methods_json(const PlanStudy& study) {
  const std::optional<std::size_t> recommended = recommended_method(study);
  Json json = Json::array();
  for (std::size_t i = 0; i < study.methods.size(); ++i) {
    const MethodTrial& trial = study.methods[i];
    Json keys = Json::object();
    for (const auto& [key, value] : trial.settings.keys) {
      std::visit([&, name = key](const auto& content) { keys[name] = content; }, value);
    }
    Json one = {{"name", trial.settings.method},
                {"keys", keys},
                {"unsuited", trial.unsuited.empty() ? Json(nullptr) : Json(trial.unsuited)},
                {"solved", trial.solved},
                {"shortfall", trial.shortfall.empty() ? Json(nullptr) : Json(trial.shortfall)},
                {"recommended", recommended == i}};
    if (trial.solved) {
      one["estimated"] = {{"iterations", trial.num_iterations},
                          {"effective_sweeps", trial.effective_sweeps},
                          {"contraction", trial.contraction ? Json(*trial.contraction) : Json(nullptr)}};
      one["modelled_here"] = brief_point_json(trial.here);
      one["modelled_there"] = brief_point_json(trial.there);
    }
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace forerun
