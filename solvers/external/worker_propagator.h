#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "solvers/external/external_propagator.h"
#include "solvers/external/worker_process.h"

namespace forerun {

/// Crosses slices by asking programs that stay (worker_protocol.h): one for each caller, started when it is first
/// needed, ended with this object. A worker that dies is replaced and the slice tried once more; one that breaks the
/// protocol is ended.
/// Cost of a slice beside the solver's own: some 20 µs and a copy of the state each way.
class WorkerPropagator final : public ExternalPropagator {
 public:
  WorkerPropagator(const ExternalSpec& spec, const ExternalUse& use);
  ~WorkerPropagator() override;

  void open() const override;
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;

 private:
  void ask(const Slice& slice, const StateView& in, StateOut out) const;
  std::unique_ptr<WorkerProcess> take() const;
  void give_back(std::unique_ptr<WorkerProcess> worker) const;

  ChildCommand command_;
  std::string name_;
  mutable CallerLimit limit_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<WorkerProcess>> idle_;
};

}  // namespace forerun
