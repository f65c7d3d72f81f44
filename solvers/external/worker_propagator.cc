#include "solvers/external/worker_propagator.h"

#include <cassert>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/base/errors.h"

namespace forerun {
namespace {

ChildCommand command(const ExternalSpec& spec, const Placeholders& parameters) {
  ChildCommand command{{}, spec.directory};
  for (const std::string& word : spec.words) command.words.push_back(filled_in(word, parameters));
  return command;
}

}  // namespace

WorkerPropagator::WorkerPropagator(const ExternalSpec& spec, const ExternalUse& use)
    : ExternalPropagator(spec, use),
      command_(command(spec, use.parameters)),
      name_("worker '" + short_name(spec) + "'"),
      limit_(spec.processes > 0 ? spec.processes : use.callers) {}

/// They see the end of their input together, and have a second together to end.
WorkerPropagator::~WorkerPropagator() {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds grace{1000};
  const auto until = Clock::now() + grace;
  for (const auto& worker : idle_) worker->close_input();
  for (const auto& worker : idle_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left > 0) worker->wait(static_cast<int>(left));
  }
}

void WorkerPropagator::open() const {
  try {
    find_program(command_.words.front(), command_.directory);
  } catch (const std::invalid_argument& error) {
    throw ParameterError("worker", std::string("worker: ") + error.what() + ": must be a program");
  }
}

std::unique_ptr<WorkerProcess> WorkerPropagator::take() const {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<WorkerProcess> worker = std::move(idle_.back());
  idle_.pop_back();
  return worker;
}

void WorkerPropagator::give_back(std::unique_ptr<WorkerProcess> worker) const {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

/// Throws `WorkerEnded` where the worker has; it is gone then.
void WorkerPropagator::ask(const Slice& slice, const StateView& in, StateOut out) const {
  std::unique_ptr<WorkerProcess> worker = take();
  if (!worker) worker = std::make_unique<WorkerProcess>(command_, dimension());
  try {
    worker->solve(slice, in, out);
  } catch (const WorkerRefused&) {
    give_back(std::move(worker));
    throw;
  }
  give_back(std::move(worker));
}

void WorkerPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  assert(in.size() == dimension() && out.size() == dimension());
  const CallerLimit::Place place(limit_);
  const auto fail = [&](const std::string& what) { throw PropagationError(slice.begin, name_ + " " + what); };
  try {
    try {
      ask(slice, in, out);
    } catch (const WorkerEnded&) {
      ask(slice, in, out);
    }
  } catch (const WorkerEnded& error) {
    fail(std::string(error.what()) + "; so did the one started in its place");
  } catch (const std::invalid_argument& error) {
    fail(std::string("cannot be started: ") + error.what());
  } catch (const std::system_error& error) {
    fail("cannot be started: " + error.code().message());
  } catch (const WorkerConfused& error) {
    fail(error.what());
  } catch (const WorkerRefused& error) {
    fail(error.what());
  }
  require_finite_result(out, slice, name_);
}

}  // namespace forerun
