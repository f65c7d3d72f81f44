#include "apps/forerun/overrides.h"

#include "apps/forerun/printable.h"

namespace forerun {

void override_settings(ConfigDocument& document, const ParsedOptions& options, const Console& console) {
  for (const std::string& assignment : options.texts("set")) document.set_from_command_line(assignment);
  for (const std::string name : {"threads", "seed"}) {
    const std::optional<std::string> text = options.text(name);
    if (text) document.set_from_text("run", name, *text, "--" + name + " " + *text);
  }
  const std::string sentence = leave_corrector_options_behind(document);
  if (!sentence.empty()) console.err << "forerun: " << printable(sentence) << "\n";
}

std::string leave_corrector_options_behind(ConfigDocument& document) {
  const std::string section = "corrector", name = "name";
  const ConfigDocument file = ConfigDocument::parse(document.text(), document.file_name());
  const Setting* before = file.find(section, name);
  const Setting* now = document.find(section, name);
  if (before == nullptr || now == nullptr || before->value == now->value) return "";
  std::string left;
  for (const Setting& setting : file.settings()) {
    if (setting.section != section || setting.key == name) continue;
    const Setting* option = document.find(section, setting.key);
    // One that the command line has set again is the command line's.
    if (option == nullptr || option->place != setting.place) continue;
    document.remove(section, setting.key);
    left += (left.empty() ? "" : ", ") + setting.key;
  }
  if (left.empty()) return "";
  return document.find(section, name)->place + ": the options that " + document.file_name() + " gives to " +
         toml_text(before->value) + " are left behind: " + left;
}

}  // namespace forerun
