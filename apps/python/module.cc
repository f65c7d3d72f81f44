// The Python module `forerun`; docs/python.md says how it is used.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>
#include <optional>
#include <stdexcept>

#include "apps/forerun/cli/build.h"
#include "apps/python/carry_out.h"
#include "apps/python/exceptions.h"
#include "apps/python/models.h"
#include "apps/python/result.h"
#include "apps/python/run_directories.h"
#include "apps/python/run_under_way.h"
#include "apps/python/settings.h"
#include "apps/python/solve_arguments.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

constexpr const char* kModuleText =
    R"(Solves ODEs and PDEs in parallel in time, and learns while it does so.

    solve(grid, u0, fine=f, coarse=g)   with solvers of your own, f(t0, t1, u) -> u1
    run(config)                         what `forerun run` does, from a dict or a TOML file

States are rows: result.states[n] is the state at result.times[n].)";

constexpr const char* kSolveText =
    R"(Solves an initial-value problem by Parareal: fine solves of all time slices in parallel.

grid          (begin, end, slices), or an array or list of boundaries
u0            the initial state, (d,); None: the problem's own
fine          the solver whose answer is wanted: f(t0, t1, u) -> u1; forerun.block(f) crosses many slices at once;
              [f1, f2, f3] or [(f1, work), …]: cheaper versions to climb, the last the fine one; or a dict as [fine] of
              a configuration, {"method": "rk4", "steps": 10}, with problem = {"name": …}
coarse        the solver that runs ahead, likewise; None: the cheapest level
problem       a dict as [problem] of a configuration
bounds        (lower, upper) of states, numbers or one a component: what the tolerance is relative to; None: the run's own
corrector     what learns: a name, or {"name": "randnet", …options}
model         a file or Model to start from; keep_model: put together what was learned
reference     True: also solve serially, for error and speed-up; or states (N + 1, d) to measure errors against
projection    projection(u) -> u puts predicted states back where the fine solver accepts them
on_iteration  on_iteration(iteration, states) after each iteration, on the caller's thread
output        times between boundaries where states are wanted too, or a dict as [output] of a configuration
options       tolerance, absolute_tolerance, norm, stopping, error_safety, level_factor, jump_tolerance,
              max_iterations, max_seconds, state_margin; windows, slice_timeout, threads (0: all cores), seed

Returns a Result; one that has not converged says so by `converged` and a ConvergenceWarning. Solvers are functions: the
result of a call depends on its arguments alone. An exception costs iterations where a slice starts from a prediction;
from an exact start SolverError is raised, with the exception as its cause. Ctrl-C ends it within one slice.)";

constexpr const char* kRunText =
    R"(What `forerun run` does: config is a TOML file, or a dict of its sections {"problem": {…}, "time": {…}, …}.

out names a directory that keeps the run, as `forerun run --out` does (but for checkpoints); without, nothing is written.
The other arguments are those of solve.)";

std::shared_ptr<Result> solve(py::object grid, py::object u0, py::object fine, py::object coarse, py::object problem,
                              py::object bounds, py::object corrector, py::object model, bool keep_model,
                              py::object reference, py::object projection, py::object on_iteration, py::object output,
                              py::kwargs options) {
  RunRequest request =
      read_solve_arguments({std::move(grid), std::move(u0), std::move(fine), std::move(coarse), std::move(problem),
                            std::move(bounds), std::move(corrector), std::move(output), std::move(options)});
  read_common_arguments(request, model, keep_model, reference, projection, on_iteration);
  return carry_out(request);
}

ConfigDocument configuration(const py::object& config) {
  if (py::isinstance<py::dict>(config)) return document_from(config, "config");
  try {
    return ConfigDocument::read(config.cast<std::filesystem::path>());
  } catch (const py::cast_error&) {
    throw py::type_error("config must be a dict of sections, or the name of a TOML file");
  }
}

std::shared_ptr<Result> run(py::object config, py::object model, bool keep_model, py::object reference,
                            py::object projection, py::object on_iteration, std::optional<std::filesystem::path> out) {
  RunRequest request;
  request.document = configuration(config);
  read_common_arguments(request, model, keep_model, reference, projection, on_iteration);
  if (out && py::isinstance<LearnedModel>(model)) {
    throw std::invalid_argument("model: must be a file where the run is kept, which says what it was");
  }
  request.out = std::move(out);
  return carry_out(request);
}

CallableSolver block(py::object function) {
  if (PyCallable_Check(function.ptr()) == 0) throw py::type_error("block() needs a callable f(t0[n], t1[n], U[d, n])");
  return {std::move(function), true};
}

void define_functions(py::module_& module) {
  py::class_<CallableSolver>(module, "Block", "A function that crosses many slices in one call; made by block().")
      .def("__call__", [](const CallableSolver& self, const py::args& arguments) { return self.function(*arguments); });
  module.def("block", block, py::arg("function"),
             "Marks f(t0[n], t1[n], U[d, n]) -> V[d, n] as one that crosses n slices, a slice a column. Column j must "
             "depend on column j alone, to the last bit. May be used as a decorator.");
  module.def("solve", solve, kSolveText, py::arg("grid"), py::arg("u0") = py::none(), py::kw_only(),
             py::arg("fine") = py::none(), py::arg("coarse") = py::none(), py::arg("problem") = py::none(),
             py::arg("bounds") = py::none(), py::arg("corrector") = "auto", py::arg("model") = py::none(),
             py::arg("keep_model") = false, py::arg("reference") = false, py::arg("projection") = py::none(),
             py::arg("on_iteration") = py::none(), py::arg("output") = py::none());
  module.def("run", run, kRunText, py::arg("config"), py::kw_only(), py::arg("model") = py::none(),
             py::arg("keep_model") = false, py::arg("reference") = false, py::arg("projection") = py::none(),
             py::arg("on_iteration") = py::none(), py::arg("out") = py::none());
}

}  // namespace
}  // namespace forerun::python

PYBIND11_MODULE(forerun, module) {
  module.doc() = forerun::python::kModuleText;
  module.attr("__version__") = forerun::build::version;
  forerun::python::define_exceptions(module);
  forerun::python::define_models(module);
  forerun::python::define_result(module);
  forerun::python::define_functions(module);
  forerun::python::define_run_directories(module);
  pybind11::module_::import("atexit").attr("register")(pybind11::cpp_function(&forerun::python::RunUnderWay::end_all));
}
