#include "apps/python/models.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <memory>

#include "apps/python/arrays.h"
#include "learning/family/store.h"
#include "learning/files/model_file.h"

namespace forerun::python {
namespace {

namespace py = pybind11;

/// member(model) as rows that the model keeps alive.
template <typename Member>
auto rows(const Member& member) {
  return [member](const py::object& self) { return rows_of(member(self.cast<const LearnedModel&>()), self); };
}

py::array integers(const std::vector<Index>& values) {
  return py::array_t<std::int64_t>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::dict harvest_dict(const Harvest& harvest) {
  py::dict dict;
  dict["states"] = copy_as_rows(harvest.states());
  dict["discrepancies"] = copy_as_rows(harvest.discrepancies());
  dict["slices"] = integers(harvest.slices());
  dict["iterations"] = integers(harvest.iterations());
  return dict;
}

py::dict signature_dict(const ProblemSignature& signature) {
  py::dict dict;
  dict["problem"] = signature.problem;
  dict["parameters"] = signature.parameters;
  dict["dimension"] = signature.dimension;
  dict["slice_length"] = signature.slice_length;
  dict["coarse"] = signature.coarse;
  dict["fine"] = signature.fine;
  return dict;
}

std::shared_ptr<LearnedModel> load(const std::filesystem::path& path) {
  const py::gil_scoped_release released;
  return std::make_shared<LearnedModel>(load_model(path));
}

void save(const LearnedModel& model, const std::filesystem::path& path) {
  const py::gil_scoped_release released;
  save_model(path, model);
}

py::dict read_store(const std::filesystem::path& directory) {
  const Store store = Store::open(directory);
  const ParameterBox& box = store.family().box;
  py::dict varying;
  for (Index i = 0; i < box.size(); ++i) {
    varying[py::str(box.names[static_cast<std::size_t>(i)])] = py::make_tuple(box.lower[i], box.upper[i]);
  }
  py::dict runs;
  for (const std::string& name : store.names()) {
    const StoreEntry entry = store.read(name);
    py::dict run = harvest_dict(entry.harvest);
    run["parameters"] = copy_of(StateView(entry.parameters));
    run["num_iterations"] = entry.iterations;
    run["num_cold_iterations"] = entry.cold_iterations;
    runs[py::str(name)] = run;
  }
  py::dict dict;
  dict["family"] = signature_dict(store.family().common);
  dict["varying"] = varying;
  dict["runs"] = runs;
  return dict;
}

}  // namespace

void define_models(py::module_& module) {
  py::class_<LearnedModel, std::shared_ptr<LearnedModel>>(
      module, "Model", "What a run has learned: a network and the samples it was fitted to. Samples are rows.")
      .def_readonly("corrector", &LearnedModel::corrector)
      .def_readonly("options", &LearnedModel::options, "Of the corrector, as texts.")
      .def_property_readonly(
          "signature", [](const LearnedModel& m) { return signature_dict(m.signature); }, "What it was learned on.")
      .def_property_readonly("lower", [](const LearnedModel& m) { return copy_of(StateView(m.bounds.lower)); })
      .def_property_readonly("upper", [](const LearnedModel& m) { return copy_of(StateView(m.bounds.upper)); })
      .def_property_readonly("weights", rows([](const LearnedModel& m) { return StatesView(m.layer.weights); }),
                             "Of the random layer, (inputs, neurons).")
      .def_property_readonly("biases", [](const LearnedModel& m) { return copy_of(StateView(m.layer.biases)); })
      .def_property_readonly("readout", rows([](const LearnedModel& m) { return StatesView(m.readout); }),
                             "(features, outputs); empty for correctors without a fit of their own.")
      .def_property_readonly("basis", rows([](const LearnedModel& m) { return StatesView(m.basis); }),
                             "(outputs, d): discrepancies = features @ readout @ basis; empty: without basis.")
      .def_property_readonly("states", rows([](const LearnedModel& m) { return m.harvest.states(); }),
                             "(samples, d): what fine and coarse solver were started from.")
      .def_property_readonly("discrepancies", rows([](const LearnedModel& m) { return m.harvest.discrepancies(); }),
                             "(samples, d): fine minus coarse.")
      .def_property_readonly("slices", [](const LearnedModel& m) { return integers(m.harvest.slices()); })
      .def_property_readonly("iterations", [](const LearnedModel& m) { return integers(m.harvest.iterations()); })
      .def("save", save, py::arg("path"), "Writes a model file (safetensors), whole or not at all.")
      .def("__repr__", [](const LearnedModel& m) {
        return "<forerun.Model: " + m.corrector + " of '" + m.signature.problem + "', " +
               std::to_string(m.harvest.size()) + " samples, d = " + std::to_string(m.signature.dimension) + ">";
      });
  module.def("load_model", load, py::arg("path"), "Reads a model file; ModelError says what is wrong with one.");
  module.def("read_store", read_store, py::arg("directory"),
             "What a campaign has left: {'family', 'varying', 'runs': {name: {'states', 'discrepancies', …}}}.");
}

}  // namespace forerun::python
