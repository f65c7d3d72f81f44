#pragma once

#include "core/parareal/coarse_trainer.h"
#include "learning/numerics/scratch.h"

namespace forerun {

/// m₁ + m₂; refers to both. A state's value does not depend on the block it is evaluated in.
class SumOfCorrections final : public Correction {
 public:
  SumOfCorrections(const Correction& first, const Correction& second) : first_(first), second_(second) {}

  void evaluate(const Slice& slice, const StateView& state, const StateView& coarse, StateOut out) const override {
    thread_local Scratch memory;
    auto share = memory.vector(out.size());
    first_.evaluate(slice, state, coarse, out);
    second_.evaluate(slice, state, coarse, share);
    out += share;
  }

  void evaluate_block(std::span<const Slice> slices, const StatesView& states, const StatesView& coarse,
                      StatesOut out) const override {
    thread_local Scratch memory;
    auto share = memory.matrix(out.rows(), out.cols());
    first_.evaluate_block(slices, states, coarse, out);
    second_.evaluate_block(slices, states, coarse, share);
    out += share;
  }

 private:
  const Correction& first_;
  const Correction& second_;
};

/// `sweep` as a learner sees it that works on top of `prior`: with F − m₀ in place of F, which `fine` is filled with
/// and the result refers to. What is left to learn is F − G − m₀. Parallel over blocks of slices.
SweepData on_top_of(const Correction& prior, const SweepData& sweep, States& fine, SliceExecutor& executor);

}  // namespace forerun
