#include "apps/forerun/config/overrides.h"

#include "apps/forerun/cli/printable.h"
#include "solvers/integrators/solver_spec.h"

namespace forerun {
namespace {

/// What the section's other settings belong to is named by `owner`; with an owner that is other than the file's, the
/// file's settings are removed. The sentence that says so; empty if there is nothing to say.
template <typename IsOther>
std::string leave_behind(ConfigDocument& document, const ConfigDocument& file, const std::string& section,
                         const std::string& owner, const IsOther& is_other) {
  const Setting* before = file.find(section, owner);
  const Setting* now = document.find(section, owner);
  if (before == nullptr || now == nullptr) return "";
  const auto* old_name = std::get_if<std::string>(&before->value);
  const auto* new_name = std::get_if<std::string>(&now->value);
  if (old_name == nullptr || new_name == nullptr || !is_other(*old_name, *new_name)) return "";
  std::string left;
  for (const Setting& setting : file.settings()) {
    const bool is_of_the_owner = setting.key != owner && setting.key != "slice_timeout";  // a limit for any method
    if (setting.section != section || !is_of_the_owner) continue;
    const Setting* option = document.find(section, setting.key);
    // One that the command line has set again is the command line's.
    if (option == nullptr || option->place != setting.place) continue;
    document.remove(section, setting.key);
    left += (left.empty() ? "" : ", ") + setting.key;
  }
  if (left.empty()) return "";
  return document.find(section, owner)->place + ": the options that " + document.file_name() + " gives to " +
         toml_text(before->value) + " are left behind: " + left;
}

}  // namespace

void override_settings(ConfigDocument& document, const ParsedOptions& options, const Console& console) {
  for (const std::string& assignment : options.texts("set")) document.set_from_command_line(assignment);
  for (const std::string name : {"threads", "seed"}) {
    const std::optional<std::string> text = options.text(name);
    if (text) document.set_from_text("run", name, *text, "--" + name + " " + *text);
  }
  for (const std::string& sentence : leave_options_behind(document)) {
    console.err << "forerun: " << printable(sentence) << "\n";
  }
}

std::vector<std::string> leave_options_behind(ConfigDocument& document) {
  const auto other_name = [](const std::string& before, const std::string& now) { return before != now; };
  const auto other_kind = [](const std::string& before, const std::string& now) {
    return is_adaptive(before) != is_adaptive(now);
  };
  const ConfigDocument file = ConfigDocument::parse(document.text(), document.file_name());
  std::vector<std::string> sentences;
  for (const std::string& sentence : {leave_behind(document, file, "corrector", "name", other_name),
                                      leave_behind(document, file, "method", "name", other_name),
                                      leave_behind(document, file, "fine", "method", other_kind),
                                      leave_behind(document, file, "coarse", "method", other_kind)}) {
    if (!sentence.empty()) sentences.push_back(sentence);
  }
  return sentences;
}

}  // namespace forerun
