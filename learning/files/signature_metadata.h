#pragma once

#include <charconv>
#include <string>

#include "learning/files/tensor_file.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// Facts in the metadata of tensor files, as text: what model files and stores have in common.

/// The number that metadata `key` holds. Throws `ModelFileError` where it is missing, no number, or out of range.
template <class Number>
Number read_number(const TensorFile& file, const std::string& key) {
  const std::string& text = file.text(key);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    file.refuse("its metadata '" + key + "' are '" + text + "', not a number that fits");
  }
  return number;
}

/// Keys "problem", "problem.NAME" for each parameter, "dimension", "slice_length", "coarse", "fine".
void describe_signature(const ProblemSignature& signature, TensorFileWriter& writer);
/// Throws `ModelFileError` where a key is missing or no number.
ProblemSignature read_signature(const TensorFile& file);

}  // namespace forerun
