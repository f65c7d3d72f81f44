#include "apps/forerun/plan/method_model.h"

namespace forerun {

ScalingPoint model_method(const MethodCost& cost, Index processors, const Network& network) {
  const Index rounds = (cost.pieces + processors - 1) / processors;
  const double share = static_cast<double>(rounds) / static_cast<double>(cost.pieces);
  const double talk =
      processors > 1 ? static_cast<double>(cost.messages) * network.message_seconds(cost.state_bytes) : 0.0;
  ScalingPoint point;
  point.processors = processors;
  point.num_slices = cost.num_slices;
  point.seconds = cost.start;
  for (const MethodCost::Iteration& iteration : cost.iterations) {
    point.seconds += share * iteration.fine + iteration.coarse + talk;
  }
  const double serial = static_cast<double>(cost.num_slices) * cost.serial_slice;
  point.speedup = point.seconds > 0.0 ? serial / point.seconds : 0.0;
  point.efficiency = point.speedup / static_cast<double>(processors);
  return point;
}

}  // namespace forerun
