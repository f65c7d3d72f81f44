#include "solvers/external/descriptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace forerun {
namespace {

[[noreturn]] void fail() { throw std::system_error(errno, std::generic_category()); }

/// The same file under a number that is none of the standard streams'.
Descriptor above_standard_streams(int number) {
  if (number < 0) fail();
  constexpr int first = 3;
  Descriptor given(number);
  if (number >= first) return given;
  Descriptor other(::fcntl(number, F_DUPFD_CLOEXEC, first));
  if (!other.is_open()) fail();
  return other;
}

DescriptorPair pair_of(const std::array<int, 2>& numbers) {
  std::array<Descriptor, 2> both{Descriptor(numbers[0]), Descriptor(numbers[1])};
  for (Descriptor& end : both) end = above_standard_streams(end.release());
  ::fcntl(both[0].number(), F_SETFL, O_NONBLOCK);
  return {std::move(both[0]), std::move(both[1])};
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  close();
  number_ = other.release();
  return *this;
}

void Descriptor::close() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

int Descriptor::release() { return std::exchange(number_, -1); }

DescriptorPair pipe_to_us() {
  std::array<int, 2> numbers{};
  if (::pipe2(numbers.data(), O_CLOEXEC) != 0) fail();
  return pair_of(numbers);
}

DescriptorPair socket_to_them() {
  std::array<int, 2> numbers{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) != 0) fail();
  return pair_of(numbers);
}

DescriptorPair nowhere() { return {Descriptor(), above_standard_streams(::open("/dev/null", O_RDWR | O_CLOEXEC))}; }

}  // namespace forerun
