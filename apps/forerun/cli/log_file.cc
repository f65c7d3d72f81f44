#include "apps/forerun/cli/log_file.h"

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include "apps/forerun/cli/usage_error.h"
#include "core/base/errors.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

/// Lines are appended, which would damage what is there already.
void refuse_files_of_others(const ParsedOptions& options, const fs::path& path) {
  std::vector<std::string> others = options.arguments();
  for (const char* name : {"json", "model", "save-model", "out", "suite"}) {
    if (const auto text = options.text(name)) others.push_back(*text);
  }
  const fs::path place = fs::weakly_canonical(fs::absolute(path));
  for (const std::string& other : others) {
    if (fs::weakly_canonical(fs::absolute(other)) != place) continue;
    throw UsageError("--log " + path.string() + ": must be another file than the configuration and the results");
  }
}

}  // namespace

LogFile::LogFile(const ParsedOptions& options) : path_(options.text("log").value_or("")) {
  if (path_.empty()) throw UsageError("--log '': must be the name of a file");
  refuse_files_of_others(options, path_);
  is_new_ = !fs::exists(path_);
  stream_.open(path_, std::ios::app);
  if (!stream_) throw FileError(path_.string() + ": cannot be opened: " + std::generic_category().message(errno));
}

LogFile::~LogFile() {
  stream_.close();
  std::error_code error;
  const auto size = fs::file_size(path_, error);
  if (is_new_ && !error && size == 0) fs::remove(path_, error);
}

void LogFile::finish() {
  stream_.flush();
  if (!stream_) throw FileError(path_.string() + ": cannot be written");
}

}  // namespace forerun
