#include "apps/forerun/config/coarse_strategy.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/config.h"

namespace forerun {
namespace {

constexpr std::int64_t kUsualCoarsening = 2;
constexpr const char* kOperator = "operator";
/// A basis is from this many states at least, and seldom from more than the last.
constexpr std::int64_t kLeastSnapshots = 64, kMostSnapshots = 256;
constexpr std::int64_t kRoughShare = 4, kUsualBasis = 48;
/// Of the fine steps: a reduced equation is not stiff, and its basis makes larger errors than its steps.
constexpr std::int64_t kReducedShare = 32;

std::string absolute_name(const std::filesystem::path& name) {
  return std::filesystem::absolute(name).lexically_normal().string();
}

class Strategy {
 public:
  Strategy(const ConfigDocument& document, const RunConfig& config, Parameters& coarse, std::string place)
      : document_(document),
        config_(config),
        fine_(config.fine),
        coarse_(coarse),
        place_(std::move(place)),
        name_(coarse.text("strategy")) {}

  void complete() {
    if (name_ == kOperator) return take_network();
    if (!coarse_.is_set("method")) choose_method();
    if (name_ == "optimised") {
      optimise();
    } else if (name_ == "spectral") {
      take_modes();
    } else if (is_reduced()) {
      take_directions();
    } else {
      choose_steps();
    }
    if (name_ == "coarser-mesh") {
      if (!coarse_.is_set("coarsening")) coarse_.set("coarsening", kUsualCoarsening);
      if (coarse_.integer("coarsening") == 1) refuse("coarsening", "must be at least 2 with a coarser mesh");
    }
    if (name_ == "simplified" && !changes_the_equation()) {
      refuse("strategy", "needs parameters of the equation that are others, like problem = { viscosity = 0.05 }");
    }
    const SolverSpec chosen(coarse_.text("method"));
    if (name_ == "lower-order" && fine_.entry().order > 0 && chosen.entry().order >= fine_.entry().order) {
      refuse(coarse_.is_set("method") && document_.find("coarse", "method") != nullptr ? "method" : "strategy",
             "must be of lower order than the fine solver's " + fine_.method);
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& key, const std::string& rule) const {
    const std::string place = place_.empty() ? place_of(document_, "coarse", key) + ": [coarse] " : place_;
    throw UsageError(place + key + " = " + toml_text(coarse_.value(key)) + ": " + rule);
  }

  void choose_method() {
    if (fine_.external) refuse("strategy", "needs an integrator as fine solver, or a 'method'");
    const bool is_implicit = fine_.entry().needs != IntegratorNeeds::nothing;
    const bool is_method = name_ == "optimised" || name_ == "spectral" || is_reduced();
    coarse_.set("method", is_method                ? name_
                          : name_ != "lower-order" ? fine_.method
                          : is_implicit            ? std::string("backward_euler")
                                                   : std::string("rk1"));
  }

  /// One step a slice, for the fine solver's own steps where their function is known.
  void optimise() {
    if (coarse_.text("method") != "optimised") refuse("method", "must be left out, the strategy is one");
    if (!coarse_.is_set("steps")) coarse_.set("steps", std::int64_t{1});
    if (coarse_.is_set("fine_method") || fine_.external || !may_be("fine_method")) return;
    coarse_.set("fine_method", fine_.method);
    if (!coarse_.is_set("fine_steps")) coarse_.set("fine_steps", std::int64_t{fine_.steps()});
  }

  void take_network() {
    if (coarse_.is_set("method") && coarse_.text("method") != kOperator)
      refuse("method", "must be left out, the strategy is one");
    coarse_.set("method", std::string(kOperator));
  }

  /// Those of the fine solver itself.
  void take_modes() {
    if (coarse_.text("method") != "spectral") refuse("method", "must be left out, the strategy is one");
    if (!coarse_.is_set("modes_of")) {
      if (fine_.external || !may_be("modes_of"))
        refuse("strategy", "needs a fine solver with steps of equal length and no stiff part apart from the rest");
      coarse_.set("modes_of", fine_.method);
    }
    if (!coarse_.is_set("steps")) coarse_.set("steps", std::int64_t{fine_.steps()});
  }

  bool is_reduced() const { return name_ == "pod" || name_ == "pinn"; }

  void set_if_open(const char* key, const ParameterValue& value) {
    if (!coarse_.is_set(key)) coarse_.set(key, value);
  }

  /// Those of a rough run over the run's own time, from its own initial state.
  void take_directions() {
    if (coarse_.text("method") != name_) refuse("method", "must be left out, the strategy is one");
    if (!coarse_.is_set("rough_method")) {
      if (fine_.external || !may_be("rough_method"))
        refuse("strategy",
               "needs a fine solver with steps of equal length and no stiff part apart from the rest, or a "
               "'rough_method'");
      coarse_.set("rough_method", fine_.method);
    }
    const auto fine_steps = static_cast<std::int64_t>(fine_.steps());
    set_if_open("steps", name_ == "pinn" ? std::int64_t{1} : std::max<std::int64_t>(1, fine_steps / kReducedShare));
    if (name_ == "pod") set_if_open("affine_steps", fine_steps);
    set_if_open("basis_size", kUsualBasis);
    set_if_open("snapshots_end", config_.end);
    if (config_.begin) set_if_open("snapshots_begin", *config_.begin);
    const auto slices = static_cast<std::int64_t>(config_.slices);
    const std::int64_t in_each = (kLeastSnapshots + slices - 1) / slices;
    set_if_open("snapshots", std::min(kMostSnapshots, slices * in_each));
    const std::int64_t shared_out = kRoughShare * coarse_.integer("snapshots");
    set_if_open("snapshot_steps", (fine_steps * slices + shared_out - 1) / shared_out);
    if (config_.initial_values && !coarse_.is_set("initial_from") && !coarse_.is_set("snapshots_from"))
      refuse("strategy", "needs the initial state in a file, [problem] initial_state has it as a list");
    if (config_.initial_state) set_if_open("initial_from", absolute_name(*config_.initial_state));
  }

  /// The fine method is a value of this key.
  bool may_be(std::string_view name) const {
    const auto& keys = coarse_.specs();
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.name == name; });
    return std::find(key->choices.begin(), key->choices.end(), fine_.method) != key->choices.end();
  }

  /// From those of the fine solver, where both methods count alike.
  void choose_steps() {
    const SolverSpec chosen(coarse_.text("method"));
    const std::string& key = chosen.entry().refining_key().name;
    if (coarse_.is_set(key)) return;
    const bool count_alike =
        chosen.method == fine_.method || (!fine_.external && !fine_.is_adaptive() && !chosen.is_adaptive());
    if (!count_alike) refuse("strategy", "needs '" + key + "', which does not follow from the fine solver");
    coarse_.set(key, rough_version(fine_).refinement());
  }

  bool changes_the_equation() const {
    const auto& keys = coarse_.specs();
    return std::any_of(keys.begin(), keys.end(), [&](const ParameterSpec& key) {
      return key.name.starts_with(kVariantPrefix) && coarse_.is_set(key.name);
    });
  }

  const ConfigDocument& document_;
  const RunConfig& config_;
  const SolverSpec& fine_;
  Parameters& coarse_;
  std::string place_;  ///< in front of what is refused, where that is not of [coarse]
  std::string name_;
};

}  // namespace

ParameterSpec strategy_key() {
  return {
      .name = "strategy",
      .default_value = std::string("bigger-step"),
      .description =
          "how the coarse solver follows from the fine one where this section does not say: its method with "
          "a quarter of the steps, Euler's method, a mesh of every second point, other parameters, or the "
          "rational function that contracts fastest, the fine solver's largest modes, a model or network on the main "
          "directions of a rough run, or a trained network",
      .choices = coarse_strategies()};
}

const std::vector<std::string>& coarse_strategies() {
  static const std::vector<std::string> names = {
      "bigger-step", "lower-order", "coarser-mesh", "simplified", "optimised", "spectral", "pod", "pinn", kOperator};
  return names;
}

std::string find_strategy(const std::string& name) {
  const std::vector<std::string>& known = coarse_strategies();
  if (std::find(known.begin(), known.end(), name) != known.end()) return name;
  throw ParameterError("strategy", "unknown strategy '" + name + "': " + suggestion(name, known));
}

SolverSpec rough_version(const SolverSpec& fine) {
  constexpr Index share = 4;
  return with_fineness(fine, std::max<Index>(1, fineness(fine) / share));
}

Parameters completed_by_strategy(const ConfigDocument& document, const RunConfig& config, Parameters coarse,
                                 const std::string& place) {
  Strategy(document, config, coarse, place).complete();
  return coarse;
}

void remove_coarse(ConfigDocument& document, std::string_view kept) {
  const std::vector<Setting> settings = document.settings();
  for (const Setting& setting : settings) {
    if (setting.section == "coarse" && setting.key != kept) document.remove("coarse", setting.key);
  }
}

Parameters with_absolute_files(const ConfigDocument& document, Parameters coarse) {
  const std::filesystem::path folder = std::filesystem::path(document.file_name()).parent_path();
  for (const char* key : {"initial_from", "snapshots_from"}) {
    if (!coarse.is_set(key)) continue;
    std::string names;
    std::istringstream rest(coarse.text(key));
    for (std::string name; std::getline(rest, name, ',');) {
      const std::size_t first = name.find_first_not_of(' ');
      if (first != std::string::npos) names += (names.empty() ? "" : ",") + absolute_name(folder / name.substr(first));
    }
    coarse.set(key, names);
  }
  return coarse;
}

void find_network_file(const ConfigDocument& document, SolverSpec& coarse, const std::string& place) {
  const auto at = [&](const std::string& key) {
    return place.empty() ? place_of(document, "coarse", key) + ": [coarse] " : place;
  };
  if (coarse.method != kOperator) {
    const Setting* file = place.empty() ? document.find("coarse", "file") : nullptr;
    if (file == nullptr) return;
    throw UsageError(at("file") + "file = " + toml_text(file->value) +
                     ": must be left out, only strategy = \"operator\" reads it");
  }
  const std::string& file = coarse.options.text("file");
  if (file.empty()) {
    throw UsageError((place.empty() ? document.place_of_section("coarse") + ": [coarse] " : place) +
                     "has no 'file': must be given, a network that `forerun train` has written");
  }
  if (coarse.is_of_variant()) {
    const std::string key = coarse.coarsening() > 1 ? "coarsening" : "problem." + coarse.problem.begin()->first;
    throw UsageError(at(key) + key +
                     ": must be left out, a network is for the mesh and the equation it was trained for");
  }
  const std::filesystem::path folder = std::filesystem::path(document.file_name()).parent_path();
  coarse.options.set("file", std::filesystem::absolute(folder / file).lexically_normal().string());
}

}  // namespace forerun
