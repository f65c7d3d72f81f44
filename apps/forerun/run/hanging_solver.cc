#include "apps/forerun/run/hanging_solver.h"

#include <exception>
#include <utility>

#include "apps/forerun/cli/leave_process.h"

namespace forerun {

SliceLimit leaving_the_process(SliceLimit limit, std::function<std::string(const SliceFailure&)> keep) {
  limit.abandon = [keep = std::move(keep)](const SliceFailure& failure) {
    std::string kept;
    try {
      if (keep) kept = keep(failure);
    } catch (const std::exception& error) {
      kept = error.what();
    }
    leave_process(ExitStatus::solver_failed, failure.sentence() + (kept.empty() ? "" : "; " + kept));
  };
  return limit;
}

}  // namespace forerun
