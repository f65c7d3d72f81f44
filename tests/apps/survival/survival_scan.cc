// Whether a run lives wherever serial stepping lives, seen from outside: draws configurations whose solvers fail from
// badly predicted states, runs each as `forerun run … --reference` would, and says how many died although the serial
// fine solution exists. Every tenth is planned as well (`forerun plan`). Long; a small part of it is in the tests.
//
//   survival_scan [CASES an equation, default 100] [SEED, default 1] [EQUATION …]
//
// Standard output: a table of what was tried and what died; standard error: each case that died or went wrong, on a
// line that can be turned back into a configuration. Exit status 0 if none did, else 3.
#include <cstdlib>
#include <iostream>

#include "apps/forerun/cli/text_table.h"
#include "tests/apps/survival/survival_cases.h"

namespace forerun::testing {
namespace {

struct Tally {
  int tried = 0;
  int serial_fails = 0;
  int died = 0;
  int wrong = 0;

  void count(const SurvivalCase& tried_case, const Survival& survival) {
    ++tried;
    serial_fails += survival.outcome == Survival::Outcome::serial_fails ? 1 : 0;
    died += survival.outcome == Survival::Outcome::died ? 1 : 0;
    wrong += survival.outcome == Survival::Outcome::wrong ? 1 : 0;
    if (survival.message.empty()) return;
    std::cerr << (survival.outcome == Survival::Outcome::died ? "DIED: " : "WRONG: ") << tried_case.line() << "| "
              << survival.message << std::endl;
  }
  Tally& operator+=(const Tally& other) {
    tried += other.tried;
    serial_fails += other.serial_fails;
    died += other.died;
    wrong += other.wrong;
    return *this;
  }
  std::vector<std::string> cells(const std::string& name) const {
    return {name, std::to_string(tried), std::to_string(serial_fails), std::to_string(died), std::to_string(wrong)};
  }
};

Tally scan(const std::string& equation, std::uint64_t num_cases, std::uint64_t seed) {
  constexpr std::uint64_t plan_every = 10;
  Tally tally;
  for (std::uint64_t i = 0; i < num_cases; ++i) {
    const SurvivalCase drawn = draw_survival_case(equation, seed, i);
    tally.count(drawn, run_survival_case(drawn));
    if (i % plan_every == 0) tally.count(drawn, plan_survival_case(drawn));
  }
  return tally;
}

int run(const std::vector<std::string>& words) {
  const std::uint64_t num_cases = !words.empty() ? std::stoull(words[0]) : 100;
  const std::uint64_t seed = words.size() > 1 ? std::stoull(words[1]) : 1;
  std::vector<std::string> equations = survival_equations();
  if (words.size() > 2) equations.assign(words.begin() + 2, words.end());
  TextTable table(
      {{"", "equation", TextTable::Align::left}, {"", "tried"}, {"", "serial fails"}, {"", "died"}, {"", "wrong"}});
  Tally all;
  for (const std::string& equation : equations) {
    const Tally tally = scan(equation, num_cases, seed);
    table.add_row(tally.cells(equation));
    all += tally;
  }
  table.add_row(all.cells("all"));
  std::cout << table.str();
  constexpr int some_died = 3;
  return all.died + all.wrong == 0 ? EXIT_SUCCESS : some_died;
}

}  // namespace
}  // namespace forerun::testing

int main(int argc, char** argv) { return forerun::testing::run({argv + 1, argv + argc}); }
