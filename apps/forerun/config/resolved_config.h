#pragma once

#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"

namespace forerun {

/// Where a value of a resolved configuration comes from.
struct ValueOrigin {
  enum class Kind {
    file,      ///< the configuration's file
    option,    ///< the command line
    derived,   ///< follows from another key
    standard,  ///< the key's default
  };
  Kind kind = Kind::standard;
  std::string place;  ///< "burgers.toml:4", "--set time.slices=8"; of a derived value that of the other key
  std::string key;    ///< of a derived value the other key: "[coarse] strategy"

  /// "burgers.toml:4", "default", "[coarse] strategy, burgers.toml:12"
  std::string text() const;
};

/// "file", "option", "derived", "default"
std::string to_string(ValueOrigin::Kind kind);

struct ResolvedSetting {
  std::string section;
  std::string key;
  ParameterValue value;
  bool is_list = false;  ///< the value is the text of a list
  ValueOrigin origin;
};

/// All keys that a run or campaign reads, in the order of `resolved`: the text that `to_toml` or a campaign makes of
/// `document`. Names of files are absolute, so that the text may be moved.
std::vector<ResolvedSetting> resolved_settings(const ConfigDocument& document, const std::string& resolved);

/// What is left to the run: sentences about keys that have no value yet, of a section each.
std::vector<std::pair<std::string, std::string>> open_settings(const ConfigDocument& document,
                                                               const std::vector<ResolvedSetting>& settings);

/// TOML that reads back as the same configuration, behind each value a comment with its origin.
std::string resolved_toml(const ConfigDocument& document, const std::vector<ResolvedSetting>& settings);

}  // namespace forerun
