// What a campaign has stored: nothing in it is believed, and `forerun train` fits another network to it.
#include <gmock/gmock.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "apps/forerun/run/spot_check.h"
#include "learning/family/store.h"
#include "learning/files/tensor_file.h"
#include "tests/apps/campaign/campaign_fixture.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::CampaignCommand;
using testing::forerun_with;
using ::testing::HasSubstr;
using testing::Outcome;
using Json = nlohmann::json;

/// Adds two entries that no run has left: one with another viscosity, one with other discrepancies.
void poison(const std::string& path) {
  const Store opened = Store::open(path);
  Store store(path, opened.family(), 0);
  StoreEntry false_viscosity = store.read(store.names().front()), random = false_viscosity;
  false_viscosity.name = "000000-false";
  false_viscosity.parameters[0] = 0.06 - false_viscosity.parameters[0];
  random.name = "000000-random";
  random.harvest.shift(random.harvest.slices(), States::Constant(24, random.harvest.size(), 0.5),
                       *make_serial_executor());
  store.add(false_viscosity);
  store.add(random);
}

constexpr const char* poisoned_files[] = {"000000-false.safetensors: is not what the solvers give",
                                          "000000-random.safetensors: is not what the solvers give"};

TEST_F(CampaignCommand, LeavesOutStoredRunsThatTheSolversContradict) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=4"}).status, ExitStatus::ok);
  const std::string path = directory_ / "c/store";
  poison(path);
  const Outcome poisoned = run("d", {"--set", "campaign.runs=5", "--store", path});
  EXPECT_EQ(poisoned.status, ExitStatus::ok);
  for (const char* file : poisoned_files) EXPECT_THAT(poisoned.err, HasSubstr(file));
  const Json rows = record("d").at("runs");
  for (const Json& row : rows) {
    const int to_find_out = row.at("prior") == "dropped" ? 1 : 0;  // that a prior does not serve
    EXPECT_LE(row.at("iterations").get<int>(), row.at("cold_iterations").get<int>() + to_find_out);
    EXPECT_LE(row.at("max_error").get<double>(), 5e-6);
  }
}

TEST_F(CampaignCommand, StoredSamplesAreCheckedOnTheirOwnSlices) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=1"}).status, ExitStatus::ok);
  const Store store = Store::open(directory_ / "c/store");
  const StoreEntry entry = store.read(store.names().front());
  const auto at_times = [&](double begin, double length) {
    StoreEntry moved = entry;
    std::vector<Slice> slices;
    for (const Index n : entry.harvest.slices()) {
      const double start = begin + static_cast<double>(n) * length;
      slices.push_back({n, start, start + length});
    }
    moved.harvest = Harvest(entry.harvest.dimension());
    moved.harvest.append(entry.harvest.states(), entry.harvest.discrepancies(), slices, entry.harvest.iterations());
    return moved;
  };
  const double length = store.family().common.slice_length;
  EXPECT_NO_THROW(check_sample(store, entry));
  EXPECT_NO_THROW(check_sample(store, at_times(100.0, length)));
  EXPECT_THROW(check_sample(store, at_times(100.0, 2.0 * length)), ModelFileError);
}

TEST_F(CampaignCommand, TrainLeavesOutStoredRunsThatTheSolversContradict) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=3"}).status, ExitStatus::ok);
  const std::string path = directory_ / "c/store";
  poison(path);
  const Outcome trained = forerun_with({"train", path, "--json", "--quiet"});
  ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  for (const char* file : poisoned_files) EXPECT_THAT(trained.err, HasSubstr(file));
  EXPECT_EQ(Json::parse(trained.out).at("network").at("runs"), 3);
  for (const auto& entry : std::filesystem::directory_iterator(path + "/runs")) {
    if (!entry.path().filename().string().starts_with("000000")) std::filesystem::remove(entry.path());
  }
  const Outcome nothing = forerun_with({"train", path, "--quiet"});
  EXPECT_EQ(nothing.status, ExitStatus::bad_model);
  EXPECT_THAT(nothing.err, HasSubstr("holds no run to learn from"));
}

TEST_F(CampaignCommand, TrainRefusesStoresThatItCannotCompute) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=1"}).status, ExitStatus::ok);
  const StoreFamily good = Store::open(directory_ / "c/store").family();
  const std::vector<std::pair<std::string, std::function<void(StoreFamily&)>>> wrong = {
      {"unknown problem 'burger'", [](StoreFamily& family) { family.common.problem = "burger"; }},
      {"wave_number", [](StoreFamily& family) { family.common.parameters["wave_number"] = "many"; }},
      {"1e400", [](StoreFamily& family) { family.common.parameters["wave_number"] = "1e400"; }},
      {"'rk4 x many' is no solver", [](StoreFamily& family) { family.common.fine = "rk4 x many"; }},
      {"'rk4' is no solver", [](StoreFamily& family) { family.common.coarse = "rk4"; }},
      {"rk5", [](StoreFamily& family) { family.common.coarse = "rk5 x 1"; }},
      {"another dimension", [](StoreFamily& family) { family.common.dimension = 23; }}};
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    StoreFamily family = good;
    wrong[i].second(family);
    const std::string path = directory_ / ("wrong" + std::to_string(i));
    Store(path, family, 0);
    const Outcome outcome = forerun_with({"train", path});
    EXPECT_EQ(outcome.status, ExitStatus::bad_model) << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(path), HasSubstr(wrong[i].first)));
  }
}

TEST_F(CampaignCommand, AStoreOfAnotherFamilyIsRefused) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=1"}).status, ExitStatus::ok);
  const Outcome other = run("e", {"--set", "highest.viscosity=0.05", "--store", directory_ / "c/store"});
  EXPECT_EQ(other.status, ExitStatus::bad_model);
  EXPECT_THAT(other.err, HasSubstr("another family"));
}

TEST_F(CampaignCommand, TrainRefusesNetworksThatDoNotGoWithTheStates) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=1"}).status, ExitStatus::ok);
  const Outcome outcome = forerun_with({"train", directory_ / "c/store", "--set", "network.stencil=12"});
  EXPECT_EQ(outcome.status, ExitStatus::usage);
  EXPECT_THAT(outcome.err, HasSubstr("--set network.stencil=12: [network] stencil = 12: must be an integer ≤ 11"));
}

TEST_F(CampaignCommand, TrainFitsTheNetworkAnewWithOtherOptions) {
  ASSERT_EQ(run("c", {"--set", "campaign.runs=3"}).status, ExitStatus::ok);
  const Outcome trained =
      forerun_with({"train", directory_ / "c/store", "--set", "network.neurons=30", "--json", "--quiet"});
  ASSERT_EQ(trained.status, ExitStatus::ok) << trained.err;
  const Json network = Json::parse(trained.out).at("network");
  EXPECT_EQ(network.at("neurons"), 30);
  EXPECT_EQ(network.at("runs"), 3);
  EXPECT_EQ(network.at("options").at("stencil"), "4");
}

}  // namespace
}  // namespace forerun
