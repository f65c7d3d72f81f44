#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "apps/forerun/cli/command_line.h"

namespace forerun::testing {

struct Outcome {
  ExitStatus status;
  std::string out;
  std::string err;
};

/// The program with these words, in this process.
inline Outcome forerun_with(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  const ExitStatus status = run_command_line(words, {out, err});
  return {status, out.str(), err.str()};
}

/// A directory of its own for a test, gone with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::random_device random;
    do {
      path_ = std::filesystem::temp_directory_path() / ("forerun-test-" + std::to_string(random()));
    } while (!std::filesystem::create_directory(path_));
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return *this / name;
  }

  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      names.insert(std::filesystem::relative(entry.path(), path_).string());
    }
    return names;
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

inline std::string data_config(const std::string& name) {
  return std::string(FORERUN_SOURCE_DIR) + "/data/configs/" + name + ".toml";
}

/// A problem that is solved in milliseconds, with every numeric key given.
inline const char* small_config = R"([problem]
name = "burgers"
points = 16
viscosity = 0.05
wave_number = 4.5

[time]
begin = 0.0
end = 1.0
slices = 8

[fine]
method = "rk4"
steps = 16

[coarse]
method = "rk1"
steps = 4

[parareal]
tolerance = 5e-7
jump_tolerance = 0.0
max_iterations = 8
max_seconds = 60.0
state_margin = 0.2

[corrector]
name = "randnet"

[run]
threads = 1
seed = 1
)";

}  // namespace forerun::testing
