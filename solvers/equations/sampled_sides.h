#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/base/state.h"
#include "solvers/equations/recorded.h"
#include "solvers/simd/lanes.h"

namespace forerun {

/// Some components of a right-hand side, computed without the others (`OdeProblem::sample`): f_i(t, u) for i in a list,
/// from those components of u alone that they depend on. What discrete empirical interpolation asks for.
///
/// Components that are computed alike (the inner points of a mesh) are computed side by side. Cost: that of the
/// operations of these components; results are those of f itself, bit for bit. Const members are thread-safe.
class SampledSides {
 public:
  /// Of a recording whose node `results[i]` is component i of f. Throws std::invalid_argument for one that is not
  /// complete.
  SampledSides(const Recording& recording, std::span<const int> results, std::span<const Index> components);

  /// Components of u that are looked at, ascending.
  const std::vector<Index>& inputs() const { return inputs_; }
  Index num_outputs() const { return num_outputs_; }
  /// Numbers of scratch that `evaluate` needs.
  Index scratch_size() const { return scratch_size_; }
  /// Operations of `evaluate`, about.
  Index num_operations() const;

  /// out[k] = f_i(t, u), i being the k-th of the list; u[j] is component inputs()[j].
  template <class Scalar>
  FORERUN_INLINE void evaluate(const Scalar& t, const Scalar* u, Scalar* out, Scalar* scratch) const;

 private:
  /// Components with the same operations. Of an operation `a` and `b` are places in its list; of a component `a` is a
  /// row of `places`, which says for each member where in u it is.
  struct Group {
    std::vector<RecordedNode> operations;
    std::vector<Index> members;  ///< their places in the list
    std::vector<std::vector<Index>> places;
  };

  template <class Scalar>
  FORERUN_INLINE void compute(const Group& group, const RecordedNode& operation, const Scalar& t, const Scalar* u,
                              Scalar* registers, Scalar* result) const;

  std::vector<std::function<double(double)>> functions_;
  std::vector<Group> groups_;
  std::vector<Index> inputs_;
  Index num_outputs_ = 0;
  Index scratch_size_ = 0;
};

/// f of an equation with these components; nullptr where something is done that cannot be recorded. Cost and memory
/// beside those components: one evaluation of f with `Recorded` numbers.
template <class Equation>
std::shared_ptr<const SampledSides> sample_sides(const Equation& equation, std::span<const Index> components) {
  const auto d = static_cast<std::size_t>(equation.dimension());
  Recording recording;
  std::vector<Recorded> state(d), derivative(d);
  for (std::size_t i = 0; i < d; ++i) state[i] = Recorded(recording, {RecordedOp::component, static_cast<int>(i)});
  const Recorded time(recording, {RecordedOp::time});
  equation.rhs(time, static_cast<const Recorded*>(state.data()), derivative.data());
  if (!recording.is_complete) return nullptr;
  std::vector<int> results(d);
  for (std::size_t i = 0; i < d; ++i) results[i] = derivative[i].node_in(recording);
  return std::make_shared<const SampledSides>(recording, results, components);
}

template <class Scalar>
FORERUN_INLINE void SampledSides::compute(const Group& group, const RecordedNode& operation, const Scalar& t,
                                          const Scalar* u, Scalar* registers, Scalar* result) const {
  const auto count = static_cast<Index>(group.members.size());
  const bool has_operands = operation.op >= RecordedOp::add;
  const bool has_two = has_operands && operation.op <= RecordedOp::divide;
  const Scalar* const a = registers + (has_operands ? operation.a * count : 0);
  const Scalar* const b = registers + (has_two ? operation.b * count : 0);
  const auto each = [&](const auto& value_of) __attribute__((always_inline)) {
    FORERUN_INDEPENDENT_ITERATIONS
    for (Index k = 0; k < count; ++k) result[k] = value_of(k);
  };
  switch (operation.op) {
    case RecordedOp::component: {
      const Index* const places = group.places[static_cast<std::size_t>(operation.a)].data();
      for (Index k = 0; k < count; ++k) result[k] = u[places[k]];
      return;
    }
    case RecordedOp::time:
      return each([&](Index) { return t; });
    case RecordedOp::constant:
      return each([&](Index) { return broadcast<Scalar>(operation.number); });
    case RecordedOp::add:
      return each([&](Index k) { return a[k] + b[k]; });
    case RecordedOp::subtract:
      return each([&](Index k) { return a[k] - b[k]; });
    case RecordedOp::multiply:
      return each([&](Index k) { return a[k] * b[k]; });
    case RecordedOp::divide:
      return each([&](Index k) { return a[k] / b[k]; });
    case RecordedOp::negate:
      return each([&](Index k) { return -a[k]; });
    case RecordedOp::function:
      for (Index k = 0; k < count; ++k) result[k] = each_lane(a[k], functions_[static_cast<std::size_t>(operation.b)]);
      return;
  }
}

template <class Scalar>
FORERUN_INLINE void SampledSides::evaluate(const Scalar& t, const Scalar* u, Scalar* out, Scalar* scratch) const {
  for (const Group& group : groups_) {
    const auto count = static_cast<Index>(group.members.size());
    Scalar* result = scratch;
    for (const RecordedNode& operation : group.operations) {
      compute(group, operation, t, u, scratch, result);
      result += count;
    }
    for (Index k = 0; k < count; ++k) out[group.members[static_cast<std::size_t>(k)]] = (result - count)[k];
  }
}

}  // namespace forerun
