// Where results go: streams that fail, names that are odd, locales that spell numbers otherwise.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <locale>
#include <nlohmann/json.hpp>

#include "core/files/npy_file.h"
#include "tests/apps/process.h"

namespace forerun {
namespace {

using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Process;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

/// What becomes of a standard stream.
enum class Stream { closed, full, reader_gone };

void spoil(int descriptor, Stream stream) {
  if (stream == Stream::full) ::dup2(::open("/dev/full", O_WRONLY), descriptor);
  if (stream == Stream::closed) ::close(descriptor);
  if (stream != Stream::reader_gone) return;
  std::array<int, 2> ends;
  if (::pipe(ends.data()) != 0) ::_exit(98);
  ::dup2(ends[1], descriptor);
  ::close(ends[0]);
  ::close(ends[1]);
}

class SpoiledStream : public ::testing::TestWithParam<Stream> {
 protected:
  TemporaryDirectory directory_;
  std::string config_ = directory_.write("small.toml", testing::small_config);
};

TEST_P(SpoiledStream, OnStandardOutputIsAFailureThatIsSaidAndLosesNoFile) {
  const std::vector<std::vector<std::string>> commands = {
      {"run", config_, "--out", directory_ / "run", "--json", directory_ / "run.json"},
      {"compare", config_, "--json", "-", "--out", directory_ / "compare"},
      {"list"},
      {"--help"},
      {"plan", config_}};
  for (const auto& words : commands) {
    Process process([&] {
      Process::redirect(directory_ / "err", STDERR_FILENO);
      spoil(STDOUT_FILENO, GetParam());
      Process::execute(words);
    });
    EXPECT_EQ(process.wait(), 4) << words.front();
    EXPECT_THAT(content_of(directory_ / "err"), HasSubstr("forerun: standard output: cannot be written")) << words[0];
  }
  for (const char* file : {"run/record.json", "run.json", "compare/record.json"}) {
    EXPECT_EQ(Json::parse(content_of(directory_ / file)).at("schema"), "forerun.compare/1");
  }
}

TEST_P(SpoiledStream, OnStandardErrorCostsProgressOnly) {
  Process process([&] {
    Process::redirect(directory_ / "result", STDOUT_FILENO);
    spoil(STDERR_FILENO, GetParam());
    Process::execute({"run", config_, "--json", "-", "--out", directory_ / "out"});
  });
  EXPECT_EQ(process.wait(), 0);
  EXPECT_EQ(Json::parse(content_of(directory_ / "result")), Json::parse(content_of(directory_ / "out/record.json")));
}

TEST_P(SpoiledStream, BothTogetherStillLoseNoFile) {
  Process process([&] {
    spoil(STDOUT_FILENO, GetParam());
    spoil(STDERR_FILENO, GetParam());
    Process::execute({"run", config_, "--out", directory_ / "out"});
  });
  EXPECT_EQ(process.wait(), 4);
  EXPECT_EQ(Json::parse(content_of(directory_ / "out/record.json")).at("status"), "ended");
}

INSTANTIATE_TEST_SUITE_P(Streams, SpoiledStream, ::testing::Values(Stream::closed, Stream::full, Stream::reader_gone),
                         [](const auto& tested) {
                           return tested.param == Stream::closed ? "Closed"
                                  : tested.param == Stream::full ? "Full"
                                                                 : "ReaderGone";
                         });

class OddName : public ::testing::TestWithParam<std::string> {};

TEST_P(OddName, ServesForEveryFile) {
  const TemporaryDirectory directory;
  const std::string name = GetParam();
  const std::string folder = directory / name;
  std::filesystem::create_directory(folder);
  const auto in = [&](const std::string& file) { return folder + "/" + name + file; };
  std::ofstream(in(".toml")) << testing::small_config;
  const auto run =
      forerun_with({"run", in(".toml"), "--out", in(""), "--json", in(".json"), "--save-model", in("") + "m"});
  EXPECT_EQ(run.status, ExitStatus::ok) << run.err;
  EXPECT_EQ(Json::parse(content_of(in(".json"))), Json::parse(content_of(in("/record.json"))));
  EXPECT_EQ(forerun_with({"report", in("")}).status, ExitStatus::ok);
  EXPECT_EQ(forerun_with({"inspect", in("m")}).status, ExitStatus::ok);
  EXPECT_EQ(forerun_with({"run", in("/config.toml"), "--model", in("m"), "--quiet"}).status, ExitStatus::ok);
  EXPECT_EQ(forerun_with({"run", in("none"), "--quiet"}).status, ExitStatus::input_output);
}

TEST_P(OddName, ServesFromTheDirectoryItIsIn) {
  const TemporaryDirectory directory;
  directory.write("small.toml", testing::small_config);
  Process process([&] {
    Process::redirect(directory / "err", STDERR_FILENO);
    Process::redirect("/dev/null", STDOUT_FILENO);
    if (::chdir((directory / ".").c_str()) != 0) ::_exit(98);
    Process::execute({"run", "small.toml", "--out=" + GetParam(), "--json=" + GetParam() + "j"});
  });
  EXPECT_EQ(process.wait(), 0) << content_of(directory / "err");
  EXPECT_TRUE(std::filesystem::exists(directory / (GetParam() + "/record.json")));
  EXPECT_TRUE(std::filesystem::exists(directory / (GetParam() + "j")));
}

INSTANTIATE_TEST_SUITE_P(Names, OddName,
                         ::testing::Values("with space", "two\nlines", "-dash", "--quiet", "a=b",
                                           "ünïcødé-漢字-🙂", "quote'\"`$HOME;*?", "tab\tand\\backslash",
                                           "\xff\xfe not UTF-8", std::string(240, 'x')),
                         [](const auto& tested) { return std::to_string(tested.index); });

TEST(SymbolicLink, ToAFileIsWrittenThrough) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  directory.write("real.json", "before");
  std::filesystem::create_symlink("real.json", directory / "link.json");
  ASSERT_EQ(forerun_with({"run", config, "--quiet", "--json", directory / "link.json"}).status, ExitStatus::ok);
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "link.json"));
  EXPECT_EQ(Json::parse(content_of(directory / "real.json")).at("status"), "ended");
}

TEST(SymbolicLink, ToAnEmptyDirectoryIsADirectory) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  std::filesystem::create_directory(directory / "real");
  std::filesystem::create_directory_symlink("real", directory / "link");
  ASSERT_EQ(forerun_with({"run", config, "--quiet", "--out", directory / "link"}).status, ExitStatus::ok);
  EXPECT_TRUE(std::filesystem::exists(directory / "real/record.json"));
}

TEST(SymbolicLink, ToNowhereOrToItselfIsRefusedBeforeTheWork) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  std::filesystem::create_symlink("nowhere", directory / "dangling");
  std::filesystem::create_symlink("loop", directory / "loop");
  for (const std::string name : {"dangling", "loop"}) {
    const auto outcome = forerun_with({"run", config, "--out", directory / name});
    EXPECT_EQ(outcome.status, ExitStatus::input_output);
    EXPECT_THAT(outcome.err, HasSubstr(directory / name));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_EQ(forerun_with({"run", config, "--json", directory / "loop"}).status, ExitStatus::input_output);
}

/// 1.234,5 as in German.
class GermanNumbers final : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

class GlobalLocale {
 public:
  explicit GlobalLocale(const std::locale& locale) : before_(std::locale::global(locale)) {}
  ~GlobalLocale() { std::locale::global(before_); }

 private:
  std::locale before_;
};

TEST(Locale, ChangesNothingThatIsWrittenOrSaid) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  const std::vector<std::string> settings = {"--set", "fine.levels=[4, 1000, 2000]", "--set", "fine.steps=2000",
                                             "--set", "problem.viscosity=0.0625"};
  const auto run = [&](const std::string& name) {
    std::vector<std::string> words = {"run", config, "--quiet", "--out", directory / name};
    words.insert(words.end(), settings.begin(), settings.end());
    return forerun_with(words);
  };
  const auto dry_run = [&] {
    std::vector<std::string> words = {"run", config, "--dry-run"};
    words.insert(words.end(), settings.begin(), settings.end());
    return forerun_with(words).out;
  };
  ASSERT_EQ(run("plain").status, ExitStatus::ok);
  const std::string plain_plan = dry_run();
  const auto refused = [&] { return forerun_with({"run", config, "--set", "time.end=-1234.5"}).err; };
  const std::string plain_refusal = refused();
  {
    const GlobalLocale german(std::locale(std::locale::classic(), new GermanNumbers));
    const auto outcome = run("german");
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
    EXPECT_EQ(dry_run(), plain_plan);
    EXPECT_EQ(refused(), plain_refusal);
    EXPECT_EQ(forerun_with({"report", directory / "plain"}).status, ExitStatus::ok);
    EXPECT_EQ(forerun_with({"inspect", directory / "plain/model-randnet.safetensors"}).status, ExitStatus::ok);
    EXPECT_EQ(forerun_with({"run", directory / "plain/config.toml", "--quiet"}).status, ExitStatus::ok);
  }
  for (const char* file : {"config.toml", "boundaries-randnet.npy", "model-randnet.safetensors"}) {
    EXPECT_EQ(content_of(directory / ("plain/" + std::string(file))),
              content_of(directory / ("german/" + std::string(file))))
        << file;
  }
  const auto increments = [&](const std::string& name) {
    return Json::parse(content_of(directory / (name + "/record.json"))).at("runs").at(0).at("increments");
  };
  EXPECT_EQ(increments("plain"), increments("german"));
  // Of the rows, seconds differ from run to run; that each has as many cells says that no number has a comma of its
  // own.
  const auto commas = [&](const std::string& name) {
    const std::string text = content_of(directory / (name + "/iterations.csv"));
    return std::count(text.begin(), text.end(), ',');
  };
  EXPECT_EQ(commas("plain"), commas("german"));
}

}  // namespace
}  // namespace forerun
