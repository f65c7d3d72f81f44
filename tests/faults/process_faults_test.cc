// Limits that the system sets to a process.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/apps/cli.h"
#include "tests/faults/whole_files.h"

namespace forerun {
namespace {

using testing::content_of;
using ::testing::HasSubstr;
using testing::small_config;
using testing::TemporaryDirectory;

/// The program in a process whose files may grow to `bytes`: as waitpid says how it ended.
int status_with_file_limit(rlim_t bytes, std::vector<std::string> words, const std::string& err_file) {
  words.insert(words.begin(), FORERUN_PROGRAM);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t id = ::fork();
  if (id == 0) {
    const int err = ::open(err_file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ::dup2(err, STDERR_FILENO);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(id, &status, 0);
  return status;
}

TEST(FileSizeLimit, EndsARunWithStatusFourAndASentenceNotByASignal) {
  for (const rlim_t bytes : {100, 1000, 4096, 20'000}) {
    const TemporaryDirectory directory;
    const std::string config = directory.write("small.toml", small_config);
    const std::string big = "problem.points=1000";
    const int status =
        status_with_file_limit(bytes,
                               {"run", config, "--quiet", "--set", big, "--set", "fine.steps=1", "--set",
                                "coarse.steps=1", "--set", "corrector.name=classic", "--set", "problem.viscosity=1e-6",
                                "--set", "time.end=1e-4", "--out", directory / "run"},
                               directory / "err");
    ASSERT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status) << " at " << bytes;
    EXPECT_EQ(WEXITSTATUS(status), 4) << content_of(directory / "err");
    EXPECT_THAT(content_of(directory / "err"), HasSubstr("cannot be written: File too large"));
    for (const std::string& name : directory.files()) {
      EXPECT_THAT(name, ::testing::Not(HasSubstr(".tmp")));
      if (name.ends_with(".npy")) {
        EXPECT_NO_THROW(testing::read_whole_npy(directory / name)) << name;
      }
    }
  }
}

}  // namespace
}  // namespace forerun
