#include "solvers/external/library_propagator.h"

#include <dlfcn.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <chrono>
#include <filesystem>
#include <limits>
#include <system_error>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "solvers/external/output_tail.h"

namespace forerun {
namespace {

/// Behind the result: a function that takes states for longer than they are writes here, and is found out.
constexpr Index kMargin = 8;
constexpr double kUnwritten = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kUntouched = 0x7FF8'464F'5245'5255;

std::string file_of(const ExternalSpec& spec) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::path(spec.directory) / spec.library;
  std::error_code ignored;
  const bool is_place = spec.library.find('/') != std::string::npos || fs::exists(beside, ignored);
  return is_place ? fs::absolute(beside).string() : spec.library;
}

std::string reason() {
  const char* const text = ::dlerror();
  return text != nullptr ? on_one_line(text) : "nobody knows why";
}

}  // namespace

LibraryPropagator::LibraryPropagator(const ExternalSpec& spec, const ExternalUse& use)
    : ExternalPropagator(spec, use), argument_(filled_in(spec.argument, use.parameters)) {}

void LibraryPropagator::load() const {
  void* const library = ::dlopen(file_of(spec()).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw ParameterError("library", "library = \"" + spec().library + "\": must be a shared library: " + reason());
  }
  void* const function = ::dlsym(library, spec().function.c_str());
  if (function == nullptr) {
    throw ParameterError("function", "function = \"" + spec().function + "\": must be a function of " + spec().library +
                                         ", which has no such symbol");
  }
  function_ = std::bit_cast<Function*>(function);
}

void LibraryPropagator::open() const {
  std::call_once(is_loaded_, [this] { load(); });
}

int LibraryPropagator::call(const Slice& slice, const double* in, double* out) const {
  constexpr std::chrono::milliseconds between_looks{20};
  std::unique_lock lock(one_call_, std::defer_lock);
  while (spec().exclusive && !lock.try_lock_for(between_looks)) StopScope::throw_if_stop_requested();
  std::string argument = argument_;  // its own, should it write there
  void* const user = argument.empty() ? nullptr : argument.data();
  return function_(slice.begin, slice.end, in, out, std::int64_t{dimension()}, user);
}

void LibraryPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  assert(in.size() == dimension() && out.size() == dimension());
  const auto fail = [&](const std::string& what) {
    throw PropagationError(slice.begin, "'" + short_name(spec()) + "' " + what);
  };
  try {
    open();
  } catch (const ParameterError& error) {
    throw PropagationError(slice.begin, error.what());
  }
  // Copies: a function that writes where it should not must not change what other slices begin with.
  State state = in;
  State result = State::Constant(dimension() + kMargin, kUnwritten);
  result.tail(kMargin).setConstant(std::bit_cast<double>(kUntouched));
  const int status = call(slice, state.data(), result.data());
  const auto is_touched = [](double value) { return std::bit_cast<std::uint64_t>(value) != kUntouched; };
  if (std::any_of(result.data() + dimension(), result.data() + result.size(), is_touched)) {
    fail("wrote behind the " + std::to_string(dimension()) + " numbers of its result");
  }
  if (status != 0) fail("returned " + std::to_string(status));
  out = result.head(dimension());
  require_finite_result(out, slice, "'" + short_name(spec()) + "'");
}

}  // namespace forerun
