#include "learning/family/store.h"

#include <gmock/gmock.h>

#include <fstream>
#include <limits>
#include <map>
#include <thread>

#include "core/base/errors.h"
#include "learning/files/tensor_file.h"
#include "tests/core/temporary_directory.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

StoreFamily family() {
  return {{"burgers", {{"points", "2"}}, 2, 0.5, "rk1 x 2", "rk8 x 200"},
          {{"viscosity"}, State{{0.005}}, State{{0.02}}}};
}

/// `slices` slices, each with `iterations` samples.
StoreEntry entry(const std::string& name, Index slices = 3, Index iterations = 2) {
  StoreEntry made{name, State{{0.01}}, Harvest(2), 5, 9};
  for (Index k = 1; k <= iterations; ++k)
    for (Index n = 0; n < slices; ++n) {
      const auto value = static_cast<double>(10 * k + n);
      made.harvest.append(State{{value, -value}}, State{{0.1 * value, 1.0 / 3.0}}, {n}, {k});
    }
  return made;
}

std::string refusal(const auto& attempt) {
  try {
    attempt();
  } catch (const ModelFileError& error) {
    return error.what();
  }
  return "";
}

TEST(Store, GivesBackWhatWasAddedBitForBit) {
  const TemporaryDirectory directory;
  const StoreEntry added = entry("000001-a");
  Store(directory / "s", family(), 0).add(added);
  const Store opened = Store::open(directory / "s");
  EXPECT_EQ(opened.family(), family());
  EXPECT_THAT(opened.names(), ElementsAre("000001-a"));
  const StoreEntry read = opened.read("000001-a");
  EXPECT_EQ(read.parameters, added.parameters);
  EXPECT_EQ(States(read.harvest.states()), States(added.harvest.states()));
  EXPECT_EQ(States(read.harvest.discrepancies()), States(added.harvest.discrepancies()));
  EXPECT_EQ(read.harvest.slices(), added.harvest.slices());
  EXPECT_EQ(read.harvest.iterations(), added.harvest.iterations());
  EXPECT_EQ(read.iterations, 5);
  EXPECT_EQ(read.cold_iterations, 9);
}

TEST(Store, OfAnotherFamilyIsRefusedNamingTheDifference) {
  const TemporaryDirectory directory;
  Store(directory / "s", family(), 0);
  StoreFamily solver = family(), range = family();
  solver.common.fine = "rk4 x 8";
  range.box.upper[0] = 0.03;
  EXPECT_THAT(refusal([&] { Store(directory / "s", solver, 0); }), HasSubstr("fine solver"));
  EXPECT_THAT(refusal([&] { Store(directory / "s", range, 0); }), HasSubstr("other ranges"));
}

TEST(Store, EntriesOutsideOfTheRangesOrWithoutSamplesAreNotKept) {
  const TemporaryDirectory directory;
  Store store(directory / "s", family(), 0);
  StoreEntry outside = entry("a"), unknown = entry("a"), empty = entry("a", 0), unsafe = entry("../a");
  outside.parameters[0] = 0.1;
  unknown.parameters[0] = std::numeric_limits<double>::quiet_NaN();
  for (const StoreEntry& bad : {outside, unknown, empty, unsafe}) EXPECT_THROW(store.add(bad), std::invalid_argument);
  EXPECT_TRUE(store.names().empty());
}

TEST(Store, AValidFileThatHoldsNaNOrAnotherProblemIsRefused) {
  const TemporaryDirectory directory;
  const Store store(directory / "s", family(), 0);
  StoreFamily lorenz = family();
  lorenz.common.problem = "lorenz";
  Store(directory / "other", lorenz, 0).add(entry("a"));
  std::filesystem::copy_file(directory / "other" / "runs" / "a.safetensors",
                             directory / "s" / "runs" / "a.safetensors");
  EXPECT_THAT(refusal([&] { store.read("a"); }), HasSubstr("another family: problem lorenz"));

  const std::vector<Index> one = {0};
  TensorFileWriter writer;
  for (const auto& [key, value] : std::map<std::string, std::string>{{"format", "forerun.store-entry"},
                                                                     {"version", "1"},
                                                                     {"problem", "burgers"},
                                                                     {"problem.points", "2"},
                                                                     {"dimension", "2"},
                                                                     {"slice_length", "0.5"},
                                                                     {"coarse", "rk1 x 2"},
                                                                     {"fine", "rk8 x 200"},
                                                                     {"iterations", "3"}})
    writer.set_metadata(key, value);
  const State parameters{{0.01}};
  const States states = States::Constant(2, 1, std::numeric_limits<double>::quiet_NaN()), zeros = States::Zero(2, 1);
  writer.add_vector("parameters", parameters);
  writer.add_matrix("harvest.states", states);
  writer.add_matrix("harvest.discrepancies", zeros);
  writer.add_integers("harvest.slices", one);
  writer.add_integers("harvest.iterations", one);
  writer.write(directory / "s" / "runs" / "b.safetensors");
  EXPECT_THAT(refusal([&] { store.read("b"); }), HasSubstr("finite"));
}

TEST(Store, OneFlippedBitOfAnEntryIsFound) {
  const TemporaryDirectory directory;
  Store store(directory / "s", family(), 0);
  store.add(entry("a"));
  const std::filesystem::path file = directory / "s" / "runs" / "a.safetensors";
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(-1, std::ios::end);
  const int last = stream.get();
  stream.seekp(-1, std::ios::end);
  stream.put(static_cast<char>(last ^ 1));
  stream.close();
  EXPECT_THAT(refusal([&] { store.read("a"); }), HasSubstr("digest"));
}

TEST(Store, OverItsLimitTheFirstEntriesLoseEarlyIteratesThenThemselves) {
  const TemporaryDirectory directory;
  std::uint64_t bytes_of_one = 0;
  {
    Store unlimited(directory / "u", family(), 0);
    unlimited.add(entry("a", 40, 8));
    bytes_of_one = unlimited.num_bytes();
  }
  Store store(directory / "s", family(), 2 * bytes_of_one);
  for (const char* name : {"a", "b", "c"}) store.add(entry(name, 40, 8));
  EXPECT_LE(store.num_bytes(), 2 * bytes_of_one);
  const Harvest trimmed = store.read("a").harvest;
  EXPECT_EQ(trimmed.size(), 40);
  EXPECT_THAT(trimmed.iterations(), ::testing::Each(8));
  EXPECT_EQ(store.read("c").harvest.size(), 320);

  Store tiny(directory / "t", family(), bytes_of_one);
  for (const char* name : {"a", "b"}) tiny.add(entry(name, 40, 8));
  EXPECT_THAT(tiny.names(), ElementsAre("b"));
}

/// A valid file with its format's version replaced.
void set_version(const std::filesystem::path& path, const std::string& version) {
  TensorFileWriter writer;
  const TensorFile file(path);
  for (const auto& [key, text] : file.texts_with_prefix("")) writer.set_metadata(key, text);
  writer.set_metadata("version", version);
  std::map<std::string, States> matrices;
  std::map<std::string, State> vectors;
  std::map<std::string, std::vector<Index>> integers;
  for (const char* name : {"harvest.states", "harvest.discrepancies"})
    if (file.has_tensor(name)) writer.add_matrix(name, matrices[name] = file.matrix(name));
  for (const char* name : {"lower", "upper", "parameters"})
    if (file.has_tensor(name)) writer.add_vector(name, vectors[name] = file.vector(name));
  for (const char* name : {"harvest.slices", "harvest.iterations"})
    if (file.has_tensor(name)) writer.add_integers(name, integers[name] = file.integers(name));
  writer.write(path);
}

TEST(Store, OfALaterOrNoVersionIsRefused) {
  const TemporaryDirectory directory;
  Store store(directory / "s", family(), 0);
  store.add(entry("a"));
  const auto of_entry = [&](const std::string& version) {
    set_version(directory / "s" / "runs" / "a.safetensors", version);
    return refusal([&] { store.read("a"); });
  };
  EXPECT_EQ(of_entry("1"), "");
  EXPECT_THAT(of_entry("3"), HasSubstr("has format version 3; this program reads up to version 2"));
  EXPECT_THAT(of_entry("0"), HasSubstr("has no valid format version"));
  EXPECT_THAT(of_entry("-1"), HasSubstr("has no valid format version"));
  EXPECT_THAT(of_entry("one"), HasSubstr("not a number that fits"));
  const auto of_store = [&](const std::string& version) {
    set_version(directory / "s" / "store.safetensors", version);
    return refusal([&] { Store::open(directory / "s"); });
  };
  EXPECT_EQ(of_store("1"), "");
  EXPECT_THAT(of_store("3"), HasSubstr("has format version 3; this program reads up to version 2"));
  EXPECT_THAT(of_store("0"), HasSubstr("has no valid format version"));
}

TEST(Store, EveryTruncatedEntryIsRefusedAndTheOthersServe) {
  const TemporaryDirectory directory;
  Store store(directory / "s", family(), 0);
  for (const char* name : {"a", "b"}) store.add(entry(name));
  const std::filesystem::path file = directory / "s" / "runs" / "a.safetensors";
  for (std::uintmax_t length = std::filesystem::file_size(file); length-- > 0;) {
    std::filesystem::resize_file(file, length);
    ASSERT_NE(refusal([&] { store.read("a"); }), "") << length;
  }
  EXPECT_EQ(store.read("b").harvest.size(), 6);
}

TEST(Store, TenWritersLoseNothing) {
  const TemporaryDirectory directory;
  constexpr int num_writers = 10, per_writer = 100;
  const auto write = [&](int writer) {
    Store store(directory / "s", family(), 0);
    const std::string prefix(1, static_cast<char>('a' + writer));
    for (int i = 0; i < per_writer; ++i) store.add(entry(prefix + std::to_string(i)));
  };
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < num_writers; ++writer) writers.emplace_back(write, writer);
  }
  const Store store = Store::open(directory / "s");
  ASSERT_EQ(store.names().size(), std::size_t{num_writers * per_writer});
  for (const std::string& name : store.names()) EXPECT_EQ(store.read(name).harvest.size(), 6);
}

/// A writer that is a process of its own shares nothing but the files.
TEST(Store, TwoProcessesLoseNothing) {
  const TemporaryDirectory directory;
  constexpr int per_writer = 100;
  const auto write = [&](const std::string& prefix) {
    Store store(directory / "s", family(), 0);
    for (int i = 0; i < per_writer; ++i) store.add(entry(prefix + std::to_string(i)));
  };
  const pid_t child = ::fork();
  if (child == 0) {
    write("a");
    ::_exit(0);
  }
  write("b");
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Store::open(directory / "s").names().size(), 2U * per_writer);
}

}  // namespace
}  // namespace forerun
