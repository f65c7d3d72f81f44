#pragma once

#include <string>
#include <variant>
#include <vector>

namespace forerun {

/// What a benchmark has to say: for people a short table of how its goals were met, for programs everything measured.
struct BenchReport {
  /// A number that is not finite is missing.
  using Cell = std::variant<std::string, double>;

  std::string name;     ///< "published"
  std::string heading;  ///< what was run and where, in one sentence
  std::vector<std::string> summary_columns;
  std::vector<std::vector<std::string>> summary;  ///< the first cell of a row names it
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> measurements;
  std::vector<std::string> missed;    ///< a sentence for each goal that was not met
  std::vector<std::string> warnings;  ///< why the figures may not be what they should be
  std::vector<std::string> legend;
  std::string page;  ///< with figures, as HTML; empty: the benchmark has none
  bool has_goals = true;
  bool all_converged = true;
  bool interrupted = false;
};

/// The summary as an aligned table, what was missed, warnings and legend.
std::string bench_text(const BenchReport& report);
/// The same as a section of a Markdown page; says the command that made it.
std::string bench_markdown(const BenchReport& report, const std::string& command);
/// The measurements, a heading line first; cells with commas are quoted, missing numbers empty.
std::string bench_csv(const BenchReport& report);
/// The measurements as JSON of schema "forerun.bench/1"; ends with a newline.
std::string bench_json(const BenchReport& report);

}  // namespace forerun
