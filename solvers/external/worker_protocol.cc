#include "solvers/external/worker_protocol.h"

#include <bit>
#include <cstring>

#include "solvers/external/output_tail.h"

namespace forerun {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are sent as they lie in memory");

template <class Number>
void append(std::string& bytes, Number number) {
  static_assert(sizeof number == 8);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

std::string worker_greeting(Index dimension) {
  std::string bytes(worker_magic);
  append(bytes, worker_version);
  append(bytes, std::int64_t{dimension});
  return bytes;
}

std::string worker_request(std::uint64_t id, const Slice& slice, const StateView& state) {
  std::string bytes;
  const std::size_t state_bytes = sizeof(double) * static_cast<std::size_t>(state.size());
  bytes.reserve(3 * sizeof(double) + state_bytes);
  append(bytes, id);
  append(bytes, slice.begin);
  append(bytes, slice.end);
  bytes.append(reinterpret_cast<const char*>(state.data()), state_bytes);
  return bytes;
}

std::string wrong_greeting(std::string_view answer, Index dimension) {
  const std::string_view magic = answer.substr(0, worker_magic.size());
  if (!worker_magic.starts_with(magic)) {
    return "does not speak the protocol of workers: its standard output begins with \"" + on_one_line(magic) +
           "\", must begin with " + std::string(worker_magic);
  }
  const auto number_at = [&](std::size_t first) {
    std::int64_t number = 0;
    std::memcpy(&number, answer.data() + first, sizeof number);
    return number;
  };
  if (answer.size() >= 16 && number_at(8) != worker_version) {
    return "speaks version " + std::to_string(number_at(8)) + " of the protocol of workers: must be " +
           std::to_string(worker_version);
  }
  if (answer.size() >= 24 && number_at(16) != dimension) {
    return "has states of " + std::to_string(number_at(16)) + " components: must be " + std::to_string(dimension);
  }
  return "";
}

}  // namespace forerun
