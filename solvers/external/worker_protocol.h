#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/state.h"
#include "core/base/time_grid.h"

namespace forerun {

/// What Forerun and a worker say to each other, version 1. docs/external.md says the same for those who write workers.
///
/// All numbers take eight bytes, little-endian: u64, i64 or f64. Forerun writes to the worker's standard input, the
/// worker to its standard output, nothing else.
///
///   once     Forerun   "FORERUNW"   i64 version = 1   i64 d, numbers of a state
///            worker    the same 24 bytes
///   then, as often as wanted,
///            Forerun   u64 id   f64 t0   f64 t1   f64 × d, the state at t0
///            worker    u64 id   i64 0    f64 × d, the state at t1
///               or     u64 id   i64 status ≠ 0   i64 n   n bytes of UTF-8: why it cannot, n ≤ 65536
///
/// One request is under way at a time. When standard input ends, so does the worker.
inline constexpr std::string_view worker_magic = "FORERUNW";
inline constexpr std::int64_t worker_version = 1;
inline constexpr std::size_t worker_greeting_size = 24;
/// Of an answer: id and status.
inline constexpr std::size_t worker_answer_head = 16;
inline constexpr std::int64_t worker_longest_reason = 65'536;

std::string worker_greeting(Index dimension);
std::string worker_request(std::uint64_t id, const Slice& slice, const StateView& state);

/// Why what a worker has answered to the greeting, as far as it has come, is not right; empty where it may be.
std::string wrong_greeting(std::string_view answer, Index dimension);

}  // namespace forerun
