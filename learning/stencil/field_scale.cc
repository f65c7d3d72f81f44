#include "learning/stencil/field_scale.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "learning/training/shared_samples.h"

namespace forerun {

FieldScale field_scale(const Harvest& harvest, const StateLayout& layout, const StateBounds& bounds,
                       SliceExecutor& executor) {
  constexpr double least = 1e-6;
  const auto fields = static_cast<Index>(layout.fields.size());
  const Index points = layout.dimension() / fields;
  const std::vector<Index> newest = harvest.newest(1);
  const Index seen = harvest.keeps_coarse() ? 2 * fields : fields;
  const double count = static_cast<double>(points) * static_cast<double>(newest.size());
  /// The mean of what `of` makes of each field's values, over all samples and points.
  const auto mean_of = [&](const auto& of) -> State {
    States sums = States::Zero(seen, std::ssize(newest));
    executor.for_each(sums.cols(), [&](Index j) {
      const Index sample = newest[static_cast<std::size_t>(j)];
      if (!harvest.holds(sample)) return;
      const StateView state = harvest.state(sample), coarse = harvest.coarse(sample);
      for (Index s = 0; s < seen; ++s) {
        const Index first = s % fields * points;
        for (Index i = first; i < first + points; ++i)
          sums(s, j) += of(s, s < fields ? state[i] : coarse[i] - state[i]);
      }
    });
    share(harvest, newest, sums);
    State total = State::Zero(seen);
    for (Index j = 0; j < sums.cols(); ++j) total += sums.col(j);
    return total / count;
  };
  FieldScale scale;
  scale.middle = mean_of([](Index, double value) { return value; });
  const State squares = mean_of([&](Index s, double value) {
    const double difference = value - scale.middle[s];
    return difference * difference;
  });
  scale.width.resize(seen);
  for (Index s = 0; s < seen; ++s) {
    const double range = (bounds.upper - bounds.lower).segment(s % fields * points, points).maxCoeff();
    scale.width[s] = std::max(std::sqrt(3.0 * squares[s]), (s < fields ? least : least * least) * range);
  }
  return scale;
}

}  // namespace forerun
