#include "core/propagation/fidelity_ladder.h"

#include <exception>
#include <stdexcept>

namespace forerun {

namespace {

void require_levels(const std::vector<const Propagator*>& levels) {
  if (levels.empty()) throw std::invalid_argument("a fidelity ladder needs at least one level");
  for (const Propagator* level : levels) {
    if (level == nullptr) throw std::invalid_argument("a level of the fidelity ladder is missing");
    if (level->dimension() != levels[0]->dimension()) {
      throw std::invalid_argument("the levels of a fidelity ladder must have the same dimension");
    }
  }
}

}  // namespace

FidelityLadder::FidelityLadder(const Propagator& fine) : levels_{&fine}, work_{fine.work_per_slice()} {}

FidelityLadder::FidelityLadder(std::vector<const Propagator*> levels) : levels_(std::move(levels)) {
  require_levels(levels_);
  for (const Propagator* level : levels_) {
    if (!work_.empty() && !(work_.back() < level->work_per_slice())) {
      throw std::invalid_argument("each level of a fidelity ladder must cost more than the one before");
    }
    work_.push_back(level->work_per_slice());
  }
}

FidelityLadder::FidelityLadder(std::vector<const Propagator*> levels, const Slice& slice, const StateView& state)
    : levels_(std::move(levels)) {
  require_levels(levels_);
  for (const Propagator* level : levels_) {
    if (levels_.size() == 1) {
      work_.push_back(level->work_per_slice());  // there is nothing to compare it with
      continue;
    }
    try {
      work_.push_back(level->work(slice, state));
    } catch (const std::exception&) {
      work_.push_back(level->work_per_slice());
    }
  }
}

FidelityLadder FidelityLadder::crossed_by(std::vector<const Propagator*> levels) const {
  require_levels(levels);
  if (levels.size() != levels_.size()) throw std::invalid_argument("a fidelity ladder keeps its number of levels");
  FidelityLadder ladder = *this;
  ladder.levels_ = std::move(levels);
  return ladder;
}

}  // namespace forerun
