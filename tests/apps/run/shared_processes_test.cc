// `mpirun -n P forerun …`: the same bits for any number of processes, and what happens when one of them dies.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/apps/cli.h"
#include "tests/apps/process.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

using testing::content_of;
using testing::forerun_with;
using testing::Process;
using testing::TemporaryDirectory;

using Words = std::vector<std::string>;

/// The processes of a job: mpirun and those it has started.
class Job {
 public:
  Job(int num_processes, Words words, const TemporaryDirectory& directory, const std::string& name = "job")
      : out_(directory / (name + ".out")), err_(directory / (name + ".err")), process_([&] {
          Process::redirect(out_, STDOUT_FILENO);
          Process::redirect(err_, STDERR_FILENO);
          become(num_processes, words);
        }) {}

  int wait() { return process_.wait(); }
  long peak_kilobytes() const { return process_.peak_kilobytes(); }
  std::string out() const { return content_of(out_); }
  std::string err() const { return content_of(err_); }

  /// The ranks, in no order; empty before they have been started.
  std::vector<pid_t> ranks() const {
    std::vector<pid_t> found;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
      const std::string id = entry.path().filename().string();
      if (id.find_first_not_of("0123456789") != std::string::npos) continue;
      std::ifstream stat(entry.path() / "stat");
      std::string line;
      std::getline(stat, line);
      std::istringstream rest(line.substr(std::min(line.rfind(')') + 2, line.size())));
      char state = 0;
      pid_t parent = 0;
      rest >> state >> parent;
      if (parent == process_.id()) found.push_back(std::stoi(id));
    }
    return found;
  }

 private:
  [[noreturn]] static void become(int num_processes, const Words& words) {
    for (const auto& [name, value] : {std::pair("OMPI_ALLOW_RUN_AS_ROOT", "1"),
                                      {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
                                      {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
                                      {"OMPI_MCA_hwloc_base_binding_policy", "none"},
                                      {"OMPI_MCA_btl_vader_single_copy_mechanism", "none"}}) {
      ::setenv(name, value, 1);
    }
    Words all = {FORERUN_MPIEXEC, "-n", std::to_string(num_processes), FORERUN_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }

  std::string out_;
  std::string err_;
  Process process_;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++number;
  return number;
}

/// The history of each run but for what the clock says.
nlohmann::json without_seconds(const std::string& record_file) {
  nlohmann::json runs = nlohmann::json::parse(content_of(record_file)).at("runs");
  const std::function<void(nlohmann::json&)> strip = [&](nlohmann::json& part) {
    if (part.is_object()) {
      for (auto it = part.begin(); it != part.end();) {
        const bool is_of_clock = it.key().find("seconds") != std::string::npos ||
                                 it.key().find("speedup") != std::string::npos || it.key() == "modelled" ||
                                 it.key() == "history" || it.key() == "repeats";
        it = is_of_clock ? part.erase(it) : std::next(it);
      }
    }
    if (part.is_structured()) {
      for (nlohmann::json& inner : part) strip(inner);
    }
  };
  strip(runs);
  return runs;
}

/// A comparison by one process and by several: the same files of states and the same record.
void expect_same_bits(const Words& words, const std::vector<std::string>& correctors, const std::vector<int>& sizes) {
  const TemporaryDirectory directory;
  const auto with_out = [&](const std::string& out) {
    Words all = words;
    all.insert(all.end(), {"--quiet", "--set", "output.every=0.03", "--out", directory / out});
    return all;
  };
  const auto alone = forerun_with(with_out("alone"));
  ASSERT_EQ(alone.status, ExitStatus::ok) << alone.err;
  for (const int size : sizes) {
    SCOPED_TRACE(size);
    const std::string name = "of" + std::to_string(size);
    Job job(size, with_out(name), directory);
    ASSERT_EQ(job.wait(), 0) << job.err();
    std::vector<std::string> files = {"boundaries-serial-fine.npy", "output-times.npy"};
    for (const std::string& corrector : correctors) {
      files.push_back("boundaries-" + corrector + ".npy");
      files.push_back("output-" + corrector + ".npy");
    }
    for (const std::string& file : files) {
      const std::string expected = content_of(directory / "alone/" + file);
      EXPECT_FALSE(expected.empty()) << file;
      EXPECT_TRUE(content_of(directory / name + "/" + file) == expected) << file;
    }
    EXPECT_TRUE(without_seconds(directory / name + "/record.json") ==
                without_seconds(directory / "alone" + "/record.json"));
    EXPECT_FALSE(fs::exists(directory / name + "/checkpoint"));
    const auto provenance = nlohmann::json::parse(content_of(directory / name + "/provenance.json"));
    EXPECT_EQ(provenance.at("processes").size(), static_cast<std::size_t>(size));
  }
}

TEST(SharedByProcesses, EndsWithTheBitsOfOneProcessForEveryCorrector) {
  const std::vector<std::string> correctors = {"classic", "randnet", "randnet-local", "kriging", "krylov",
                                               "stencil", "secant",  "tangent",       "auto"};
  std::string list;
  for (const std::string& corrector : correctors) list += (list.empty() ? "" : ",") + corrector;
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  expect_same_bits({"compare", config, "--correctors", list}, correctors, {2, 3, 4, 7});
}

TEST(SharedByProcesses, EndsWithTheBitsOfOneProcessOnALadderAndInWindows) {
  const Words lorenz = {"compare", testing::data_config("lorenz"), "--correctors", "classic,auto"};
  Words ladder = lorenz;
  ladder.insert(ladder.end(), {"--set", "fine.levels=auto"});
  expect_same_bits(ladder, {"classic", "auto"}, {2, 3});
  Words windows = {"compare", testing::data_config("fitzhugh_nagumo"), "--correctors", "classic,auto"};
  windows.insert(windows.end(), {"--set", "time.windows=2"});
  expect_same_bits(windows, {"classic", "auto"}, {3});
}

/// Burgers' equation on a fine mesh: few words of states are many.
Words long_states(const std::string& points, Words more) {
  Words words = {"run", testing::data_config("burgers"), "--quiet", "--threads", "2"};
  for (const std::string& value : {"problem.points=" + points, std::string("time.end=1e-6"),
                                   std::string("fine.method=rk4"), std::string("fine.steps=1")})
    words.insert(words.end(), {"--set", value});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Of mpirun and all processes, the most that one of them had at any time; of a run that may end at its last iteration.
long peak_kilobytes(int num_processes, const Words& words, const TemporaryDirectory& directory) {
  Job job(num_processes, words, directory);
  const int status = job.wait();
  EXPECT_TRUE(status == 0 || status == static_cast<int>(ExitStatus::not_converged)) << job.err();
  return job.peak_kilobytes();
}

TEST(SharedByProcesses, HoldEachItsShareOfTheStates) {
  const TemporaryDirectory directory;
  const auto peak_of = [&](int num_processes) {
    const std::string out = directory / ("of" + std::to_string(num_processes));
    const Words words = long_states("40000", {"--reference", "--out", out, "--set", "corrector.name=classic"});
    const long peak = peak_kilobytes(num_processes, words, directory);
    EXPECT_TRUE(fs::exists(out + "/boundaries-serial-fine.npy"));
    return peak;
  };
  const long of_four = peak_of(4);
  const long of_two = peak_of(2);
  // 129 states of 40000 numbers, of the run three times and of the reference once, are 165 MB: those that one process
  // of two has beyond one of four are a quarter of them.
  constexpr long quarter = 129L * 40000 * 8 * 4 / 4 / 1024;
  EXPECT_GT(of_two, of_four + quarter * 3 / 4);
  EXPECT_LT(of_two, of_four + quarter * 3 / 2);
  EXPECT_TRUE(content_of(directory / "of4/boundaries-classic.npy") ==
              content_of(directory / "of2/boundaries-classic.npy"));
}

/// What --dry-run says that each process holds at most.
double said_kilobytes(int num_processes, Words words, const TemporaryDirectory& directory) {
  words.push_back("--dry-run");
  Job job(num_processes, words, directory, "plan");
  EXPECT_EQ(job.wait(), 0) << job.err();
  const std::string before = "never more than ", text = job.out();
  std::istringstream said(text.substr(text.find(before) + before.size()));
  double number = 0.0;
  std::string unit;
  said >> number >> unit;
  return number * (unit.starts_with("G") ? 1024.0 * 1024.0 : 1024.0);
}

TEST(SharedByProcesses, KeepEachItsShareOfTheSamples) {
  const TemporaryDirectory directory;
  // Of the run four times, and of each of two iterations state and discrepancy.
  constexpr double states = 128.0 * 40000 * 8 * (4 + 2 * 2) / 1024;
  const Words correctors[] = {
      {"--set", "corrector.name=secant"},
      {"--set", "corrector.name=stencil", "--set", "corrector.layer=none", "--set", "corrector.by_slice=false", "--set",
       "corrector.recipe=\"points radius=1 stride=1 shift=0 degree=1 centre=1 products=0 neurons=0 decay=1 scale=1\""}};
  for (const Words& corrector : correctors) {
    Words words = long_states("40000", corrector);
    words.insert(words.end(), {"--set", "parareal.max_iterations=2", "--set", "parareal.tolerance=1e-13"});
    const double said_of_four = said_kilobytes(4, words, directory), said_of_two = said_kilobytes(2, words, directory);
    EXPECT_GT(said_of_two - said_of_four, states / 4.0 * 0.95) << corrector[1];
    const auto of_four = static_cast<double>(peak_kilobytes(4, words, directory));
    const auto of_two = static_cast<double>(peak_kilobytes(2, words, directory));
    EXPECT_GT(of_two - of_four, states / 4.0 * 0.75) << corrector[1];
    EXPECT_LT(of_two - of_four, said_of_two - said_of_four + states / 8.0) << corrector[1];
  }
}

/// What learners by slice and of local laws need of other processes is less than states of these lengths.
TEST(SharedByProcesses, EndWithTheBitsOfOneProcessWhereEachKeepsItsOwnSamples) {
  const TemporaryDirectory directory;
  const Words cases[] = {{"2000", "corrector.name=secant"},
                         {"2500", "corrector.name=kriging"},
                         {"10000", "corrector.name=stencil", "corrector.neurons=60"}};
  for (const Words& values : cases) {
    Words words;
    for (std::size_t i = 1; i < values.size(); ++i) words.insert(words.end(), {"--set", values[i]});
    const auto run = [&](const std::string& out) {
      Words all = long_states(values.front(), words);
      all.insert(all.end(), {"--set", "parareal.tolerance=1e-13", "--set", "parareal.max_iterations=3", "--save-model",
                             directory / (out + ".model"), "--out", directory / out});
      return all;
    };
    const std::string corrector = values[1].substr(std::string("corrector.name=").size());
    const auto alone = forerun_with(run(corrector));
    for (const int size : {2, 3}) {
      SCOPED_TRACE(::testing::Message() << corrector << " of " << size);
      const std::string name = corrector + std::to_string(size);
      Job job(size, run(name), directory, name);
      ASSERT_EQ(job.wait(), static_cast<int>(alone.status)) << job.err();
      for (const std::string& file : {"/boundaries-" + corrector + ".npy", std::string(".model")})
        EXPECT_TRUE(content_of(directory / name + file) == content_of(directory / corrector + file)) << file;
      EXPECT_TRUE(without_seconds(directory / name + "/record.json") ==
                  without_seconds(directory / corrector + "/record.json"));
    }
  }
}

TEST(SharedByProcesses, TakeRunsWhoseStatesAreTooManyForOne) {
  const TemporaryDirectory directory;
  constexpr double bytes_of_slice = 3.0 * 100000 * sizeof(double);
  const double memory = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  const std::string slices = std::to_string(static_cast<long>(2.0 * memory / bytes_of_slice));
  const Words words = {"run",
                       testing::data_config("burgers"),
                       "--dry-run",
                       "--set",
                       "problem.points=100000",
                       "--set",
                       "corrector.name=classic",
                       "--set",
                       "time.slices=" + slices};
  const auto alone = forerun_with(words);
  EXPECT_EQ(alone.status, ExitStatus::usage);
  EXPECT_NE(alone.err.find("must fit into this machine's"), std::string::npos) << alone.err;
  Job of_four(4, words, directory);
  EXPECT_EQ(of_four.wait(), 0) << of_four.err();
}

/// Serial stepping, a run and another one of seconds, whose solves are all kept at once.
Words long_run(const std::string& out) {
  return {"compare",
          testing::data_config("burgers"),
          "--correctors",
          "randnet-local,randnet",
          "--quiet",
          "--set",
          "fine.steps=2000",
          "--set",
          "run.checkpoint_seconds=0",
          "--out",
          out};
}

/// Returns when each of the processes has kept something.
void wait_for_solves(const Job& job, const std::string& out, int num_processes) {
  const fs::path log = fs::path(out) / "checkpoint" / "randnet";
  const auto is_there = [&](int rank) {
    return fs::exists(log / (rank == 0 ? "solves-000002" : "solves-p" + std::to_string(rank) + "-000001"));
  };
  for (int rank = 0; rank < num_processes; ++rank) {
    while (!is_there(rank)) Process::pause();
  }
  while (job.ranks().size() < static_cast<std::size_t>(num_processes)) Process::pause();
}

void overwrite_last_byte(const std::string& file) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(-1, std::ios::end);
  stream.put('\x55');
}

class DyingProcess : public ::testing::TestWithParam<int> {};

TEST_P(DyingProcess, LeavesACheckpointThatAnyNumberOfProcessesGoOnFrom) {
  const TemporaryDirectory directory;
  ASSERT_EQ(forerun_with(long_run(directory / "alone")).status, ExitStatus::ok);
  Job job(3, long_run(directory / "cut"), directory);
  wait_for_solves(job, directory / "cut", 3);
  if (GetParam() == SIGKILL) {
    ::kill(job.ranks().back(), SIGKILL);
  } else {
    for (const pid_t rank : job.ranks()) ::kill(rank, GetParam());  // as a launcher does before its time is over
  }
  EXPECT_EQ(job.wait(), 128 + GetParam());
  ASSERT_TRUE(fs::exists(directory / "cut/checkpoint/request"));
  const std::string kept = directory / "cut/checkpoint/randnet-local.npy";
  ASSERT_TRUE(fs::exists(kept));
  if (GetParam() == SIGKILL) overwrite_last_byte(kept);  // of what the last process is to read
  Job resumed(2, {"resume", directory / "cut", "--quiet"}, directory, "resumed");
  ASSERT_EQ(resumed.wait(), 0) << resumed.err();
  EXPECT_EQ(count(resumed.err(), "randnet-local.finished: another process cannot read its part"),
            GetParam() == SIGKILL ? 1U : 0U)
      << resumed.err();
  EXPECT_EQ(count(resumed.err(), "is computed again"), GetParam() == SIGKILL ? 1U : 0U) << resumed.err();
  for (const std::string solver : {"serial-fine", "randnet-local", "randnet"}) {
    const std::string file = "/boundaries-" + solver + ".npy";
    EXPECT_TRUE(content_of(directory / "cut" + file) == content_of(directory / "alone" + file)) << solver;
  }
  EXPECT_TRUE(without_seconds(directory / "cut/record.json") == without_seconds(directory / "alone/record.json"));
}

INSTANTIATE_TEST_SUITE_P(Signals, DyingProcess, ::testing::Values(SIGKILL, SIGTERM),
                         [](const auto& signal) { return signal.param == SIGKILL ? "kill" : "terminate"; });

TEST(SharedByProcesses, OneOfThemSaysWhatIsWrong) {
  const TemporaryDirectory directory;
  struct Refusal {
    Words words;
    int status;
    std::string sentence;
  };
  const std::vector<Refusal> refusals = {
      {{"run", directory / "none.toml"}, 4, "none.toml: cannot be read"},
      {{"run", testing::data_config("lorenz"), "--set", "time.slices=2"},
       2,
       "must be at least as many as the processes, 3"},
      {{"plan", testing::data_config("lorenz")}, 2, "takes one process, and was started as 3"},
      {{"bench", "kernels"}, 2, "bench kernels: takes one process"},
      {{"run", testing::data_config("heat_mgrit")}, 2, "only Parareal can be shared"}};
  // All at once: mpirun waits a second or two before it ends a job that has failed.
  std::vector<Job> jobs;
  for (const Refusal& refusal : refusals) {
    jobs.emplace_back(3, refusal.words, directory, "job" + std::to_string(jobs.size()));
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ(jobs[i].wait(), refusals[i].status) << refusals[i].sentence;
    EXPECT_EQ(count(jobs[i].err(), "forerun: "), 1U) << jobs[i].err();
    EXPECT_EQ(count(jobs[i].err(), refusals[i].sentence), 1U) << jobs[i].err();
  }
}

TEST(SharedByProcesses, EndWhereOneOfThemFailsAlone) {
  const TemporaryDirectory directory;
  Job job(2, {"run", testing::data_config("lorenz"), "--quiet", ":", "-n", "1", FORERUN_PROGRAM, "run", "none.toml"},
          directory);
  EXPECT_EQ(job.wait(), 1);
  EXPECT_EQ(count(job.err(), "process 2: none.toml: cannot be read"), 1U) << job.err();
}

TEST(SharedByProcesses, EndAllWithTheSliceThatFails) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("blow_up.toml", R"([problem]
name = "equations"
[problem.u]
initial = "1.0"
rhs = "u*u"
[time]
end = 2.0
slices = 8
[fine]
method = "rk4"
steps = 50
[coarse]
method = "rk1"
steps = 1
)");
  const auto alone = forerun_with({"run", config, "--quiet"});
  ASSERT_EQ(alone.status, ExitStatus::solver_failed) << alone.err << alone.out;
  Job job(3, {"run", config, "--quiet"}, directory);
  EXPECT_EQ(job.wait(), 6) << job.err();
  const std::string sentence = "fine solver failed in slice";
  const std::string expected = alone.out.substr(alone.out.find(sentence));
  EXPECT_NE(job.out().find(expected), std::string::npos) << job.out() << job.err();
}

TEST(SharedByProcesses, KeepTheStoreOfACampaignAsOneDoes) {
  const TemporaryDirectory directory;
  const auto words = [&](const std::string& out) {
    return Words{"campaign",     std::string(FORERUN_SOURCE_DIR) + "/data/campaigns/burgers.toml",
                 "--set",        "campaign.runs=3",
                 "--set",        "campaign.concurrent=1",
                 "--set",        "fine.steps=20",
                 "--set",        "problem.points=32",
                 "--set",        "time.slices=16",
                 "--set",        "time.end=1.0",
                 "--quiet",      "--out",
                 directory / out};
  };
  const auto alone = forerun_with(words("alone"));
  ASSERT_EQ(alone.status, ExitStatus::ok) << alone.err;
  Job job(3, words("shared"), directory);
  ASSERT_EQ(job.wait(), 0) << job.err();
  std::size_t num_kept = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory / "alone/store/runs")) {
    const std::string name = "store/runs/" + entry.path().filename().string();
    EXPECT_TRUE(content_of(directory / "shared" + "/" + name) == content_of(directory / "alone" + "/" + name)) << name;
    ++num_kept;
  }
  EXPECT_EQ(num_kept, 3U);
  EXPECT_TRUE(content_of(directory / "shared/store/network.safetensors") ==
              content_of(directory / "alone/store/network.safetensors"));
}

TEST(SharedByProcesses, SelftestTriesThem) {
  const TemporaryDirectory directory;
  Job job(2, {"selftest"}, directory);
  EXPECT_EQ(job.wait(), 0) << job.out() << job.err();
  EXPECT_EQ(count(job.out(), "2 processes: 8 slices equal serial stepping bit for bit"), 1U) << job.out();
}

TEST(SharedByProcesses, BenchNetworkMeasuresMessages) {
  const TemporaryDirectory directory;
  const std::string config = directory.write("small.toml", testing::small_config);
  const std::string suite =
      directory.write("network.toml", "[small]\nconfig = \"small.toml\"\nslice_seconds = 0.002\n");
  Job job(2, {"bench", "network", "--quiet", "--repeats", "1", "--suite", suite, "--json", "-"}, directory);
  ASSERT_EQ(job.wait(), 0) << job.err();
  const auto measured = nlohmann::json::parse(job.out()).at("measurements").at(0);
  EXPECT_GT(measured.at("latency"), 0.0);
  EXPECT_GT(measured.at("bandwidth"), 0.0);
  EXPECT_GT(measured.at("seconds"), 0.002);
}

}  // namespace
}  // namespace forerun
