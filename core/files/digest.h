#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace forerun {

/// 128 bits of XXH3. They tell damage and difference, not intent: two contents that occur do not share them.
struct Digest128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  bool operator==(const Digest128&) const = default;
  /// As `xxhsum -H2` prints it.
  std::string hexadecimal() const;
};

/// Of bytes in one piece; another seed gives another, unrelated digest. Cost: some 10 GB/s, 20 ns at least.
Digest128 digest128(const void* bytes, std::size_t count, std::uint64_t seed = 0);
std::uint64_t digest64(const void* bytes, std::size_t count, std::uint64_t seed = 0);
/// XXH3-128 in hexadecimal.
std::string digest(std::string_view bytes);

/// The same of bytes that are fed to it piece by piece.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void add(const void* bytes, std::size_t count);
  Digest128 value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forerun
