#pragma once

#include <string>
#include <vector>

#include "apps/forerun/config/config.h"

namespace forerun {

/// A way to solve all slices at once, which [method] names.
struct MethodEntry {
  std::string name;
  std::string description;
  std::vector<ParameterSpec> parameters;
};

const std::vector<MethodEntry>& method_registry();
/// Throws `ParameterError`, the nearest name suggested.
const MethodEntry& find_method(const std::string& name);

inline constexpr const char* kParareal = "parareal";
inline constexpr const char* kMgrit = "mgrit";
inline constexpr const char* kPfasst = "pfasst";
inline constexpr const char* kParaexp = "paraexp";
/// Keys that [parareal] has and the [method] of others may have, with the same meaning.
inline constexpr const char* kCommonKeys[] = {"tolerance", "norm", "max_iterations", "max_seconds"};

/// A method other than Parareal as [method] configures it; where that names another one, with its defaults, and with
/// those limits of [parareal] that it has, too.
NamedChoice method_choice(const RunConfig& config, const std::string& method);

/// Throws `UsageError` where [method] names another method than Parareal: `what` knows nothing of it.
void require_parareal(const ConfigDocument& document, const RunConfig& config, const std::string& what);

/// Throws `UsageError` where the configuration has windows or levels, which `method`, another than Parareal, has not.
void require_no_windows_or_levels(const ConfigDocument& document, const RunConfig& config, const std::string& method);

/// Throws `UsageError` where the document has settings of [parareal] or [corrector], which nobody would read.
void refuse_settings_of_parareal(const ConfigDocument& document, const std::string& method);

}  // namespace forerun
