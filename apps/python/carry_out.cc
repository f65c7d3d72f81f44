#include "apps/python/carry_out.h"

#include <stdexcept>
#include <utility>

#include "apps/forerun/config/method.h"
#include "apps/forerun/run/coarse_stability.h"
#include "apps/forerun/run/comparison.h"
#include "apps/forerun/run/experiment.h"
#include "apps/forerun/run/learner.h"
#include "apps/forerun/run/make_solver.h"
#include "apps/forerun/run/output_pass.h"
#include "apps/python/arrays.h"
#include "apps/python/caller_thread.h"
#include "apps/python/exceptions.h"
#include "apps/python/kept_run.h"
#include "apps/python/run_under_way.h"
#include "core/base/plain_text.h"
#include "core/base/stop_scope.h"
#include "core/execution/stoppable_executor.h"
#include "core/parareal/windows.h"
#include "learning/files/model_file.h"
#include "learning/training/corrector_registry.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

/// Shows each iteration to `on_iteration`, on the caller's thread.
class CallbackObserver final : public IterationObserver {
 public:
  CallbackObserver(const py::object& callback, CallerThread& caller) : callback_(callback), caller_(caller) {}

  void on_iteration(const IterationRecord& iteration, const States& boundaries) override {
    if (callback_) caller_.call([&] { callback_(iteration_dict(iteration), copy_as_rows(boundaries)); });
  }

 private:
  const py::object& callback_;
  CallerThread& caller_;
};

/// A run on a thread of its own, without the GIL.
class Work {
 public:
  Work(const RunRequest& request, CallableErrors& errors, CallerThread& caller, std::stop_token stop)
      : request_(request), errors_(errors), caller_(caller), stop_(std::move(stop)) {}

  void run(Result& result) {
    const StopScope scope(stop_);
    Experiment experiment = make_experiment(request_.document);
    require_parareal(request_.document, experiment.config,
                     experiment.config.method.name + " runs from the command line");
    put_in_callables(experiment);
    open_external_solvers(request_.document, experiment);
    const std::optional<WarmStart> warm_start = make_warm_start(experiment);
    describe(experiment, warm_start, result);
    std::optional<KeptRun> kept;
    if (request_.out) kept.emplace(*request_.out, experiment, request_.document, warm_start);
    Comparison comparison = compute(experiment, warm_start, kept ? &kept->observer() : nullptr);
    comparison.interrupted = stop_.stop_requested();
    if (kept) kept->finish(comparison);
    give(std::move(comparison), result);
  }

  /// Why a solver that is a Python function could not cross the slice that ended the run. With the GIL.
  py::object cause(const SliceFailure& failure) const {
    const Propagator* solver = failure.solver == "fine" ? fine_ : nullptr;
    return solver != nullptr ? errors_.failure(*solver, failure.slice) : py::none();
  }

 private:
  std::unique_ptr<Propagator> callable(const CallableSolver& solver, const Experiment& experiment) {
    return std::make_unique<CallablePropagator>(solver, experiment.dimension(), errors_);
  }

  /// Python functions take the places that the document keeps for them.
  void put_in_callables(Experiment& experiment) {
    const std::vector<CallableSolver>& levels = request_.fine;
    if (!levels.empty()) {
      for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
        experiment.cheaper_levels.push_back(callable(levels[i], experiment));
      }
      experiment.fine = callable(levels.back(), experiment);
    }
    fine_ = experiment.fine.get();
    if (request_.coarse) experiment.coarse = callable(*request_.coarse, experiment);
    if (request_.coarse_is_cheapest_level) experiment.coarse = callable(levels.front(), experiment);
    const py::gil_scoped_acquire gil;
    if (!levels.empty()) experiment.signature.fine = levels.back().name();
    if (request_.coarse) experiment.signature.coarse = request_.coarse->name();
    if (request_.coarse_is_cheapest_level) experiment.signature.coarse = levels.front().name();
  }

  FidelityLadder ladder(const Experiment& experiment) const {
    if (request_.fine.empty()) return experiment.ladder();
    std::vector<const Propagator*> levels;
    for (const auto& level : experiment.cheaper_levels) levels.push_back(level.get());
    levels.push_back(experiment.fine.get());
    return FidelityLadder(std::move(levels));
  }

  std::optional<WarmStart> make_warm_start(const Experiment& experiment) const {
    if (!request_.model) return std::nullopt;
    WarmStart start = forerun::make_warm_start(request_.model_name, request_.model, experiment);
    const NamedChoice& corrector = experiment.config.corrector;
    if (serves(start, corrector)) return start;
    throw std::invalid_argument(request_.model_name + ": was learned by '" + start.model->corrector +
                                "', which serves neither '" + corrector.name + "' nor a part of it");
  }

  void describe(const Experiment& experiment, const std::optional<WarmStart>& warm_start, Result& result) const {
    const TimeGrid& grid = experiment.grid;
    result.times.resize(grid.num_slices() + 1);
    for (Index n = 0; n <= grid.num_slices(); ++n) result.times[n] = grid.boundary(n);
    result.corrector = experiment.config.corrector.name;
    result.fine = experiment.signature.fine;
    result.coarse = experiment.signature.coarse;
    result.num_threads = experiment.executor->num_threads();
    if (experiment.output) {
      const std::vector<double>& times = experiment.output->times;
      result.output_times = Eigen::Map<const State>(times.data(), static_cast<Index>(times.size()));
      result.output_components = experiment.output->components;
    }
    if (warm_start) result.transfer = warm_start->transfer;
    if (experiment.planned) {
      result.planning_seconds = experiment.planned->seconds;
      result.planning_work = experiment.planned->plan.work;
    }
    for (const SolverSpec& level : experiment.config.fine_levels.solvers) result.levels.push_back(to_text(level));
    if (request_.fine.empty()) return;
    result.levels.clear();
    const py::gil_scoped_acquire gil;
    for (const CallableSolver& level : request_.fine) result.levels.push_back(level.name());
  }

  /// What it throws, or gives that is no state, ends the run.
  StateProjection projection() const {
    if (!request_.projection) return {};
    return [this](StateOut state) {
      const py::gil_scoped_acquire gil;
      try {
        return assign_state(request_.projection(copy_of(StateView(state))), state);
      } catch (const py::error_already_set& error) {
        errors_.end_run(error);
      } catch (const std::invalid_argument& error) {
        PyErr_SetString(PyExc_ValueError, (std::string("projection: ") + error.what()).c_str());
        errors_.end_run(py::error_already_set());
      }
      throw StopRequested{};
    };
  }

  /// Serial solution, run, and what it has learned; `observer`, where there is one, keeps them.
  Comparison compute(const Experiment& experiment, const std::optional<WarmStart>& warm_start,
                     ComparisonObserver* observer) {
    Comparison comparison;
    if (request_.reference) {
      comparison.serial_fine =
          solve_serial(experiment.grid, experiment.initial, *experiment.fine, stop_, experiment.options.slice_limit);
      if (observer != nullptr) observer->on_reference(*comparison.serial_fine);
    }
    CorrectorRun run;
    run.corrector = experiment.config.corrector;
    run.warm = warm_start.has_value();
    const auto trainer = make_learner(run.corrector, experiment, warm_start ? warm_start->model : nullptr);
    IterationObserver* const inside = observer != nullptr ? observer->on_begin(run) : nullptr;
    run.record = solve(experiment, trainer.get(), reference(experiment, comparison).get(), inside);
    if (auto unstable = coarse_stability_warning(experiment, run.record, nullptr))
      run.record.warnings.push_back(*unstable);
    if (observer != nullptr) observer->on_solved(run);
    keep_model(experiment, trainer.get(), run);
    measure_speedups(experiment, comparison, run);
    if (run.record.converged() && experiment.output) {
      run.output = output_pass(experiment, run.record.boundaries, nullptr, stop_, experiment.options.slice_limit);
    }
    if (observer != nullptr) observer->on_end(run);
    comparison.runs.push_back(std::move(run));
    return comparison;
  }

  /// What errors are measured against; nullptr: nothing.
  std::shared_ptr<const States> reference(const Experiment& experiment, const Comparison& comparison) const {
    if (request_.reference_states) {
      const py::gil_scoped_acquire gil;
      return std::make_shared<const States>(states_from_rows(request_.reference_states, experiment.dimension(),
                                                             experiment.num_slices() + 1, "reference"));
    }
    if (!comparison.has_reference()) return nullptr;
    return {std::shared_ptr<void>(), &comparison.serial_fine->boundaries};
  }

  RunRecord solve(const Experiment& experiment, CoarseTrainer* trainer, const States* reference,
                  IterationObserver* inside) {
    PararealOptions options = experiment.options;
    options.stop = stop_;
    const PararealProblem problem{.grid = experiment.grid,
                                  .initial = experiment.initial,
                                  .coarse = *experiment.coarse,
                                  .fine = ladder(experiment),
                                  .trainer = trainer,
                                  .reference = reference,
                                  .projection = projection()};
    CallbackObserver callback(request_.on_iteration, caller_);
    IterationObservers observers{inside, &callback};
    return solve_in_windows(problem, experiment.config.windows, options, *experiment.executor, &observers);
  }

  void keep_model(const Experiment& experiment, const HarvestingTrainer* trainer, CorrectorRun& run) const {
    const bool is_wanted = request_.keep_model || request_.out;
    if (!is_wanted || trainer == nullptr || run.record.iterations.empty()) return;
    try {
      StoppableExecutor executor(*experiment.executor, stop_);
      run.model = trainer->learned_model(executor);
    } catch (const std::runtime_error& error) {
      run.record.warnings.push_back(std::string("nothing learned: ") + error.what());
    } catch (const StopRequested&) {
      // As little is learned as if it had come a moment sooner.
    }
  }

  static void give(Comparison comparison, Result& result) {
    CorrectorRun& run = comparison.runs.front();
    result.record = std::move(run.record);
    result.serial_fine = std::move(comparison.serial_fine);
    result.measured_speedup = run.measured_speedup;
    result.modelled_speedup = run.modelled;
    if (run.output) {
      result.output = std::move(run.output->found);
      result.output_failure = std::move(run.output->failure);
    }
    if (run.model) result.model = std::make_shared<const LearnedModel>(*std::move(run.model));
  }

  const RunRequest& request_;
  CallableErrors& errors_;
  CallerThread& caller_;
  const std::stop_token stop_;
  const Propagator* fine_ = nullptr;  ///< gone when the run has ended
};

void say_warnings(const Result& result) {
  const RunRecord& record = result.record;
  if (!record.converged()) {
    std::string sentence = "the run did not converge: " + outcome(result);
    if (!record.iterations.empty()) {
      PlainText numbers;
      numbers << "; largest increment " << record.iterations.back().increment << ", estimated error "
              << record.iterations.back().estimated_error;
      sentence += numbers.str();
    }
    warn("ConvergenceWarning", sentence);
  }
  for (const std::string& sentence : record.warnings) warn("RunWarning", sentence);
}

}  // namespace

std::shared_ptr<Result> carry_out(const RunRequest& request) {
  std::stop_source stop;
  CallableErrors errors(stop);
  CallerThread caller(errors);
  Work work(request, errors, caller, stop.get_token());
  auto result = std::make_shared<Result>();
  {
    const RunUnderWay under_way(stop);
    try {
      caller.run_beside([&] { work.run(*result); });
    } catch (const StopRequested&) {
      result->record.termination = Termination::interrupted;
    }
  }
  errors.rethrow();
  if (result->record.termination == Termination::interrupted) {  // Python is ending, and so is this thread, silently
    PyErr_SetNone(PyExc_SystemExit);
    throw py::error_already_set();
  }
  for (const std::optional<SliceFailure>& failure : {result->record.failure, result->output_failure}) {
    if (failure) throw_solver_error(result, *failure, work.cause(*failure));
  }
  say_warnings(*result);
  return result;
}

}  // namespace forerun::python
