#include <filesystem>

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

constexpr const char* details =
    R"(Reads the directory of a run or a comparison (`forerun run --out`, `forerun compare --out`) and writes what it holds as
one HTML page: how each run ended, convergence by iteration, the front, which corrector and fine level served each
sweep, where the time went, measured and modelled speed-ups, the solution and where everything came from. Of a
campaign's directory: iterations against run number, with the store and cold, fitting time, store size, all runs.
The page needs no network and no scripts, follows the reader's choice of light or dark, and prints.

Examples:
  forerun report runs/first
  forerun compare data/configs/burgers.toml --out runs/burgers && forerun report runs/burgers --out burgers.html

Without --out the page is report.html in the directory itself. A page that is there already is replaced.

Exit status: 0 written; 2 wrong usage, 4 a file of the directory is missing or damaged, or the page cannot be written.
)";

ExitStatus run(const ParsedOptions& options, const std::vector<std::string>& /*words*/, const Console& console) {
  if (options.arguments().size() != 1) {
    throw UsageError("report takes one directory, e.g. `forerun report runs/first`");
  }
  const fs::path directory = options.arguments().front();
  if (!fs::is_directory(directory)) throw FileError(directory.string() + ": is not a directory");
  const fs::path page = options.text("out").value_or((directory / "report.html").string());
  const std::string html = is_campaign_directory(directory) ? campaign_html(read_campaign_directory(directory))
                                                            : comparison_html(read_run_directory(directory));
  require_writable(page);
  write_file_atomically(page, html);
  console.out << page.string() << "\n";
  return ExitStatus::ok;
}

}  // namespace

Command report_command() {
  return {"report",
          "RUN_DIR|CAMPAIGN_DIR",
          "Write a run, a comparison or a campaign as one HTML page",
          details,
          {{"out", "FILE", "the page (default: report.html in the directory)"}},
          run};
}

}  // namespace forerun
