#pragma once

#include <pybind11/pybind11.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "apps/python/callable_propagator.h"
#include "learning/training/learned_model.h"

namespace forerun::python {

/// A run, as Python asks for it. Holds Python objects: lives and dies with the GIL held.
struct RunRequest {
  /// What a configuration can say. Where a solver is a Python function, the document has a solver in its place that is
  /// never opened.
  ConfigDocument document;
  std::vector<CallableSolver> fine;      ///< levels, cheapest first; empty: as the document says
  std::optional<CallableSolver> coarse;  ///< nullopt: as the document says, or the cheapest of `fine`
  bool coarse_is_cheapest_level = false;

  std::shared_ptr<const LearnedModel> model = {};  ///< to start from
  std::string model_name = {};                     ///< its file; "model" of one that is none
  bool keep_model = false;                         ///< put together what was learned
  bool reference = false;                          ///< solve serially, too
  pybind11::object reference_states = {};          ///< of one's own, (N + 1, d)
  pybind11::object projection = {};                ///< projection(u) -> u
  pybind11::object on_iteration = {};              ///< on_iteration(iteration, states)
  std::optional<std::filesystem::path> out = {};   ///< the directory that keeps the run
};

/// What `solve` and `run` both take.
void read_common_arguments(RunRequest& request, pybind11::handle model, bool keep_model, pybind11::handle reference,
                           pybind11::handle projection, pybind11::handle on_iteration);

}  // namespace forerun::python
