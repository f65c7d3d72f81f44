#include "solvers/external/guardian.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <system_error>

#include "core/base/errors.h"
#include "solvers/external/process_launcher.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

fs::path make_directory() {
  const char* const place = std::getenv("TMPDIR");
  const fs::path parent = fs::absolute(place != nullptr && *place != '\0' ? place : "/tmp");
  std::string name = (parent / "forerun-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw FileError(parent.string() + ": cannot take temporary files: " + std::generic_category().message(errno));
  }
  return name;
}

/// What is killed may write a moment longer, so removing is tried more than once.
constexpr const char* kScript = R"(trap '' HUP INT TERM
groups=' '
while read -r verb id; do
  case $verb in
    watch) groups="$groups$id " ;;
    forget) groups="${groups%% $id *} ${groups#* $id }" ;;
  esac
done
for id in $groups; do kill -9 "-$id"; done
for i in 1 2 3 4 5; do
  rm -rf -- "$1" && [ ! -e "$1" ] && exit
  sleep 0.2
done
)";

}  // namespace

std::shared_ptr<Guardian> Guardian::shared() {
  static std::mutex mutex;
  static std::weak_ptr<Guardian> known;
  const std::lock_guard lock(mutex);
  std::shared_ptr<Guardian> guardian = known.lock();
  if (!guardian) known = guardian = std::make_shared<Guardian>();
  return guardian;
}

Guardian::Guardian() : directory_(make_directory()) {
  try {
    DescriptorPair input = socket_to_them();
    ::fcntl(input.ours.number(), F_SETFL, 0);  // it reads at once
    const DescriptorPair none = nowhere();
    id_ = launch({find_program("sh", ""),
                  {"sh", "-c", kScript, "forerun", directory_.string()},
                  "/",
                  input.theirs.number(),
                  none.theirs.number(),
                  none.theirs.number(),
                  false});
    input_ = std::move(input.ours);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
    throw FileError(directory_.string() + ": nobody can watch over temporary files: " + error.what());
  }
}

Guardian::~Guardian() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
  input_.close();
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

fs::path Guardian::new_file_name(const std::string& ending) {
  return directory_ / (std::to_string(num_files_++) + ending);
}

/// Where it has been killed itself, there is nobody to tell.
void Guardian::say(std::string_view verb, pid_t group) {
  const std::string line = std::string(verb) + std::to_string(group) + "\n";
  const std::lock_guard lock(mutex_);
  [[maybe_unused]] const auto sent = ::send(input_.number(), line.data(), line.size(), MSG_NOSIGNAL);
}

ScratchFile::~ScratchFile() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace forerun
