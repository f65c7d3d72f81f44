#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "solvers/external/external_propagator.h"

namespace forerun {

/// Crosses a slice by calling a C function of a shared library,
///
///   int propagate(double t0, double t1, const double* in, double* out, int64_t n, void* user);
///
/// which writes the n numbers of the state at t1 to `out` and returns 0, or another number where it cannot. `user` is
/// `ExternalSpec::argument`, placeholders filled in, as a string of C, or a null pointer. `in` and `out` belong to the
/// call. It is called by several threads at once unless `ExternalSpec::exclusive`.
///
/// The library stays loaded until the process ends. A name with a slash, or that is in the solver's directory, is that
/// file; else the system's linker looks for it. The function runs within this process: if it crashes, so do we, and if
/// it does not return, it cannot be ended.
class LibraryPropagator final : public ExternalPropagator {
 public:
  LibraryPropagator(const ExternalSpec& spec, const ExternalUse& use);

  void open() const override;
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override;

 private:
  using Function = int(double, double, const double*, double*, std::int64_t, void*);

  void load() const;
  int call(const Slice& slice, const double* in, double* out) const;

  std::string argument_;
  mutable std::once_flag is_loaded_;
  mutable Function* function_ = nullptr;
  mutable std::timed_mutex one_call_;
};

}  // namespace forerun
