// Records of runs and campaigns, as `forerun report` and `forerun scale` read them.

#include <sstream>

#include "apps/forerun/campaign/campaign_report.h"
#include "apps/forerun/cli/command_line.h"
#include "tests/core/temporary_directory.h"
#include "tests/fuzz/command_readers.h"

namespace forerun::fuzz {
namespace {

constexpr const char* config = R"([problem]
name = "brusselator"
[time]
end = 1.0
slices = 3
[fine]
method = "rk4"
levels = [2, 8]
[coarse]
method = "rk1"
steps = 2
[corrector]
name = "classic"
[run]
threads = 1
)";

struct Outcome {
  ExitStatus status;
  std::string err;
};

Outcome forerun_with(const std::vector<std::string>& words) {
  std::ostringstream out, err;
  const ExitStatus status = run_command_line(words, {out, err});
  return {status, err.str()};
}

/// The directory of a run that has been made, beside the sound files that a record needs beside it.
class Run {
 public:
  Run() {
    write_bytes(directory_ / "run.toml", config);
    const Outcome made =
        forerun_with({"run", (directory_ / "run.toml").string(), "--reference", "--quiet", "--out", path().string()});
    if (made.status != ExitStatus::ok) throw std::logic_error("no run to read the record of: " + made.err);
  }

  std::filesystem::path path() const { return directory_ / "run"; }

 private:
  TemporaryDirectory directory_;
};

const Run& run() {
  static const Run made;
  return made;
}

/// `bytes`: of the file that is read, whose own words may be quoted.
void expect_status(const std::vector<std::string>& words, const std::string& bytes) {
  const Outcome outcome = forerun_with(words);
  const bool refused = outcome.status == ExitStatus::input_output && outcome.err.find(": ") != std::string::npos;
  if (outcome.status != ExitStatus::ok && !refused) throw BrokenContract(words.front() + ": " + outcome.err);
  const auto holds_foreign_words = [](const std::string& text) {
    return text.find("json.exception") != std::string::npos;
  };
  if (holds_foreign_words(outcome.err) && !holds_foreign_words(bytes))
    throw BrokenContract("another's words: " + outcome.err);
}

void read_record(const std::string& bytes) {
  write_bytes(run().path() / "record.json", bytes);
  expect_status({"report", run().path().string()}, bytes);
  expect_status({"scale", run().path().string(), "--json", (run().path() / "scale.json").string()}, bytes);
}

std::vector<std::string> record_seeds() {
  static const std::string sound = bytes_of(run().path() / "record.json");
  return {sound};
}

const std::filesystem::path& campaign_directory() {
  static const TemporaryDirectory made;
  return made.path();
}

CampaignConfig two_parameters() {
  CampaignConfig campaign;
  campaign.box = {{"a", "b"}, State{{0.0, 0.0}}, State{{1.0, 1.0}}};
  return campaign;
}

std::vector<CampaignRow> two_rows() {
  CampaignRow first;
  first.parameters = State{{0.5, 0.25}};
  first.iterations = 5;
  first.cold_iterations = 7;
  first.max_error = 1e-7;
  first.converged = true;
  CampaignRow second = first;
  second.cold_iterations.reset();
  second.max_error.reset();
  return {first, second};
}

/// What was read of a table is written and read as the same again.
void read_table() {
  const std::filesystem::path file = campaign_directory() / "campaign.csv";
  const std::string text = campaign_csv(two_parameters(), read_campaign_csv(file, two_parameters()));
  write_bytes(file, text);
  if (campaign_csv(two_parameters(), read_campaign_csv(file, two_parameters())) != text) {
    throw BrokenContract("reads back as another table:\n" + text);
  }
}

/// A campaign's table is read as CSV by the campaign that goes on, and as JSON by its report.
void read_campaign(const std::string& bytes) {
  write_bytes(campaign_directory() / "campaign.toml", bytes);
  write_bytes(campaign_directory() / "campaign.json", bytes);
  write_bytes(campaign_directory() / "campaign.csv", bytes);
  expect_value_or_refusal<FileError>(read_table);
  expect_status({"report", campaign_directory().string()}, bytes);
}

std::vector<std::string> campaign_seeds() {
  return {campaign_csv(two_parameters(), two_rows()), campaign_json(two_parameters(), two_rows())};
}

}  // namespace

Reader campaign_reader() { return {"campaign", campaign_seeds, read_campaign}; }
Reader record_reader() { return {"record", record_seeds, read_record}; }

const std::vector<Reader>& command_readers() {
  static const std::vector<Reader> all = {campaign_reader(), config_reader(), expression_reader(), record_reader()};
  return all;
}

}  // namespace forerun::fuzz
