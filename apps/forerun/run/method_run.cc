#include "apps/forerun/run/method_run.h"

#include <cassert>

#include "apps/forerun/cli/usage_error.h"
#include "apps/forerun/config/method.h"
#include "apps/forerun/run/mgrit_run.h"
#include "apps/forerun/run/paraexp_run.h"
#include "apps/forerun/run/pfasst_run.h"
#include "core/mgrit/mgrit_speedup.h"
#include "core/pfasst/pfasst.h"
#include "learning/training/corrector_registry.h"

namespace forerun {
namespace {

/// What a run is given besides its experiment.
struct RunSurroundings {
  const States* reference;
  SolveLog* log;
  const std::stop_token& stop;
  const SliceLimit& limit;
  IterationObserver* observer;
};

/// What all these functions ask of a method.
struct Method {
  const char* name;
  bool iterates;
  void (*require_suitable)(const ConfigDocument&, const Experiment&);
  RunRecord (*run)(const Experiment&, const RunSurroundings&);
  std::string (*text)(const Experiment&);
  Index (*most_iterations)(const Experiment&);
  double (*tolerance)(const Experiment&);
  double (*bytes)(const Experiment&);
  ModelledSpeedup (*modelled)(const Experiment&, const RunRecord&);
};

void require_grids(const ConfigDocument& document, const Experiment& experiment) {
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

const Method kMgritMethod{
    .name = kMgrit,
    .iterates = true,
    .require_suitable = require_grids,
    .run =
        [](const Experiment& experiment, const RunSurroundings& around) {
          MgritOptions options = experiment.mgrit;
          options.stop = around.stop;
          options.slice_limit = around.limit;
          return run_mgrit(experiment, options, around.reference, around.log, around.observer);
        },
    .text = mgrit_text,
    .most_iterations =
        [](const Experiment& experiment) { return most_iterations(experiment.mgrit, experiment.num_slices()); },
    .tolerance = [](const Experiment& experiment) { return experiment.mgrit.tolerance; },
    .bytes =
        [](const Experiment& experiment) {
          return mgrit_bytes(experiment.mgrit, experiment.dimension(), experiment.num_slices());
        },
    .modelled = [](const Experiment& experiment, const RunRecord& record) -> ModelledSpeedup {
      return modelled_mgrit_speedup(record, experiment.mgrit, experiment.num_slices());
    }};

const Method kPfasstMethod{
    .name = kPfasst,
    .iterates = true,
    .require_suitable = require_pfasst_levels,
    .run =
        [](const Experiment& experiment, const RunSurroundings& around) {
          PfasstOptions options = experiment.pfasst.options;
          options.stop = around.stop;
          return run_pfasst(experiment, options, around.reference, around.log, around.observer);
        },
    .text = pfasst_text,
    .most_iterations = [](const Experiment& experiment) { return experiment.pfasst.options.max_iterations; },
    .tolerance = [](const Experiment& experiment) { return experiment.pfasst.options.tolerance; },
    .bytes = pfasst_bytes,
    .modelled = [](const Experiment& experiment, const RunRecord& record) -> ModelledSpeedup {
      return modelled_pfasst_speedup(record, experiment.pfasst.options, experiment.num_slices());
    }};

const Method kParaexpMethod{
    .name = kParaexp,
    .iterates = false,
    .require_suitable = require_linear_problem,
    .run =
        [](const Experiment& experiment, const RunSurroundings& around) {
          return run_paraexp(experiment, around.reference, around.log, around.stop, around.limit, around.observer);
        },
    .text = paraexp_text,
    .most_iterations = [](const Experiment&) { return Index{1}; },
    .tolerance = [](const Experiment& experiment) { return paraexp_settings(experiment).tolerance; },
    .bytes = paraexp_bytes,
    .modelled = [](const Experiment& experiment, const RunRecord& record) -> ModelledSpeedup {
      const Index parts = paraexp_settings(experiment).options.num_parts(experiment.num_slices());
      return modelled_paraexp_speedup(record, parts);
    }};

/// nullptr: there is none of this name.
const Method* find(const std::string& name) {
  for (const Method* method : {&kMgritMethod, &kPfasstMethod, &kParaexpMethod}) {
    if (name == method->name) return method;
  }
  return nullptr;
}

const Method& named(const std::string& name) {
  const Method* const method = find(name);
  assert(method != nullptr);
  return *method;
}

}  // namespace

bool is_by_method(const std::string& run) { return find(run) != nullptr; }

bool iterates(const std::string& method) { return named(method).iterates; }

bool can_learn(const NamedChoice& run) {
  return !is_by_method(run.name) && static_cast<bool>(find_corrector(run.name).make);
}

void require_suitable(const ConfigDocument& document, const Experiment& experiment, const std::string& method) {
  require_no_windows_or_levels(document, experiment.config, method);
  named(method).require_suitable(document, experiment);
}

RunRecord run_by_method(const std::string& method, const Experiment& experiment, const States* reference, SolveLog* log,
                        const std::stop_token& stop, const SliceLimit& limit, IterationObserver* observer) {
  return named(method).run(experiment, {reference, log, stop, limit, observer});
}

std::string method_text(const std::string& method, const Experiment& experiment) {
  return named(method).text(experiment);
}

Index most_iterations(const std::string& method, const Experiment& experiment) {
  return named(method).most_iterations(experiment);
}

double tolerance_of(const std::string& method, const Experiment& experiment) {
  return named(method).tolerance(experiment);
}

double method_bytes(const std::string& method, const Experiment& experiment) { return named(method).bytes(experiment); }

ModelledSpeedup modelled_method_speedup(const std::string& method, const Experiment& experiment,
                                        const RunRecord& record) {
  return named(method).modelled(experiment, record);
}

}  // namespace forerun
