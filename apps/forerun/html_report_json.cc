#include "apps/forerun/html_report_json.h"

#include <cmath>

namespace forerun {

using Json = nlohmann::ordered_json;

double json_number(const Json& json) {
  if (json.is_null()) return std::nan("");
  if (!json.is_number()) throw std::invalid_argument("has " + json.dump() + " where a number or null is expected");
  return json.get<double>();
}

std::optional<double> optional_json_number(const Json& json) {
  const double value = json_number(json);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Json parse_json_file(const std::filesystem::path& path) {
  const auto not_too_deep = [](int depth, Json::parse_event_t, Json&) {
    constexpr int most = 32;  // what is read recursively must end
    return depth <= most ? true : throw std::invalid_argument("is nested too deeply");
  };
  return Json::parse(read_file(path), not_too_deep);
}

}  // namespace forerun
