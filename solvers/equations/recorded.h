#pragma once

#include <functional>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "core/base/state.h"
#include "solvers/simd/trigonometry.h"

namespace forerun {

enum class RecordedOp : unsigned char { component, time, constant, add, subtract, multiply, divide, negate, function };

/// What was computed: `a` and `b` are places of earlier ones; of a component `a` is its place in the state, of a
/// function `b` its place among `Recording::functions`.
struct RecordedNode {
  RecordedOp op = RecordedOp::constant;
  int a = -1, b = -1;
  double number = 0.0;  ///< of a constant

  bool operator==(const RecordedNode&) const = default;
};

/// All that a right-hand side computes, in order. Memory: 24 bytes an operation.
struct Recording {
  std::vector<RecordedNode> nodes;
  std::vector<std::function<double(double)>> functions;
  std::vector<std::type_index> types;  ///< of functions; one without a state of its own is there once
  bool is_complete = true;             ///< false: something was done that cannot be recorded

  int add(const RecordedNode& node) {
    nodes.push_back(node);
    return static_cast<int>(nodes.size()) - 1;
  }

  template <class Function>
  int place_of(const Function& function) {
    const std::type_index type(typeid(Function));
    if constexpr (std::is_empty_v<Function>) {
      for (std::size_t i = 0; i < types.size(); ++i) {
        if (types[i] == type) return static_cast<int>(i);
      }
    }
    functions.emplace_back(function);
    types.push_back(type);
    return static_cast<int>(functions.size()) - 1;
  }
};

/// A number that keeps how it was computed, as a scalar: what a right-hand side makes of the components is a recording
/// from which single components can be computed alone (sampled_sides.h). Constants are folded.
class Recorded {
 public:
  Recorded() = default;
  /// A constant.
  explicit Recorded(double number) : number_(number) {}
  Recorded(Recording& recording, const RecordedNode& node) : recording_(&recording), node_(recording.add(node)) {}

  bool is_constant() const { return recording_ == nullptr; }
  double number() const { return number_; }
  /// The place in `recording`, a constant being put there.
  int node_in(Recording& recording) const {
    return is_constant() ? recording.add({RecordedOp::constant, -1, -1, number_}) : node_;
  }

  friend Recorded operator+(const Recorded& a, const Recorded& b) { return joined(RecordedOp::add, a, b); }
  friend Recorded operator-(const Recorded& a, const Recorded& b) { return joined(RecordedOp::subtract, a, b); }
  friend Recorded operator*(const Recorded& a, const Recorded& b) { return joined(RecordedOp::multiply, a, b); }
  friend Recorded operator/(const Recorded& a, const Recorded& b) { return joined(RecordedOp::divide, a, b); }
  friend Recorded operator+(const Recorded& a, double b) { return a + Recorded(b); }
  friend Recorded operator-(const Recorded& a, double b) { return a - Recorded(b); }
  friend Recorded operator*(const Recorded& a, double b) { return a * Recorded(b); }
  friend Recorded operator/(const Recorded& a, double b) { return a / Recorded(b); }
  friend Recorded operator+(double a, const Recorded& b) { return Recorded(a) + b; }
  friend Recorded operator-(double a, const Recorded& b) { return Recorded(a) - b; }
  friend Recorded operator*(double a, const Recorded& b) { return Recorded(a) * b; }
  friend Recorded operator/(double a, const Recorded& b) { return Recorded(a) / b; }
  friend Recorded operator-(const Recorded& a) {
    return a.is_constant() ? Recorded(-a.number_) : Recorded(*a.recording_, {RecordedOp::negate, a.node_});
  }

  template <class Function>
  Recorded through(const Function& function) const {
    if (is_constant()) return Recorded(function(number_));
    const int place = recording_->place_of(function);
    return Recorded(*recording_, {RecordedOp::function, node_, place});
  }

  /// What cannot be recorded of these numbers: a choice between them, say.
  static Recorded unknown(const Recorded& a, const Recorded& b) {
    for (Recording* recording : {a.recording_, b.recording_}) {
      if (recording != nullptr) recording->is_complete = false;
    }
    return a.is_constant() ? b : a;
  }

 private:
  static Recorded joined(RecordedOp op, const Recorded& a, const Recorded& b);

  Recording* recording_ = nullptr;
  int node_ = -1;
  double number_ = 0.0;
};

template <class Function>
Recorded each_lane(const Recorded& x, const Function& function) {
  return x.through(function);
}
inline SinCos<Recorded> sin_cos(const Recorded& x) {
  return {x.through([](double y) { return sin_cos(y).sin; }), x.through([](double y) { return sin_cos(y).cos; })};
}

}  // namespace forerun
