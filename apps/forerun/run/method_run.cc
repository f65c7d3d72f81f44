#include "apps/forerun/run/method_run.h"

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/mgrit_run.h"
#include "apps/forerun/run/pfasst_run.h"
#include "core/mgrit/mgrit_speedup.h"
#include "learning/training/corrector_registry.h"

namespace forerun {
namespace {

bool is_mgrit(const std::string& method) { return method == kMgrit; }

}  // namespace

bool is_by_method(const std::string& run) { return run == kMgrit || run == kPfasst; }

bool can_learn(const NamedChoice& run) {
  return !is_by_method(run.name) && static_cast<bool>(find_corrector(run.name).make);
}

void require_suitable(const ConfigDocument& document, const Experiment& experiment, const std::string& method) {
  require_no_windows_or_levels(document, experiment.config, method);
  if (!is_mgrit(method)) return require_pfasst_levels(document, experiment);
  try {
    experiment.mgrit.validate(experiment.num_slices());
  } catch (const ParameterError& error) {
    const bool is_configured = experiment.config.method.name == kMgrit;
    const std::string place = is_configured
                                  ? place_of(document, "method", error.name()) + ": [method] "
                                  : place_of(document, "time", "slices") +
                                        ": [time] slices = " + std::to_string(experiment.num_slices()) + ": mgrit: ";
    throw UsageError(place + error.what());
  }
}

RunRecord run_by_method(const std::string& method, const Experiment& experiment, const States* reference, SolveLog* log,
                        const std::stop_token& stop, const SliceLimit& limit, IterationObserver* observer) {
  if (is_mgrit(method)) {
    MgritOptions options = experiment.mgrit;
    options.stop = stop;
    options.slice_limit = limit;
    return run_mgrit(experiment, options, reference, log, observer);
  }
  PfasstOptions options = experiment.pfasst.options;
  options.stop = stop;
  return run_pfasst(experiment, options, reference, observer);
}

std::string method_text(const std::string& method, const Experiment& experiment) {
  return is_mgrit(method) ? mgrit_text(experiment) : pfasst_text(experiment);
}

Index most_iterations(const std::string& method, const Experiment& experiment) {
  return is_mgrit(method) ? most_iterations(experiment.mgrit, experiment.num_slices())
                          : experiment.pfasst.options.max_iterations;
}

double tolerance_of(const std::string& method, const Experiment& experiment) {
  return is_mgrit(method) ? experiment.mgrit.tolerance : experiment.pfasst.options.tolerance;
}

double method_bytes(const std::string& method, const Experiment& experiment) {
  return is_mgrit(method) ? mgrit_bytes(experiment.mgrit, experiment.dimension(), experiment.num_slices())
                          : pfasst_bytes(experiment);
}

std::optional<ModelledSpeedup> modelled_method_speedup(const std::string& method, const Experiment& experiment,
                                                       const RunRecord& record) {
  if (!is_mgrit(method)) return std::nullopt;
  return modelled_mgrit_speedup(record, experiment.mgrit, experiment.num_slices());
}

}  // namespace forerun
