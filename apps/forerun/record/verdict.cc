#include "apps/forerun/record/verdict.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kColumns = 120;

std::string to_string(Verdict::Winner winner) {
  switch (winner) {
    case Verdict::Winner::parallel:
      return "parallel";
    case Verdict::Winner::neither:
      return "neither";
    case Verdict::Winner::serial:
      break;
  }
  return "serial";
}

}  // namespace

Verdict::Winner winner_by(double speedup) {
  if (std::abs(std::log(speedup)) < std::log1p(kSameTime)) return Verdict::Winner::neither;
  return speedup > 1.0 ? Verdict::Winner::parallel : Verdict::Winner::serial;
}

std::string in_lines(const std::string& text) {
  std::istringstream words(text);
  std::string lines, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && display_width(line) + 1 + display_width(word) > kColumns) {
      lines += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + line + "\n";
}

std::string verdict_text(const std::optional<Verdict>& verdict) {
  if (!verdict) return "";
  std::string text;
  for (const std::string& sentence : verdict->sentences) text += (text.empty() ? "" : " ") + sentence;
  return "\n" + in_lines(text);
}

Json verdict_json(const std::optional<Verdict>& verdict) {
  if (!verdict) return nullptr;
  const bool has_number = verdict->speedup && std::isfinite(*verdict->speedup);
  return {{"winner", to_string(verdict->winner)},
          {"basis", verdict->basis == Verdict::Basis::measured ? "measured" : "modelled"},
          {"speedup", has_number ? Json(*verdict->speedup) : Json(nullptr)},
          {"sentences", verdict->sentences}};
}

}  // namespace forerun
