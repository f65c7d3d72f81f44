#include "solvers/equations/recorded.h"

namespace forerun {

Recorded Recorded::joined(RecordedOp op, const Recorded& a, const Recorded& b) {
  if (a.is_constant() && b.is_constant()) {
    const double x = a.number_, y = b.number_;
    return Recorded(op == RecordedOp::add        ? x + y
                    : op == RecordedOp::subtract ? x - y
                    : op == RecordedOp::multiply ? x * y
                                                 : x / y);
  }
  Recording& recording = *(a.is_constant() ? b.recording_ : a.recording_);
  const int left = a.node_in(recording), right = b.node_in(recording);
  return Recorded(recording, {op, left, right});
}

}  // namespace forerun
