#include "apps/python/solve_arguments.h"

#include <pybind11/numpy.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "apps/python/arrays.h"
#include "apps/python/settings.h"
#include "core/base/number_text.h"
#include "core/base/parameters.h"
#include "core/parareal/parareal_options.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

const char* const kPlace = "solve()";
/// How much more than the one before a level is taken to cost where nobody says; as of programs and libraries.
constexpr double kUsualRatio = 4.0;

/// An option by keyword, and the section of a configuration that it belongs to.
struct Option {
  std::string name;
  const char* section;
};

std::vector<Option> options() {
  std::vector<Option> all;
  for (const ParameterSpec& spec : PararealOptions::parameter_specs()) all.push_back({spec.name, "parareal"});
  all.insert(all.end(), {{"windows", "time"}, {"slice_timeout", "fine"}, {"threads", "run"}, {"seed", "run"}});
  return all;
}

[[noreturn]] void refuse_unknown(const std::string& name) {
  std::vector<std::string> known = {"grid",       "u0",           "fine",  "coarse",     "problem",
                                    "bounds",     "corrector",    "model", "keep_model", "reference",
                                    "projection", "on_iteration", "output"};
  for (const Option& option : options()) known.push_back(option.name);
  throw py::type_error("solve() has no argument '" + name + "': " + suggestion(name, known));
}

void read_options(const py::dict& given, ConfigDocument& document) {
  const std::vector<Option> known = options();
  for (const auto& [key, value] : given) {
    const std::string name = py::str(key);
    const auto option = std::find_if(known.begin(), known.end(), [&](const Option& o) { return o.name == name; });
    if (option == known.end()) refuse_unknown(name);
    add_setting(document, option->section, name, value, kPlace);
  }
}

/// "[1.0, 0.0]": read back bit for bit.
std::string text_of(const State& state) {
  std::string text;
  for (const double number : state) text += (text.empty() ? "[" : ", ") + shortest_text(number);
  return text + "]";
}

void read_grid(py::handle grid, ConfigDocument& document) {
  if (!py::isinstance<py::tuple>(grid)) {
    return document.set({"time", "boundaries", text_of(state_from(grid, "grid")), kPlace});
  }
  const auto parts = py::reinterpret_borrow<py::tuple>(grid);
  if (parts.size() != 3 || PyIndex_Check(parts[2].ptr()) == 0) {
    throw std::invalid_argument("grid = " + std::string(py::repr(grid)) +
                                ": must be (begin, end, number of slices), or an array or list of boundaries");
  }
  add_setting(document, "time", "begin", parts[0], kPlace);
  add_setting(document, "time", "end", parts[1], kPlace);
  add_setting(document, "time", "slices", parts[2], kPlace);
}

/// (lower, upper), each a number or one a component, as the pairs of a configuration.
std::string bounds_text(py::handle bounds, Index dimension) {
  const auto refuse = [](const std::string& what) {
    throw std::invalid_argument("bounds: must be (lower, upper), each a number or one a component" + what);
  };
  if (!py::isinstance<py::sequence>(bounds) || py::len(bounds) != 2) refuse("");
  const auto side = [&](std::size_t index) {
    const py::array array = py::array::ensure(py::reinterpret_borrow<py::sequence>(bounds)[index]);
    if (!array) refuse("");
    if (array.ndim() == 0) return State(State::Constant(dimension, array.cast<double>()));
    State state = state_from(array, "bounds");
    if (state.size() != dimension) refuse(", of which there are " + std::to_string(dimension));
    return state;
  };
  const State lower = side(0), upper = side(1);
  std::string text;
  for (Index i = 0; i < dimension; ++i) {
    text += (i == 0 ? "[[" : ", [") + shortest_text(lower[i]) + ", " + shortest_text(upper[i]) + "]";
  }
  return text + "]";
}

void read_problem(const SolveArguments& arguments, ConfigDocument& document) {
  const auto set = [&](const char* key, ParameterValue value) {
    document.set({"problem", key, std::move(value), kPlace});
  };
  const bool has_problem = !arguments.problem.is_none();
  if (has_problem) {
    if (!py::isinstance<py::dict>(arguments.problem)) throw py::type_error("problem must be a dict");
    add_section(document, "problem", arguments.problem, kPlace);
    if (!arguments.bounds.is_none()) throw std::invalid_argument("bounds: must be left out, the problem has its own");
    if (arguments.u0.is_none()) return;
    if (document.find("problem", "initial_state") != nullptr) {
      throw std::invalid_argument("u0: must be left out, the problem has an initial_state");
    }
  }
  if (arguments.u0.is_none()) throw std::invalid_argument("u0: must be given where there is no problem");
  const State initial = state_from(arguments.u0, "u0");
  require_finite(initial, "u0");
  set("initial_state", text_of(initial));
  if (has_problem) return;
  set("name", std::string("external"));
  set("dimension", std::int64_t{initial.size()});
  if (!arguments.bounds.is_none()) set("bounds", bounds_text(arguments.bounds, initial.size()));
}

void read_corrector(py::handle corrector, ConfigDocument& document) {
  if (py::isinstance<py::str>(corrector)) {
    add_setting(document, "corrector", "name", corrector, kPlace);
  } else if (py::isinstance<py::dict>(corrector)) {
    add_section(document, "corrector", py::reinterpret_borrow<py::dict>(corrector), kPlace);
  } else {
    throw py::type_error("corrector must be a name, or a dict like {\"name\": \"randnet\", …}");
  }
}

void read_output(const py::object& output, ConfigDocument& document) {
  if (output.is_none()) return;
  if (py::isinstance<py::dict>(output)) return add_section(document, "output", output, kPlace);
  document.set({"output", "times", text_of(state_from(output, "output")), kPlace});
}

CallableSolver callable_from(py::handle value, const std::string& what) {
  if (py::isinstance<CallableSolver>(value)) return value.cast<CallableSolver>();
  if (PyCallable_Check(value.ptr()) != 0) return {py::reinterpret_borrow<py::object>(value)};
  throw py::type_error(what + " must be a callable f(t0, t1, u), forerun.block of one, or a dict");
}

/// A list of levels: callables, or pairs of a callable and its work.
std::vector<CallableSolver> levels_from(py::handle list) {
  std::vector<CallableSolver> levels;
  for (const py::handle element : list) {
    const std::string what = "fine[" + std::to_string(levels.size()) + "]";
    const double before = levels.empty() ? 0.0 : levels.back().work;
    const bool is_pair = py::isinstance<py::tuple>(element) && py::len(element) == 2;
    const auto pair = is_pair ? py::reinterpret_borrow<py::tuple>(element) : py::tuple();
    levels.push_back(callable_from(is_pair ? py::handle(pair[0]) : element, what));
    levels.back().work = is_pair ? pair[1].cast<double>() : levels.size() == 1 ? 1.0 : kUsualRatio * before;
    if (!(levels.back().work > before) || !std::isfinite(levels.back().work)) {
      throw std::invalid_argument(what + ": work = " + shortest_text(levels.back().work) +
                                  ": must be finite, > 0 and more than that of the level before");
    }
  }
  if (levels.empty()) throw std::invalid_argument("fine = []: must have a level");
  return levels;
}

/// What stands for a Python function in a document.
void hold_place(ConfigDocument& document, const char* section) {
  document.set({section, "library", std::string("python"), kPlace});
}

/// A method integrates an equation.
void require_problem(const SolveArguments& arguments, const ConfigDocument& document, const char* section) {
  if (!arguments.problem.is_none() || document.find(section, "method") == nullptr) return;
  throw std::invalid_argument(std::string(section) +
                              ": a method needs an equation, problem = {\"name\": …}; without one solvers are "
                              "callables, commands, workers or libraries");
}

void read_fine(const SolveArguments& arguments, RunRequest& request) {
  const py::object& fine = arguments.fine;
  if (fine.is_none()) throw py::type_error("solve() needs fine, the solver whose answer is wanted");
  if (py::isinstance<py::dict>(fine)) {
    add_section(request.document, "fine", fine, kPlace);
    return require_problem(arguments, request.document, "fine");
  }
  const bool is_list = py::isinstance<py::list>(fine) || py::isinstance<py::tuple>(fine);
  request.fine = is_list ? levels_from(fine) : std::vector{callable_from(fine, "fine")};
  hold_place(request.document, "fine");
}

void read_coarse(const SolveArguments& arguments, RunRequest& request) {
  const py::object& coarse = arguments.coarse;
  if (py::isinstance<py::dict>(coarse)) {
    add_section(request.document, "coarse", coarse, kPlace);
    return require_problem(arguments, request.document, "coarse");
  }
  if (!coarse.is_none()) {
    request.coarse = callable_from(coarse, "coarse");
  } else if (request.fine.empty()) {
    return;  // what the document says of levels
  } else if (request.fine.size() == 1) {
    throw py::type_error(
        "solve() needs coarse, the solver that runs ahead, or levels of fine, the cheapest of which it is");
  } else {
    request.coarse_is_cheapest_level = true;
  }
  hold_place(request.document, "coarse");
}

}  // namespace

RunRequest read_solve_arguments(const SolveArguments& arguments) {
  RunRequest request;
  request.document = empty_document(kPlace);
  read_options(arguments.options, request.document);
  read_grid(arguments.grid, request.document);
  read_problem(arguments, request.document);
  read_fine(arguments, request);
  read_coarse(arguments, request);
  read_corrector(arguments.corrector, request.document);
  read_output(arguments.output, request.document);
  return request;
}

}  // namespace forerun::python
