#include "apps/forerun/selftest/selftest.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <thread>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/config/config.h"
#include "apps/forerun/record/machine.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/selftest/selftest_runs.h"
#include "core/base/multiversion.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"

#define FORERUN_TEXT_OF(...) #__VA_ARGS__
#define FORERUN_EXPANDED_TEXT_OF(...) FORERUN_TEXT_OF(__VA_ARGS__)

namespace forerun {
namespace {

/// A configuration that is solved exactly.
std::string settings(const std::string& problem, const std::string& fine, const std::string& coarse,
                     const std::string& more) {
  return "[problem]\nname = \"" + problem + "\"\n[time]\nend = 0.5\nslices = 8\n[fine]\n" + fine + "\n[coarse]\n" +
         coarse + "\n" + more;
}

std::string by_parareal(const std::string& corrector) {
  return "[parareal]\ntolerance = 0.0\n[corrector]\nname = \"" + corrector + "\"\n";
}

struct NamedCheck {
  std::string name;
  std::function<std::string(const std::stop_token&)> run;
};

NamedCheck exact_run(std::string name, std::string text) {
  return {std::move(name), [text = std::move(text)](const std::stop_token& stop) { return run_exactly(text, stop); }};
}

std::vector<NamedCheck> all_checks() {
  return {
      exact_run("explicit integrators", settings("burgers", "method = \"rk8\"\nsteps = 8",
                                                 "method = \"rk1\"\nsteps = 4", by_parareal("classic"))),
      exact_run("implicit integrators", settings("van_der_pol", "method = \"radau3\"\nsteps = 4",
                                                 "method = \"backward_euler\"\nsteps = 1", by_parareal("classic"))),
      exact_run("steps by a tolerance", settings("lorenz", "method = \"dopri5\"\ntolerance = 1e-8",
                                                 "method = \"rk4\"\nsteps = 2", by_parareal("classic"))),
      exact_run("exponential integrator", settings("heat", "method = \"exponential\"\ntolerance = 1e-8",
                                                   "method = \"backward_euler\"\nsteps = 1", by_parareal("classic"))),
      exact_run("learning", settings("burgers", "method = \"rk4\"\nsteps = 16", "method = \"rk1\"\nsteps = 4",
                                     by_parareal("randnet"))),
      exact_run("ladder of fine solvers", settings("lorenz", "method = \"rk4\"\nlevels = [4, 16, 64]",
                                                   "method = \"rk4\"\nsteps = 2", by_parareal("auto"))),
      exact_run("MGRIT", settings("heat", "method = \"radau3\"\nsteps = 2", "method = \"backward_euler\"\nsteps = 1",
                                  "[method]\nname = \"mgrit\"\ntolerance = 0.0\n")),
      {"threads", compare_threads},
      {"files of runs", keep_run},
      {"files of models", keep_model},
      {"solvers that are programs", use_program},
      {"SUNDIALS", use_sundials},
      {"Python module", use_python},
  };
}

SelfTestCheck tried(const NamedCheck& check, const std::stop_token& stop) {
  if (stop.stop_requested()) throw StopRequested{};
  const Stopwatch watch;
  SelfTestCheck result{check.name, SelfTestCheck::Outcome::passed, "", 0.0};
  try {
    result.detail = check.run(stop);
  } catch (const StopRequested&) {
    throw;
  } catch (const PartIsAbsent& absence) {
    result.outcome = SelfTestCheck::Outcome::absent;
    result.detail = absence.what();
  } catch (const std::exception& error) {
    result.outcome = SelfTestCheck::Outcome::failed;
    result.detail = error.what();
  }
  result.seconds = watch.seconds();
  return result;
}

std::string newest_instruction_set() {
#if defined(__x86_64__)
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return v4 ? "x86-64-v4" : v3 ? "x86-64-v3" : "x86-64";
#else
  return "other";
#endif
}

std::string kernels_text(const std::string& instruction_set) {
  if (*build::kernels != '\0') return std::string(build::kernels) + ", as compiled";
  constexpr bool are_chosen = sizeof(FORERUN_EXPANDED_TEXT_OF(FORERUN_MULTIVERSION)) > 1;
  if (are_chosen) return instruction_set + ", chosen when the program starts";
#if defined(__AVX512F__)
  return "x86-64-v4, as compiled";
#elif defined(__AVX2__)
  return "x86-64-v3, as compiled";
#else
  return "as compiled";
#endif
}

}  // namespace

std::string to_string(SelfTestCheck::Outcome outcome) {
  switch (outcome) {
    case SelfTestCheck::Outcome::passed:
      return "passed";
    case SelfTestCheck::Outcome::absent:
      return "not there";
    case SelfTestCheck::Outcome::failed:
      break;
  }
  return "FAILED";
}

SelfTestMachine this_machine() {
  SelfTestMachine machine;
  machine.cpu = cpu_model();
  machine.cores = std::thread::hardware_concurrency();
  machine.threads = make_run_executor(RunConfig{})->num_threads();
  machine.memory_bytes = static_cast<double>(std::max(::sysconf(_SC_PHYS_PAGES), 0L)) *
                         static_cast<double>(std::max(::sysconf(_SC_PAGESIZE), 0L));
  machine.instruction_set = newest_instruction_set();
  machine.kernels = kernels_text(machine.instruction_set);
  return machine;
}

std::vector<SelfTestCheck> run_selftest(const std::stop_token& stop, TimeCommunicator* communicator) {
  std::vector<NamedCheck> wanted = all_checks();
  if (communicator != nullptr) {
    wanted.push_back({"processes that share a run",
                      [communicator](const std::stop_token& asked) { return share_run(*communicator, asked); }});
  }
  std::vector<SelfTestCheck> checks;
  for (const NamedCheck& check : wanted) checks.push_back(tried(check, stop));
  return checks;
}

bool all_right(const std::vector<SelfTestCheck>& checks) {
  return std::none_of(checks.begin(), checks.end(),
                      [](const SelfTestCheck& check) { return check.outcome == SelfTestCheck::Outcome::failed; });
}

}  // namespace forerun
