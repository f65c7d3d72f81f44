#include "core/fidelity_ladder.h"

#include <stdexcept>

namespace forerun {

FidelityLadder::FidelityLadder(const Propagator& fine) : levels_{&fine} {}

FidelityLadder::FidelityLadder(std::vector<const Propagator*> levels) : levels_(std::move(levels)) {
  if (levels_.empty()) throw std::invalid_argument("a fidelity ladder needs at least one level");
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (levels_[i] == nullptr) throw std::invalid_argument("a level of the fidelity ladder is missing");
    if (levels_[i]->dimension() != levels_[0]->dimension()) {
      throw std::invalid_argument("the levels of a fidelity ladder must have the same dimension");
    }
    if (i > 0 && !(levels_[i - 1]->work_per_slice() < levels_[i]->work_per_slice())) {
      throw std::invalid_argument("each level of a fidelity ladder must cost more than the one before");
    }
  }
}

double FidelityLadder::relative_work(Index level) const {
  return this->level(level).work_per_slice() / top().work_per_slice();
}

}  // namespace forerun
