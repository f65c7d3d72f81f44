#include "core/files/sealed_file.h"

#include <algorithm>
#include <cstring>
#include <ostream>
#include <stdexcept>

#include "core/base/errors.h"
#include "core/files/atomic_file.h"
#include "core/files/digest.h"
#include "core/files/read_file.h"

namespace forerun {
namespace {

constexpr std::size_t kKindSize = 16;
constexpr std::size_t kHeaderSize = kKindSize + sizeof(Digest128);

void require_kind(std::string_view kind) {
  if (kind.size() != kKindSize) throw std::invalid_argument("a kind of sealed file has 16 characters");
}

Digest128 seal(std::string_view kind, std::string_view head, std::string_view body) {
  Digest digest;
  for (const std::string_view part : {kind, head, body}) digest.add(part.data(), part.size());
  return digest.value();
}

}  // namespace

void write_sealed_file(const std::filesystem::path& path, std::string_view kind, std::string_view head,
                       std::string_view body) {
  require_kind(kind);
  const Digest128 digest = seal(kind, head, body);
  write_file_atomically(path, [&](std::ostream& stream) {
    stream << kind;
    stream.write(reinterpret_cast<const char*>(&digest), sizeof digest);
    stream << head << body;
  });
}

std::string read_sealed_file(const std::filesystem::path& path, std::string_view kind) {
  require_kind(kind);
  std::string content = read_file(path);
  const bool is_long_enough = content.size() >= kHeaderSize;
  // The last character is the version's.
  if (is_long_enough && content.compare(0, kKindSize - 1, kind, 0, kKindSize - 1) == 0 &&
      content[kKindSize - 1] != kind.back()) {
    throw FileError(path.string() + ": is damaged, or was written by another version of Forerun");
  }
  Digest128 digest;
  if (is_long_enough) std::memcpy(&digest, content.data() + kKindSize, sizeof digest);
  const std::string_view body = std::string_view(content).substr(std::min(kHeaderSize, content.size()));
  if (!is_long_enough || !content.starts_with(kind) || digest != seal(kind, body, {})) {
    throw FileError(path.string() + ": is damaged");
  }
  content.erase(0, kHeaderSize);
  return content;
}

}  // namespace forerun
