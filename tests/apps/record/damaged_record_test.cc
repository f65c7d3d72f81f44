// Records that no run has written are refused by what reads them, with what contradicts what.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/cli.h"

namespace forerun {
namespace {

using ::testing::AllOf;
using testing::content_of;
using testing::forerun_with;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Outcome;
using testing::small_config;
using ::testing::StartsWith;
using testing::TemporaryDirectory;
using Json = nlohmann::ordered_json;

class Record : public ::testing::Test {
 protected:
  Record() { make(8); }

  void make(int slices) {
    forerun_with({"compare", directory_.write("small.toml", small_config), "--correctors", "classic,randnet", "--quiet",
                  "--set", "time.slices=" + std::to_string(slices), "--out", run_});
    record_ = Json::parse(content_of(run_ + "/record.json"));
  }

  void expect_refused(const std::string& text, const std::string& reason) const {
    directory_.write("run/record.json", text);
    for (const char* command : {"report", "scale"}) {
      const Outcome outcome = forerun_with({command, run_});
      EXPECT_EQ(outcome.status, ExitStatus::input_output) << command << ": " << outcome.err;
      EXPECT_THAT(outcome.err, AllOf(StartsWith("forerun: " + run_ + "/record.json: "), HasSubstr(reason),
                                     Not(HasSubstr("json.exception"))));
      EXPECT_THAT(outcome.out, IsEmpty());
    }
  }

  TemporaryDirectory directory_;
  std::string run_ = directory_ / "run";
  Json record_;
};

struct Edit {
  std::string place;  ///< JSON pointer
  Json value;         ///< discarded: the place is taken away
  std::string reason;
};

const Json nothing = Json::value_t::discarded;

void apply(const Edit& edit, Json& json) {
  const Json::json_pointer place(edit.place);
  if (!edit.value.is_discarded()) {
    json[place] = edit.value;
  } else if (Json& parent = json[place.parent_pointer()]; parent.is_array()) {
    parent.erase(static_cast<std::size_t>(std::stoul(place.back())));
  } else {
    parent.erase(place.back());
  }
}

class EditedRecord : public Record, public ::testing::WithParamInterface<Edit> {};

TEST_P(EditedRecord, IsRefusedWithWhatContradictsWhat) {
  apply(GetParam(), record_);
  expect_refused(record_.dump(), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Configuration, EditedRecord,
    ::testing::Values(
        Edit{"/slices", 9, "has 'slices' = 9, but the configuration beside it 8"},
        Edit{"/slices", "8", "has 'slices' = \"8\", but the configuration beside it 8"},
        Edit{"/slices", nothing, "has no 'slices'"}, Edit{"/seed", 2, "has 'seed' = 2, but the configuration"},
        Edit{"/problem/name", "heat", "has 'name' = \"heat\", but the configuration beside it \"burgers\""},
        Edit{"/problem/dimension", 17, "has 'dimension' = 17, but the configuration beside it 16"},
        Edit{"/problem/parameters/viscosity", 0.06, "has 'viscosity' = 0.06, but the configuration beside it 0.05"},
        Edit{"/problem/parameters", nothing, "has no 'parameters'"},
        Edit{"/time/end", 2.0, "has 'end' = 2.0, but the configuration beside it 1.0"},
        Edit{"/levels", {4, 16}, "has 'levels' = [4,16], but the configuration beside it [16]"},
        Edit{"/schema", "forerun.compare/2", "has 'schema' = \"forerun.compare/2\": must be forerun.compare/1"},
        Edit{"/runs/0/iterations", 9, "'iterations' = 9"},
        Edit{"/runs/0/history/iterations/0/levels/0/level", 2, "has 'level' = 2: must be an integer from 1 to 1"},
        Edit{"/runs/0/exact_front/1", 9, "has 'exact_front[1]' = 9: must be an integer from 0 to 8"}));

INSTANTIATE_TEST_SUITE_P(
    ItsOwnParts, EditedRecord,
    ::testing::Values(
        Edit{"/runs/0/iterations", 2, "entries, but 'iterations' = 2 (the run of 'classic')"},
        Edit{"/runs/0/iterations", 2.5, "has 'iterations' = 2.5: must be an integer from 0 to"},
        Edit{"/runs/0/jumps/0", nothing, "has 'jumps' of"}, Edit{"/runs/1/served_by/0", nothing, "has 'served_by' of"},
        Edit{"/runs/0/history/iterations/0", nothing, "has 'history' of"},
        Edit{"/runs/0/fallbacks", nullptr, "has 'fallbacks' = null: must be an array"},
        Edit{"/runs/0/exact_front/0", 8, "has 'exact_front[0]' = 8, but 'converged_front[0]' = 1"},
        Edit{"/runs/0/exact_front/1", 0, "has 'exact_front[1]' = 0, but 1 an iteration before"},
        Edit{"/runs/0/converged_front/0", 1.5, "has 'converged_front[0]' = 1.5: must be an integer"},
        Edit{"/runs/0/history/iterations/1/levels/0/first_slice", 0,
             "has 'first_slice' = 0 in iteration 2 of its history, but"},
        Edit{"/runs/0/effective_sweeps", 99.5, "has 'effective_sweeps' = 99.5, but 'fine_work' that adds up to"},
        Edit{"/runs/0/max_error", 0.5, "has 'max_error' = 0.5, but 'errors' that end with"},
        Edit{"/runs/0/converged", false, "has 'converged' = false, but 'termination' = \"converged\""},
        Edit{"/runs/0/termination", "time limit", "has 'converged' = true, but 'termination' = \"time limit\""},
        Edit{"/runs/0/failure", Json::object(), "has a 'failure', but converged"},
        Edit{"/runs/1/corrector", "classic", "has two runs of 'classic'"}, Edit{"/runs", Json::array(), "has no runs"},
        Edit{"/threads", 0, "has 'threads' = 0: must be an integer from 1 to"},
        Edit{"/serial_fine_seconds", -1, "has 'serial_fine_seconds' = -1: must be a number"}));

TEST_F(Record, OfALadderAgreesWithItself) {
  const std::string ladder = directory_ / "ladder";
  forerun_with(
      {"run", directory_ / "small.toml", "--quiet", "--reference", "--set", "fine.levels=[4, 8, 16]", "--out", ladder});
  for (const char* command : {"report", "scale"}) {
    const Outcome outcome = forerun_with({command, ladder});
    EXPECT_EQ(outcome.status, ExitStatus::ok) << outcome.err;
  }
}

TEST_F(Record, ThatIsNoJsonIsRefusedWithLineAndColumn) {
  expect_refused("{\"schema\":\n  forerun", "is not valid JSON (line 2, column 4)");
  expect_refused("{\"schema\":\n", "is not valid JSON: it ends early (line 2, column 1)");
  expect_refused(R"({"seed": 1, "seed": 2})", "names 'seed' twice");
  expect_refused(R"({"seed": 1e400})", "has a number that does not fit into a double (line 1, column 14)");
  expect_refused("[]", "has [] where an object with 'schema' is expected");
}

TEST_F(Record, NestedWithoutEndIsRefusedBeforeItCosts) {
  expect_refused(std::string(1'000'000, '['), "is nested too deeply: at most 32 levels are read");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  expect_refused(objects, "is nested too deeply");
}

/// The places of all values, the record itself included.
std::vector<std::string> places(const Json& json) {
  std::vector<std::string> all = {""};
  const Json flat = json.flatten();
  for (const auto& [place, value] : flat.items()) {
    for (std::size_t end = place.size(); end != std::string::npos && end > 0; end = place.rfind('/', end - 1)) {
      const std::string part = place.substr(0, end);
      if (std::find(all.begin(), all.end(), part) == all.end()) all.push_back(part);
    }
  }
  return all;
}

TEST_F(Record, IsReadOrRefusedWhateverStandsAnywhereInIt) {
  run_ = directory_ / "few";  // slices, and iterations: whatever a record may have, each a few times
  make(3);
  const std::vector<Json> values = {nullptr, -1,   1e300,         18446744073709551615U,
                                    "text",  true, Json::array(), Json::object()};
  std::size_t turn = 0;
  for (const std::string& place : places(record_)) {
    Json edited = record_;
    const Json::json_pointer pointer(place);
    edited[pointer] = values[turn++ % values.size()];
    directory_.write("few/record.json", edited.dump());
    for (const char* command : {"report", "scale"}) {
      const Outcome outcome = forerun_with({command, run_});
      EXPECT_NE(outcome.status, ExitStatus::internal_error) << command << ", " << edited[pointer] << " at " << place;
      EXPECT_THAT(outcome.err, Not(HasSubstr("json.exception")));
    }
  }
}

}  // namespace
}  // namespace forerun
