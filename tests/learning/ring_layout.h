#pragma once

#include "core/base/state_layout.h"

namespace forerun::test {

/// One field u on a periodic mesh of [0, 1].
inline StateLayout ring_layout(Index points) { return {{"u"}, {{"x", points, 0.0, 1.0, AxisEnds::periodic}}}; }

}  // namespace forerun::test
