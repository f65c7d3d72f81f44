#include "apps/python/run_directories.h"

#include <pybind11/numpy.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/forerun/record/record_file.h"
#include "apps/forerun/run/experiment.h"
#include "apps/python/arrays.h"
#include "core/files/npy_file.h"

namespace forerun::python {
namespace {

namespace py = pybind11;
namespace fs = std::filesystem;

using Json = nlohmann::ordered_json;

/// Of numbers; null is what was not measured or not finite.
bool is_series(const Json& json) {
  const auto is_number_or_null = [](const Json& element) { return element.is_number() || element.is_null(); };
  return json.is_array() && !json.empty() && std::all_of(json.begin(), json.end(), is_number_or_null);
}

template <typename Number, typename Get>
py::object array_from(const Json& json, const Get& get) {
  py::array_t<Number> array(static_cast<py::ssize_t>(json.size()));
  std::transform(json.begin(), json.end(), array.mutable_data(), get);
  return array;
}

py::object series_from(const Json& json) {
  const auto is_integer = [](const Json& element) { return element.is_number_integer(); };
  if (std::all_of(json.begin(), json.end(), is_integer)) {
    return array_from<std::int64_t>(json, [](const Json& element) { return element.get<std::int64_t>(); });
  }
  return array_from<double>(json, [](const Json& element) {
    return element.is_null() ? std::numeric_limits<double>::quiet_NaN() : element.get<double>();
  });
}

py::object object_from(const Json& json) {
  if (is_series(json)) return series_from(json);
  if (json.is_object()) {
    py::dict dict;
    for (const auto& [key, value] : json.items()) dict[py::str(key)] = object_from(value);
    return dict;
  }
  if (json.is_array()) {
    py::list list;
    for (const Json& element : json) list.append(object_from(element));
    return list;
  }
  if (json.is_string()) return py::str(json.get<std::string>());
  if (json.is_boolean()) return py::bool_(json.get<bool>());
  if (json.is_number_integer()) return py::int_(json.get<std::int64_t>());
  if (json.is_number()) return py::float_(json.get<double>());
  return py::none();
}

/// A state a row; None where the run did not come so far.
py::object states_of(const fs::path& file) {
  if (!fs::exists(file)) return py::none();
  return copy_as_rows(read_npy_matrix(file));
}

py::array times_of(const TimeGrid& grid) {
  State times(grid.num_slices() + 1);
  for (Index n = 0; n <= grid.num_slices(); ++n) times[n] = grid.boundary(n);
  return copy_of(StateView(times));
}

py::dict read_run(const fs::path& directory) {
  const Experiment experiment = read_recorded_experiment(directory);
  py::dict dict;
  read_record(directory, experiment, [&](const Json& record) { dict = object_from(record); });
  dict["times"] = times_of(experiment.grid);
  dict["serial_states"] = states_of(directory / "boundaries-serial-fine.npy");
  const fs::path output_times = directory / "output-times.npy";
  dict["output_times"] = fs::exists(output_times) ? py::object(copy_of(StateView(read_npy(output_times)))) : py::none();
  for (const py::handle run : dict["runs"]) {
    const auto corrector = run["corrector"].cast<std::string>();
    run["states"] = states_of(directory / ("boundaries-" + corrector + ".npy"));
    run["output_states"] = states_of(directory / ("output-" + corrector + ".npy"));
  }
  return dict;
}

}  // namespace

void define_run_directories(py::module_& module) {
  module.def("read_run", read_run, py::arg("directory"),
             "What `forerun run --out DIR` or `forerun compare --out DIR` has kept: the record as dicts, series of "
             "numbers as arrays (NaN: not measured), 'times', 'serial_states', 'output_times', and 'states' and "
             "'output_states' of each of 'runs', a state a row (None: not written).");
}

}  // namespace forerun::python
