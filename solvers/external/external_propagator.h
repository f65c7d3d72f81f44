#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "core/propagation/propagator.h"
#include "solvers/external/external_spec.h"

namespace forerun {

/// What an external solver is used for.
struct ExternalUse {
  Index dimension = 1;
  Placeholders parameters = {};  ///< of the problem, by name, for placeholders
  int callers = 1;               ///< threads that may call at once
};

/// A propagator that hands slices to an `ExternalSpec`.
///
/// Nothing is started or opened before the first slice, or `open`. Deterministic as far as the solver is: it must be a
/// function of times and state, whichever process serves and whatever it was asked before. Thread-safe.
/// `propagate` throws `PropagationError` with the solver's name and what went wrong in one sentence, the end of its
/// standard error included: it could not be started, ended with another status than 0, gave no state, one of another
/// length or one that is not finite. It looks at `StopScope` (core/base/stop_scope.h): where a stop is requested, also
/// by a slice's time limit, the program is ended, within half a second, and `StopRequested` thrown.
class ExternalPropagator : public Propagator {
 public:
  ExternalPropagator(ExternalSpec spec, const ExternalUse& use) : spec_(std::move(spec)), dimension_(use.dimension) {}

  Index dimension() const override { return dimension_; }
  /// `ExternalSpec::work` times a million evaluations of a right-hand side: dear enough to be worth learning for.
  double work_per_slice() const override { return 1e6 * spec_.work; }

  /// Throws `ParameterError` with key, value and rule where the solver cannot be what is said of it: a program that is
  /// not there or not executable, a library or function that is not to be found. So a run need not begin to learn it.
  virtual void open() const = 0;

  const ExternalSpec& spec() const { return spec_; }

 private:
  ExternalSpec spec_;
  Index dimension_;
};

/// Throws as `require_sound`.
std::unique_ptr<ExternalPropagator> make_external_propagator(const ExternalSpec& spec, const ExternalUse& use);

/// Throws `PropagationError` unless the state a solver has given is finite: "… gave nan as component 2".
void require_finite_result(const StateView& state, const Slice& slice, const std::string& solver);

/// At most so many callers at once; the others wait, and look whether they are still wanted.
class CallerLimit {
 public:
  explicit CallerLimit(int most) : free_(most) {}

  class Place {
   public:
    /// Throws `StopRequested`.
    explicit Place(CallerLimit& limit) : limit_(limit) { limit_.take(); }
    ~Place() { limit_.give_back(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    CallerLimit& limit_;
  };

 private:
  void take();
  void give_back();

  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
};

}  // namespace forerun
