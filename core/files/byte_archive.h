#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/state.h"

namespace forerun {

// Values as bytes, as they lie in memory, for files that this program alone reads. A structure lists its fields once,
//
//   template <class Archive> void fields(Archive& archive, Thing& thing) { archive(thing.a, thing.b); }
//
// and the list serves both ways: a writer takes it for saving, a reader for restoring. Sequences go with their length.

/// Appends values to `bytes`.
class ByteWriter {
 public:
  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  std::string bytes;

 private:
  template <class Value>
  void put(const Value& value) {
    if constexpr (std::is_arithmetic_v<Value> || std::is_enum_v<Value>) {
      raw(&value, sizeof value);
    } else if constexpr (std::derived_from<Value, Eigen::EigenBase<Value>>) {
      put(static_cast<std::int64_t>(value.rows()));
      put(static_cast<std::int64_t>(value.cols()));
      raw(value.data(), sizeof(double) * static_cast<std::size_t>(value.size()));
    } else {
      fields(*this, value);
    }
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    raw(text.data(), text.size());
  }
  template <class Value>
  void put(const std::vector<Value>& values) {
    put(static_cast<std::uint64_t>(values.size()));
    for (const Value& value : values) put(value);
  }
  template <class Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  void raw(const void* source, std::size_t count) { bytes.append(static_cast<const char*>(source), count); }
};

/// Takes values from bytes, of which it believes nothing: std::invalid_argument where they end early, or state a length
/// that they cannot hold.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  /// The next bytes as they are.
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) throw std::invalid_argument("ends early");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  template <class Value>
  void get(Value& value) {
    if constexpr (std::is_same_v<Value, bool>) {
      char byte = 0;
      get(byte);
      value = byte != 0;
    } else if constexpr (std::is_arithmetic_v<Value> || std::is_enum_v<Value>) {
      std::memcpy(&value, take(sizeof value).data(), sizeof value);
    } else if constexpr (std::derived_from<Value, Eigen::EigenBase<Value>>) {
      get_numbers(value);
    } else {
      fields(*this, value);
    }
  }
  void get(std::string& text) {
    std::uint64_t size = 0;
    get(size);
    text = take(size);
  }
  template <class Value>
  void get(std::vector<Value>& values) {
    std::uint64_t size = 0;
    get(size);
    if (size > bytes_.size()) throw std::invalid_argument("ends early");  // each value takes a byte at least
    values.clear();
    for (std::uint64_t i = 0; i < size; ++i) get(values.emplace_back());
  }
  template <class Value>
  void get(std::optional<Value>& value) {
    bool is_there = false;
    get(is_there);
    value.reset();
    if (is_there) get(value.emplace());
  }
  template <class Numbers>
  void get_numbers(Numbers& numbers) {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    get(rows);
    get(cols);
    const auto most = static_cast<std::int64_t>(bytes_.size() / sizeof(double));
    if (rows < 0 || cols < 0 || (rows > 0 && cols > most / rows)) throw std::invalid_argument("ends early");
    if (Numbers::ColsAtCompileTime == 1 && cols != 1) throw std::invalid_argument("holds no vector where one belongs");
    numbers.resize(rows, cols);
    const std::size_t count = sizeof(double) * static_cast<std::size_t>(numbers.size());
    const std::string_view source = take(count);
    if (count > 0) std::memcpy(numbers.data(), source.data(), count);
  }

  std::string_view bytes_;
};

}  // namespace forerun
