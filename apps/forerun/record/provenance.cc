#include "apps/forerun/record/provenance.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "apps/forerun/cli/build.h"
#include "apps/forerun/record/json_file.h"
#include "apps/forerun/record/machine.h"
#include "core/files/digest.h"
#include "core/files/read_file.h"
#include "solvers/integrators/sundials/sundials_entries.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

Json libraries_json() {
  Json json = Json::object();
  for (const build::Library& library : build::libraries) json[library.name] = library.version;
  const std::string sundials = sundials_version();
  json["SUNDIALS"] = sundials.empty() ? Json(nullptr) : Json(sundials);
  return json;
}

Json digest_json(const std::optional<std::filesystem::path>& file) {
  if (!file) return nullptr;
  return {{"file", file->string()}, {"xxh3_128", digest(read_file(*file))}};
}

}  // namespace

std::string provenance_json(const Experiment& experiment, const ConfigDocument& document,
                            const std::vector<std::string>& command, const std::optional<WarmStart>& warm_start,
                            const std::vector<ProcessPlace>& processes) {
  const RunConfig& config = experiment.config;
  Json json;
  json["schema"] = "forerun.provenance/1";
  json["started"] = utc_now();
  json["command"] = command;
  json["version"] = build::version;
  json["revision"] = build::revision;
  json["build"] = {{"compiler", build::compiler}, {"flags", build::flags}, {"type", build::type}};
  json["libraries"] = libraries_json();
  json["machine"] = {{"host", host_name()}, {"cpu", cpu_model()}, {"cores", std::thread::hardware_concurrency()}};
  json["executor"] = {{"name", experiment.executor->name()}, {"threads", experiment.executor->num_threads()}};
  for (const ProcessPlace& process : processes) {
    json["processes"].push_back({{"rank", process.rank}, {"host", process.host}, {"threads", process.threads}});
  }
  json["seed"] = config.seed;
  json["configuration"] = {{"file", document.file_name()}, {"xxh3_128", digest(document.text())}};
  json["initial_state"] = digest_json(config.initial_state);
  json["model"] = digest_json(warm_start ? std::optional(warm_start->file) : std::nullopt);
  return json_page(json);
}

}  // namespace forerun
