#include <filesystem>
#include <string>
#include <vector>

#include "apps/forerun/cli/command.h"
#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/report/html_report.h"
#include "apps/forerun/report/html_report_campaign.h"
#include "apps/forerun/run/writable_path.h"
#include "core/base/errors.h"
#include "core/files/atomic_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* report_details =
    R"(Reads the directory of a run or a comparison (`forerun run --out`, `forerun compare --out`) and writes what it holds as
one HTML page: who wins, iterations, fine work and time of each run, convergence by iteration, on which slices it still
worked, which corrector and fine level served each sweep, where the time went, measured and modelled speed-ups, the
solution and its error, and where everything came from. Of a campaign's directory: iterations against run number and
against each parameter, with the store and cold, fitting time, store size, all runs. Of two run directories: what
differs in their configurations, and in what came of it.
The page needs no network and no scripts, follows the reader's choice of light or dark, and prints.

Examples:
  forerun report runs/first
  forerun compare data/configs/burgers.toml --out runs/burgers && forerun report runs/burgers --out burgers.html
  forerun report runs/first runs/second

Without --out the page is report.html in the directory itself, of two in the second one. A page that is there already is replaced.

Exit status: 0 written; 2 wrong usage, 4 a file of the directory is missing or damaged, or the page cannot be written.
)";

fs::path existing_directory(const std::string& word) {
  if (!fs::is_directory(word)) throw FileError(word + ": is not a directory");
  return word;
}

ReportedComparison read_run_of_pair(const fs::path& directory) {
  if (is_campaign_directory(directory)) {
    throw UsageError(directory.string() + ": is a campaign's; two directories must be of runs or comparisons");
  }
  return read_run_directory(directory);
}

std::string html_of(const std::vector<fs::path>& directories) {
  if (directories.size() == 2) {
    return pair_html(read_run_of_pair(directories.front()), read_run_of_pair(directories.back()));
  }
  const fs::path& directory = directories.front();
  return is_campaign_directory(directory) ? campaign_html(read_campaign_directory(directory))
                                          : comparison_html(read_run_directory(directory));
}

ExitStatus write_report(const ParsedOptions& options, const std::vector<std::string>& /*words*/,
                        const Console& console) {
  const std::vector<std::string>& words = options.arguments();
  if (words.empty() || words.size() > 2) {
    throw UsageError("report takes one directory, or two to compare, e.g. `forerun report runs/first`");
  }
  std::vector<fs::path> directories;
  for (const std::string& word : words) directories.push_back(existing_directory(word));
  const std::string html = html_of(directories);
  const fs::path page = options.text("out").value_or((directories.back() / "report.html").string());
  require_writable(page);
  write_file_atomically(page, html);
  console.out << page.string() << "\n";
  return ExitStatus::ok;
}

}  // namespace

Command report_command() {
  return {"report",
          "RUN_DIR|CAMPAIGN_DIR [RUN_DIR]",
          "Write a run, a comparison, a campaign, or two runs as one HTML page",
          report_details,
          {{"out", "FILE", "the page (default: report.html in the directory)"}},
          write_report};
}

}  // namespace forerun
