#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/forerun/config/config_document.h"
#include "core/base/parameters.h"
#include "core/base/time_grid.h"
#include "core/base/state_layout.h"

namespace forerun {

/// [output]: which states are wanted beside those at slice boundaries.
struct OutputRequest {
  std::vector<double> times;      ///< empty: see `every`
  double every = 0.0;             ///< > 0: from the beginning on, one each so long
  std::vector<Index> components;  ///< empty: all
  Index stride = 1;               ///< of each axis of the mesh, every so many-th point
};

/// The same for a problem that is known.
struct OutputPlan {
  std::vector<double> times;
  std::vector<Index> components;  ///< empty: all
  std::vector<Index> shape;       ///< of one state's kept components: fields, then points of each axis

  /// Of all states that are kept, of a problem of this dimension.
  double bytes(Index dimension) const {
    const std::size_t kept = components.empty() ? static_cast<std::size_t>(dimension) : components.size();
    return 8.0 * static_cast<double>(kept) * static_cast<double>(times.size());
  }
};

/// The section's keys.
std::vector<ParameterSpec> output_keys();

/// nullopt where the section asks for nothing. Throws `UsageError` with place, value and rule; `FileError` for the file
/// of times.
std::optional<OutputRequest> read_output(const ConfigDocument& document, const Parameters& output);

/// Throws `UsageError` for times off the grid, components that the state has not, more than memory holds.
OutputPlan make_output_plan(const ConfigDocument& document, const OutputRequest& request, const TimeGrid& grid,
                            const StateLayout& layout);

/// The section as it is written into a configuration, heading and all.
std::string output_text(const OutputRequest& request);

}  // namespace forerun
