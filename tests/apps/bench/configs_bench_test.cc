#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using testing::forerun_with;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

constexpr const char* decay =
    "[problem]\nname = 'dahlquist'\n[time]\nend = 1.0\nslices = 8\n[fine]\nmethod = 'backward_euler'\nsteps = 8\n"
    "[coarse]\nmethod = 'backward_euler'\nsteps = 1\n";

TEST(ConfigsBench, RunsEveryConfigurationOfADirectoryByItsOwnMethod) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "configs");
  directory.write("configs/a.toml",
                  decay + std::string("[parareal]\ntolerance = 1e-9\n[corrector]\nname = 'classic'\n"));
  directory.write("configs/b.toml", decay + std::string("[method]\nname = 'mgrit'\n"));
  directory.write("configs/c.toml", decay + std::string("[parareal]\ntolerance = 1e-9\nmax_iterations = 1\n"));
  directory.write("configs/notes.txt", "none");
  const std::vector<std::string> words{"bench", "configs", "--suite", directory / "configs", "--json", "-", "--quiet"};
  const auto all = forerun_with(words);
  EXPECT_EQ(all.status, ExitStatus::not_converged) << all.err;
  const Json rows = Json::parse(all.out).at("measurements");
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows[0].at("corrector"), "classic");
  EXPECT_EQ(rows[1].at("corrector"), "mgrit");
  for (const std::size_t i : {0, 1}) {
    EXPECT_EQ(rows[i].at("ended"), "converged");
    EXPECT_LE(rows[i].at("max_error"), 1e-8);
  }
  EXPECT_EQ(rows[2].at("ended"), "iteration limit");

  std::vector<std::string> some = words;
  some.insert(some.end(), {"--problems", "b"});
  EXPECT_EQ(Json::parse(forerun_with(some).out).at("measurements").size(), 1);
  some.back() = "d";
  const auto unknown = forerun_with(some);
  EXPECT_EQ(unknown.status, ExitStatus::usage);
  EXPECT_THAT(unknown.err, HasSubstr("unknown configuration 'd'"));
  EXPECT_EQ(forerun_with({"bench", "configs", "--suite", directory / "none"}).status, ExitStatus::input_output);
}

}  // namespace
}  // namespace forerun
