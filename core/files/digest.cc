#include "core/files/digest.h"

#include <xxhash.h>

#include <new>

namespace forerun {

std::string Digest128::hexadecimal() const {
  constexpr std::string_view digits = "0123456789abcdef";
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH128_hash_t{low, high});
  std::string text;
  for (const unsigned char byte : canonical.digest) text.append({digits[byte >> 4], digits[byte & 15]});
  return text;
}

Digest128 digest128(const void* bytes, std::size_t count, std::uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, count, seed);
  return {hash.low64, hash.high64};
}

std::uint64_t digest64(const void* bytes, std::size_t count, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, count, seed);
}

std::string digest(std::string_view bytes) { return digest128(bytes.data(), bytes.size()).hexadecimal(); }

struct Digest::State {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> hash{XXH3_createState()};
};

Digest::Digest() : state_(std::make_unique<State>()) {
  if (!state_->hash) throw std::bad_alloc();
  XXH3_128bits_reset(state_->hash.get());
}

Digest::~Digest() = default;

void Digest::add(const void* bytes, std::size_t count) {
  if (count > 0) XXH3_128bits_update(state_->hash.get(), bytes, count);
}

Digest128 Digest::value() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->hash.get());
  return {hash.low64, hash.high64};
}

}  // namespace forerun
