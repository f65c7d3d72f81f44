#pragma once

#include "learning/kriging/kriging_corrector.h"
#include "learning/training/corrector_registry.h"

namespace forerun {

/// The registry's entries of what is no learner, or one by itself. Those that are made of several are in
/// corrector_registry.cc.
CorrectorEntry classic_entry();
CorrectorEntry kriging_entry();
CorrectorEntry krylov_entry();
CorrectorEntry randnet_entry();
CorrectorEntry randnet_local_entry();
CorrectorEntry secant_entry();
CorrectorEntry tangent_entry();

/// What the options of kriging's entry say.
KrigingOptions kriging_options(const Parameters& parameters, std::uint64_t seed);

}  // namespace forerun
