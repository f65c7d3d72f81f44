#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace forerun {

/// The verdict below a table: whether time parallelism has won against serial stepping, and by how much.
struct Verdict {
  enum class Winner {
    serial,
    parallel,
    neither,  ///< they take the same time to within `kSameTime`
  };
  enum class Basis { measured, modelled };

  Winner winner = Winner::serial;
  Basis basis = Basis::measured;
  std::optional<double> speedup = {};  ///< of the best parallel run over serial stepping; no value: none came through
  std::vector<std::string> sentences = {};  ///< one or two; the first says who wins, serial stepping where it does
};

/// Times whose ratio is nearer to 1 are not told apart.
inline constexpr double kSameTime = 0.05;

/// Who wins by such a speed-up.
Verdict::Winner winner_by(double speedup);

/// The words of a text in lines of at most 120 columns, each ended.
std::string in_lines(const std::string& text);

/// The sentences as the last lines of a table, of at most 120 columns; empty without a verdict.
std::string verdict_text(const std::optional<Verdict>& verdict);

/// {"winner", "basis", "speedup", "sentences"}; null without a verdict.
nlohmann::ordered_json verdict_json(const std::optional<Verdict>& verdict);

}  // namespace forerun
