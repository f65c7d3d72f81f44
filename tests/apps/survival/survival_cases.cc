#include "tests/apps/survival/survival_cases.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/number_text.h"
#include "core/base/split_mix.h"
#include "tests/apps/cli.h"

namespace forerun::testing {
namespace {

using Json = nlohmann::json;

/// Times that make one coarse step through a slice hopeless, and steps with which the fine solver lives just about.
struct Range {
  std::string parameters;
  double shortest;  ///< of the whole time span
  double longest;
  double fewest_steps;  ///< per unit of time
  double most_steps;
};

const std::map<std::string, Range>& ranges() {
  static const std::map<std::string, Range> all = {
      {"brusselator", {"", 4.0, 40.0, 2.0, 40.0}},
      {"burgers", {"points = 24\nviscosity = 0.05\n", 1.0, 20.0, 4.0, 80.0}},
      {"dahlquist", {"real = -40.0\nimag = 3.0\n", 1.0, 10.0, 8.0, 80.0}},
      {"diffusion_reaction", {"cells = 4\n", 2.0, 60.0, 0.5, 10.0}},
      {"double_pendulum", {"", 5.0, 60.0, 1.0, 20.0}},
      {"fitzhugh_nagumo", {"", 10.0, 60.0, 2.0, 20.0}},
      {"heat", {"points = 15\n", 0.5, 8.0, 20.0, 400.0}},
      {"hopf", {"", 20.0, 200.0, 0.5, 10.0}},
      {"lorenz", {"", 2.0, 10.0, 10.0, 200.0}},
      {"rossler", {"", 10.0, 100.0, 2.0, 20.0}},
      {"shallow_water", {"", 0.2, 2.0, 20.0, 400.0}}};
  return all;
}

/// Numbers that follow from a seed alone.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : seed_(seed) {}

  double uniform() { return std::ldexp(static_cast<double>(split_mix(seed_ += split_mix_step) >> 11U), -53); }
  /// Uniform in the logarithm.
  double between(double least, double most) { return least * std::pow(most / least, uniform()); }
  int integer(int least, int most) { return least + static_cast<int>(uniform() * (most - least + 1)); }
  std::string one_of(const std::vector<std::string>& choices) {
    return choices[static_cast<std::size_t>(uniform() * static_cast<double>(choices.size()))];
  }

 private:
  std::uint64_t seed_;
};

std::uint64_t seed_of(const std::string& equation, std::uint64_t seed, std::uint64_t index) {
  std::uint64_t mixed = split_mix(seed);
  for (const char letter : equation) mixed = split_mix(mixed + static_cast<unsigned char>(letter));
  return split_mix(mixed + index);
}

std::string levels_text(const std::string& ladder, int steps) {
  if (ladder == "none") return "";
  if (ladder != "explicit") return "levels = \"auto\"\n";
  std::string text;
  for (const int share : {16, 4}) {
    if (steps / share >= 1) text += std::to_string(steps / share) + ", ";
  }
  return "levels = [" + text + std::to_string(steps) + "]\n";
}

}  // namespace

std::string SurvivalCase::line() const {
  std::string text = configuration;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

const std::vector<std::string>& survival_equations() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, range] : ranges()) all.push_back(name);
    return all;
  }();
  return names;
}

SurvivalCase draw_survival_case(const std::string& equation, std::uint64_t seed, std::uint64_t index) {
  Draws draws(seed_of(equation, seed, index));
  const Range& range = ranges().at(equation);
  SurvivalCase drawn;
  drawn.equation = equation;
  drawn.corrector = draws.one_of({"classic", "randnet-local", "randnet", "kriging", "auto"});
  drawn.ladder = draws.one_of({"none", "none", "explicit", "auto", "auto, no coarse"});
  const double span = draws.between(range.shortest, range.longest);
  const int slices = draws.integer(2, 16);
  const double steps_per_time = draws.between(range.fewest_steps, range.most_steps);
  const int steps = std::max(1, static_cast<int>(std::lround(steps_per_time * span / slices)));
  const double begin = equation == "hopf" ? -20.0 : 0.0;
  // One after the other: the order within an expression is the compiler's.
  const std::string fine = draws.one_of({"rk1", "rk2", "rk4", "rk4", "rk8"});
  const std::string coarse = draws.one_of({"rk1", "rk1", "rk2", "rk4"});
  const int coarse_steps = draws.integer(1, std::max(1, steps / 8));
  const int threads = draws.integer(1, 2);
  const int model_seed = draws.integer(1, 9);
  drawn.configuration = "[problem]\nname = \"" + equation + "\"\n" + range.parameters +
                        "[time]\nend = " + shortest_text(begin + span) + "\nslices = " + std::to_string(slices) +
                        "\n[fine]\nmethod = \"" + fine + "\"\nsteps = " + std::to_string(steps) + "\n" +
                        levels_text(drawn.ladder, steps);
  if (drawn.ladder != "auto, no coarse") {
    drawn.configuration += "[coarse]\nmethod = \"" + coarse + "\"\nsteps = " + std::to_string(coarse_steps) + "\n";
  }
  drawn.configuration += "[corrector]\nname = \"" + drawn.corrector +
                         "\"\n[run]\nthreads = " + std::to_string(threads) + "\nseed = " + std::to_string(model_seed) +
                         "\n";
  return drawn;
}

Survival run_survival_case(const SurvivalCase& tried) {
  const TemporaryDirectory directory;
  const Outcome outcome =
      forerun_with({"run", directory.write("case.toml", tried.configuration), "--reference", "--json", "-", "--quiet"});
  const Json record = Json::parse(outcome.out, nullptr, false);
  const bool has_record = !record.is_discarded();
  if (has_record && record.at("serial_fine_seconds").is_null()) return {Survival::Outcome::serial_fails, ""};
  if (outcome.status != ExitStatus::ok) {
    std::string message = "exit " + std::to_string(static_cast<int>(outcome.status)) + ": " + outcome.err;
    if (has_record && !record.at("runs").empty()) message += record.at("runs").at(0).at("termination").dump();
    return {Survival::Outcome::died, message};
  }
  const Json& error = record.at("runs").at(0).at("max_error");
  if (error.is_number() && error.get<double>() <= worst_survival_error) return {Survival::Outcome::lived, ""};
  return {Survival::Outcome::wrong, "max error " + error.dump()};
}

Survival plan_survival_case(const SurvivalCase& tried) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("case.toml", tried.configuration);
  const Outcome outcome = forerun_with({"plan", file, "--budget", "1", "--json", "-"});
  if (outcome.status == ExitStatus::ok) return {Survival::Outcome::lived, ""};
  if (run_survival_case(tried).outcome == Survival::Outcome::serial_fails) {
    return {Survival::Outcome::serial_fails, ""};
  }
  return {Survival::Outcome::died,
          "plan: exit " + std::to_string(static_cast<int>(outcome.status)) + ": " + outcome.err};
}

}  // namespace forerun::testing
