#include "solvers/external/external_propagator.h"

#include <chrono>
#include <cmath>

#include "core/base/errors.h"
#include "core/base/plain_text.h"
#include "core/base/stop_scope.h"
#include "solvers/external/command_propagator.h"
#include "solvers/external/library_propagator.h"
#include "solvers/external/worker_propagator.h"

namespace forerun {

std::unique_ptr<ExternalPropagator> make_external_propagator(const ExternalSpec& spec, const ExternalUse& use) {
  std::vector<std::string> parameters;
  for (const auto& [name, value] : use.parameters) parameters.push_back(name);
  require_sound(spec, parameters);
  switch (spec.kind) {
    case ExternalKind::worker:
      return std::make_unique<WorkerPropagator>(spec, use);
    case ExternalKind::library:
      return std::make_unique<LibraryPropagator>(spec, use);
    case ExternalKind::command:
      break;
  }
  return std::make_unique<CommandPropagator>(spec, use);
}

void require_finite_result(const StateView& state, const Slice& slice, const std::string& solver) {
  for (Index i = 0; i < state.size(); ++i) {
    if (std::isfinite(state[i])) continue;
    PlainText sentence;
    sentence << solver << " gave " << state[i] << " as component " << i << " of the state";
    throw PropagationError(slice.begin, sentence.str());
  }
}

void CallerLimit::take() {
  constexpr std::chrono::milliseconds between_looks{20};
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, between_looks, [this] { return free_ > 0; })) StopScope::throw_if_stop_requested();
  --free_;
}

void CallerLimit::give_back() {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  changed_.notify_one();
}

}  // namespace forerun
