#include "core/files/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <streambuf>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/errors.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

const std::string kTemporaryPrefix = ".forerun-";
const std::string kTemporarySuffix = ".tmp";

[[noreturn]] void fail(const fs::path& path, int error) {
  throw FileError(path.string() + ": cannot be written: " + std::generic_category().message(error));
}

/// Writes all bytes; 0 or the errno that stopped it.
int write_all(int descriptor, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::write(descriptor, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return 0;
}

/// A stream buffer on a file descriptor that, unlike std::filebuf, remembers why a write failed.
class DescriptorBuffer final : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor) : descriptor_(descriptor) { reset(); }

  /// errno of the first failed write, else 0.
  int error() const { return error_; }

 protected:
  int_type overflow(int_type letter) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(letter, traits_type::eof())) sputc(traits_type::to_char_type(letter));
    return traits_type::not_eof(letter);
  }

  int sync() override {
    if (error_ == 0) error_ = write_all(descriptor_, pbase(), static_cast<std::size_t>(pptr() - pbase()));
    reset();
    return error_ == 0 ? 0 : -1;
  }

 private:
  void reset() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

  int descriptor_;
  int error_ = 0;
  std::array<char, 1 << 16> buffer_;
};

/// A new file in the directory of `target`, removed again unless it has been renamed to it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : target_(target) {
    static std::atomic<unsigned> counter = 0;
    do {
      // Short and free of the target's name, which may already be as long as the file system allows.
      path_ = target_.parent_path() /
              (kTemporaryPrefix + std::to_string(::getpid()) + "-" + std::to_string(counter++) + kTemporarySuffix);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);  // left over from a process that had our number
    if (descriptor_ < 0) fail(target_, errno);
  }

  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
  }

  int descriptor() const { return descriptor_; }
  const fs::path& path() const { return path_; }

  void sync_and_rename() {
    struct stat old;  // whose permissions the new content inherits
    if (::stat(target_.c_str(), &old) == 0 && ::fchmod(descriptor_, old.st_mode & 07777) != 0) fail(target_, errno);
    if (::fsync(descriptor_) != 0) fail(target_, errno);
    if (::close(std::exchange(descriptor_, -1)) != 0) fail(target_, errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, errno);
    renamed_ = true;
  }

 private:
  fs::path target_;
  fs::path path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

/// Makes a rename in `directory` survive a power failure. Where that is impossible the old content may come back after
/// one, whole, which is what the contract promises anyway; so failing is no error.
void sync_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

/// Where the content goes: through symbolic links, and never in place of a directory or a device.
fs::path resolve_target(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return path;
  if (fs::is_directory(status)) fail(path, EISDIR);
  if (!fs::is_regular_file(status)) throw FileError(path.string() + ": cannot be written: not a regular file");
  const fs::path target = fs::canonical(path, error);
  if (error) fail(path, error.value());
  return target;
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write) {
  const fs::path target = resolve_target(path);
  TemporaryFile file(target);
  DescriptorBuffer buffer(file.descriptor());
  std::ostream stream(&buffer);
  write(stream);
  stream.flush();
  if (!stream) fail(path, buffer.error() != 0 ? buffer.error() : EIO);
  file.sync_and_rename();
  sync_directory(target.parent_path());
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  write_file_atomically(path, [content](std::ostream& stream) {
    stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  });
}

class FileInPieces::Inside {
 public:
  Inside(const fs::path& path, std::uint64_t size) : target_(resolve_target(path)), file_(target_) {
    if (::ftruncate(file_.descriptor(), static_cast<off_t>(size)) != 0) fail(path, errno);
  }
  const fs::path& temporary() const { return file_.path(); }
  void publish() {
    file_.sync_and_rename();
    sync_directory(target_.parent_path());
  }

 private:
  const fs::path target_;
  TemporaryFile file_;
};

FileInPieces::FileInPieces(const fs::path& path, std::uint64_t size) : inside_(std::make_unique<Inside>(path, size)) {}
FileInPieces::~FileInPieces() = default;
const fs::path& FileInPieces::temporary() const { return inside_->temporary(); }
void FileInPieces::publish() { inside_->publish(); }

void write_pieces(const fs::path& temporary, std::span<const FilePiece> pieces, const fs::path& path) {
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  int error = 0;
  for (const FilePiece& piece : pieces) {
    if (error != 0) break;
    if (::lseek(descriptor, static_cast<off_t>(piece.offset), SEEK_SET) < 0) error = errno;
    if (error == 0) error = write_all(descriptor, piece.bytes.data(), piece.bytes.size());
  }
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error != 0) fail(path, error);
}

void remove_unfinished_files(const fs::path& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kTemporaryPrefix) && name.ends_with(kTemporarySuffix)) fs::remove(entry.path(), error);
  }
}

}  // namespace forerun
