#include "core/propagation/logged_propagator.h"

#include <array>
#include <bit>

#include "core/base/stopwatch.h"

namespace forerun {

LoggedPropagator::LoggedPropagator(const Propagator& inner, SolveLog& log, std::string_view role)
    : inner_(inner), log_(log), role_(digest64(role.data(), role.size())) {}

Digest128 LoggedPropagator::key(const Slice& slice, const StateView& in) const {
  const std::array<std::uint64_t, 4> place{role_, static_cast<std::uint64_t>(slice.index),
                                           std::bit_cast<std::uint64_t>(slice.begin),
                                           std::bit_cast<std::uint64_t>(slice.end)};
  return digest128(in.data(), sizeof(double) * static_cast<std::size_t>(in.size()),
                   digest64(place.data(), sizeof place));
}

/// Threads may miss each other's counts, which matters little.
bool LoggedPropagator::is_cheap_call() const {
  if (!is_cheap_.load(std::memory_order_relaxed) || log_.knows_any()) return false;
  constexpr std::uint32_t timed_one_in = 64;
  const std::uint32_t call = num_calls_.load(std::memory_order_relaxed) + 1;
  num_calls_.store(call, std::memory_order_relaxed);
  return call % timed_one_in != 0;
}

bool LoggedPropagator::is_worth_keeping(double seconds, Index num_slices) const {
  const bool is_worth = log_.is_worth_keeping(seconds / static_cast<double>(num_slices), dimension());
  is_cheap_.store(!is_worth, std::memory_order_relaxed);
  return is_worth;
}

void LoggedPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  if (is_cheap_call()) return inner_.propagate(slice, in, out);
  if (log_.knows_any() && log_.recall(key(slice, in), out)) return;
  const Stopwatch watch;
  inner_.propagate(slice, in, out);
  if (is_worth_keeping(watch.seconds(), 1)) log_.keep(key(slice, in), out);
}

void LoggedPropagator::propagate_block(std::span<const Slice> slices, const StatesView& in, StatesOut out) const {
  if (is_cheap_call()) return inner_.propagate_block(slices, in, out);
  const auto count = static_cast<Index>(slices.size());
  Index first = 0;  // of the slices that are not known
  for (Index j = 0; j < count; ++j) {
    const Slice& slice = slices[static_cast<std::size_t>(j)];
    if (!log_.knows_any() || !log_.recall(key(slice, in.col(j)), out.col(j))) continue;
    cross_unknown(slices.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(j - first)),
                  in.middleCols(first, j - first), out.middleCols(first, j - first));
    first = j + 1;
  }
  cross_unknown(slices.subspan(static_cast<std::size_t>(first)), in.rightCols(count - first),
                out.rightCols(count - first));
}

void LoggedPropagator::cross_unknown(std::span<const Slice> slices, const StatesView& in, StatesOut out) const {
  if (slices.empty()) return;
  const Stopwatch watch;
  inner_.propagate_block(slices, in, out);
  if (!is_worth_keeping(watch.seconds(), static_cast<Index>(slices.size()))) return;
  for (Index j = 0; j < static_cast<Index>(slices.size()); ++j) {
    log_.keep(key(slices[static_cast<std::size_t>(j)], in.col(j)), out.col(j));
  }
}

}  // namespace forerun
