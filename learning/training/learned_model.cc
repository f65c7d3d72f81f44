#include "learning/training/learned_model.h"

#include <set>

#include "core/base/number_text.h"

namespace forerun {
namespace {

std::string value_or_none(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? "none" : found->second;
}

}  // namespace

std::vector<std::string> differences(const ProblemSignature& learned, const ProblemSignature& used) {
  std::vector<std::string> found;
  const auto compare = [&found](const std::string& what, const std::string& there, const std::string& here) {
    if (there != here) found.push_back(what + " " + there + " there, " + here + " here");
  };
  compare("problem", learned.problem, used.problem);
  compare("dimension", std::to_string(learned.dimension), std::to_string(used.dimension));
  std::set<std::string> names;
  for (const auto& [name, value] : learned.parameters) names.insert(name);
  for (const auto& [name, value] : used.parameters) names.insert(name);
  for (const std::string& name : names) {
    compare(name, value_or_none(learned.parameters, name), value_or_none(used.parameters, name));
  }
  compare("slice length", shortest_text(learned.slice_length), shortest_text(used.slice_length));
  compare("coarse solver", learned.coarse, used.coarse);
  compare("fine solver", learned.fine, used.fine);
  return found;
}

}  // namespace forerun
