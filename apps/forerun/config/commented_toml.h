#pragma once

#include <string>
#include <vector>

#include "core/base/parameters.h"

namespace forerun {

/// TOML with a comment behind each value, those of a section below each other.
class CommentedToml {
 public:
  /// A line of its own; empty: an empty line.
  void remark(const std::string& sentence);
  /// [name], after an empty line.
  void section(const std::string& name);
  /// `value` is TOML; no comment where there is none. Control characters of a comment are made visible, and what is no
  /// text in it "?".
  void set(const std::string& key, const std::string& value, const std::string& comment);

  std::string str() const;

 private:
  struct Line {
    std::string text;
    std::string comment;
    std::size_t section = 0;
  };
  std::size_t comment_column(std::size_t section) const;

  std::vector<Line> lines_;
  std::size_t section_ = 0;
};

/// A value as TOML, text in the quotes that people use where nothing in it needs others.
std::string plain_toml_text(const ParameterValue& value);

}  // namespace forerun
