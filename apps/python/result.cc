#include "apps/python/result.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "apps/python/arrays.h"
#include "core/base/plain_text.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

double or_nan(const std::optional<double>& value) { return value.value_or(std::numeric_limits<double>::quiet_NaN()); }

/// visit(name, member) for all that an iteration has to say; member(iteration) is a number or a text.
template <typename Visit>
void for_each_member(const Visit& visit) {
  using Record = IterationRecord;
  visit("iteration", [](const Record& k) { return k.iteration; });
  visit("window", [](const Record& k) { return k.window; });
  visit("increment", [](const Record& k) { return k.increment; });
  visit("jump", [](const Record& k) { return k.jump; });
  visit("estimated_error", [](const Record& k) { return k.estimated_error; });
  visit("error", [](const Record& k) { return or_nan(k.error); });
  visit("first_slice", [](const Record& k) { return k.first_slice; });
  visit("exact_front", [](const Record& k) { return k.exact_front; });
  visit("converged_front", [](const Record& k) { return k.converged_front; });
  visit("level", [](const Record& k) { return k.level(); });
  visit("at_top_level", [](const Record& k) { return k.at_top_level; });
  visit("fine_work", [](const Record& k) { return k.fine_work; });
  visit("uncrossed", [](const Record& k) { return k.num_uncrossed; });
  visit("fallbacks", [](const Record& k) { return k.num_fallbacks; });
  visit("served_by", [](const Record& k) { return k.corrector; });
  visit("predicted_correction_error", [](const Record& k) { return or_nan(k.predicted_correction_error); });
  visit("found_correction_error", [](const Record& k) { return or_nan(k.found_correction_error); });
  visit("seconds", [](const Record& k) { return k.seconds.total; });
  visit("fine_seconds", [](const Record& k) { return k.seconds.fine; });
  visit("coarse_seconds", [](const Record& k) { return k.seconds.coarse; });
  visit("fit_seconds", [](const Record& k) { return k.seconds.fit; });
  visit("predict_seconds", [](const Record& k) { return k.seconds.predict; });
}

template <typename Member>
py::object series(const std::vector<IterationRecord>& iterations, const Member& member) {
  using Value = std::invoke_result_t<Member, const IterationRecord&>;
  if constexpr (std::is_same_v<Value, std::string>) {
    py::list texts;
    for (const IterationRecord& iteration : iterations) texts.append(member(iteration));
    return texts;
  } else {
    py::array_t<Value> values(static_cast<py::ssize_t>(iterations.size()));
    Value* value = values.mutable_data();
    for (const IterationRecord& iteration : iterations) *value++ = member(iteration);
    return values;
  }
}

py::dict seconds_dict(const PhaseSeconds& seconds) {
  py::dict dict;
  dict["total"] = seconds.total;
  dict["fine"] = seconds.fine;
  dict["coarse"] = seconds.coarse;
  dict["fit"] = seconds.fit;
  dict["predict"] = seconds.predict;
  dict["other"] = seconds.other();
  return dict;
}

py::dict initial_dict(const RunRecord& record) {
  py::dict dict;
  dict["served_by"] = record.initial_corrector;
  dict["error"] = record.initial_error;
  dict["fallbacks"] = record.initial_fallbacks;
  dict["seconds"] = seconds_dict(record.initial_seconds);
  return dict;
}

py::object planning_dict(const Result& result) {
  if (!result.planning_seconds) return py::none();
  py::dict dict;
  dict["seconds"] = *result.planning_seconds;
  dict["effective_sweeps"] = result.planning_work;
  return dict;
}

/// The states are rows without a copy, as those of the boundaries.
py::object output_dict(const py::object& self) {
  const auto& result = self.cast<const Result&>();
  if (!result.output) return py::none();
  py::dict dict;
  dict["times"] = copy_of(StateView(result.output_times));
  dict["states"] = rows_of(result.output->states, self);
  dict["components"] = result.output_components;
  dict["seconds"] = result.output->seconds;
  dict["effective_sweeps"] = result.output->fine_passes;
  return dict;
}

py::object modelled_dict(const Result& result) {
  if (!result.modelled_speedup) return py::none();
  py::dict dict;
  dict["processors"] = result.modelled_speedup->processors;
  dict["speedup"] = result.modelled_speedup->speedup;
  return dict;
}

std::string representation(const Result& result) {
  PlainText text;
  text << "<forerun.Result: " << outcome(result) << "; " << result.times.size() - 1
       << " slices, d = " << result.record.boundaries.rows() << ", " << result.record.effective_sweeps()
       << " effective sweeps, " << result.record.seconds.total << " s>";
  return text.str();
}

}  // namespace

py::dict iteration_dict(const IterationRecord& iteration) {
  py::dict dict;
  for_each_member([&](const char* name, const auto& member) { dict[name] = member(iteration); });
  return dict;
}

py::dict iterations_dict(const std::vector<IterationRecord>& iterations) {
  py::dict dict;
  for_each_member([&](const char* name, const auto& member) { dict[name] = series(iterations, member); });
  return dict;
}

py::object failure_dict(const std::optional<SliceFailure>& failure) {
  if (!failure) return py::none();
  py::dict dict;
  dict["sentence"] = failure->sentence();
  dict["solver"] = failure->solver;
  dict["slice"] = failure->slice;
  dict["iteration"] = failure->iteration;
  dict["time"] = failure->time;
  dict["reason"] = failure->reason;
  return dict;
}

std::string outcome(const Result& result) {
  const Index count = result.record.num_iterations();
  return std::string(to_string(result.record.termination)) + " after " + std::to_string(count) +
         (count == 1 ? " iteration" : " iterations");
}

void define_result(py::module_& module) {
  const auto rows = [](const py::object& self) { return rows_of(self.cast<const Result&>().record.boundaries, self); };
  const auto serial_rows = [](const py::object& self) -> py::object {
    const auto& serial = self.cast<const Result&>().serial_fine;
    return serial ? py::object(rows_of(serial->boundaries, self)) : py::none();
  };
  const auto serial_seconds = [](const Result& r) {
    return r.serial_fine ? std::optional(r.serial_fine->seconds) : std::nullopt;
  };
  py::class_<Result, std::shared_ptr<Result>>(module, "Result", "What a run gives back.")
      .def_property_readonly("states", rows, "(N + 1, d): states[n] is the state at times[n].")
      .def_property_readonly(
          "times", [](const Result& r) { return copy_of(StateView(r.times)); }, "(N + 1,): the slice boundaries.")
      .def_property_readonly(
          "converged", [](const Result& r) { return r.record.converged(); }, "Whether the tolerance was met.")
      .def_property_readonly(
          "termination", [](const Result& r) { return std::string(to_string(r.record.termination)); },
          "Why the run ended: 'converged', or 'unconfirmed', 'iteration limit', 'time limit', 'propagator failed'.")
      .def_property_readonly(
          "num_iterations", [](const Result& r) { return r.record.num_iterations(); }, "K.")
      .def_property_readonly(
          "iterations", [](const Result& r) { return iterations_dict(r.record.iterations); },
          "A dict of arrays with an entry an iteration.")
      .def_property_readonly(
          "effective_sweeps", [](const Result& r) { return r.record.effective_sweeps(); },
          "All fine work divided by that of one full fine pass.")
      .def_property_readonly(
          "warnings", [](const Result& r) { return r.record.warnings; }, "What a reader should know, sentences.")
      .def_property_readonly(
          "seconds", [](const Result& r) { return seconds_dict(r.record.seconds); }, "Wall clock, by phase.")
      .def_property_readonly(
          "initial", [](const Result& r) { return initial_dict(r.record); }, "The initial coarse sweep.")
      .def_property_readonly(
          "error", [](const Result& r) { return r.record.error(); },
          "Largest distance to the reference, in the scaled state; None without one.")
      .def_property_readonly("serial_states", serial_rows, "(N + 1, d), with reference=True: the serial fine solution.")
      .def_property_readonly("serial_seconds", serial_seconds, "What the serial fine solution took; None without it.")
      .def_property_readonly(
          "measured_speedup", [](const Result& r) { return r.measured_speedup; },
          "Serial fine seconds divided by those of the run and of choosing its levels; None unless reference=True and "
          "converged.")
      .def_property_readonly("modelled_speedup", modelled_dict,
                             "With a processor a slice, from the run's own times: {'processors', 'speedup'}; None "
                             "where it did not converge.")
      .def_property_readonly("output", output_dict,
                             "With output=…: {'times', 'states', 'components' (empty: all), 'seconds', "
                             "'effective_sweeps'}, a state a row; None without, or where the run did not converge.")
      .def_property_readonly("planning", planning_dict, "What choosing the levels took; None where they were given.")
      .def_property_readonly(
          "failure", [](const Result& r) { return failure_dict(r.record.failure); },
          "The slice that ended the run; None: none did.")
      .def_property_readonly(
          "first_uncrossed", [](const Result& r) { return failure_dict(r.record.first_uncrossed); },
          "The first fine solve that failed from a predicted start; None: none did.")
      .def_readonly("model", &Result::model, "What was learned, with keep_model=True; None where nothing was.")
      .def_readonly("transfer", &Result::transfer, "What differs from what the model was learned on, sentences.")
      .def_readonly("corrector", &Result::corrector)
      .def_readonly("fine", &Result::fine)
      .def_readonly("coarse", &Result::coarse)
      .def_readonly("levels", &Result::levels, "Of the fine solver, cheapest first; one where there is no ladder.")
      .def_readonly("num_threads", &Result::num_threads)
      .def("__repr__", representation);
}

}  // namespace forerun::python
