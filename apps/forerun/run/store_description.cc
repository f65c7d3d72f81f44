#include "apps/forerun/run/store_description.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/record/json_file.h"
#include "learning/family/family_file.h"
#include "learning/family/store.h"

namespace forerun {
namespace {

using Json = nlohmann::ordered_json;

Json family_json(const StoreFamily& family) {
  Json json = {{"problem", family.common.problem},
               {"dimension", family.common.dimension},
               {"slice_length", family.common.slice_length},
               {"fine", family.common.fine},
               {"coarse", family.common.coarse},
               {"fixed", family.common.parameters},
               {"network_inputs", Json::object()}};
  for (Index j = 0; j < family.box.size(); ++j)
    json["network_inputs"][family.box.names[static_cast<std::size_t>(j)]] = {family.box.lower[j], family.box.upper[j]};
  return json;
}

Json network_json(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return nullptr;
  const FamilyDescription network = read_family_file(file);
  Json factors = Json::array();
  for (const double error : network.log_errors)
    factors.push_back(std::isfinite(error) ? Json(std::exp(error)) : Json());
  return {{"runs", network.num_runs},       {"samples", network.num_samples},
          {"neurons", network.num_neurons}, {"features", network.num_features},
          {"options", network.options},     {"error_before_learning_each_run", std::move(factors)}};
}

std::string text_of(const Json& json) {
  const Json& family = json.at("family");
  const Json& network = json.at("network");
  std::string text = "family     " + family.dump() + "\nnetwork    " +
                     (network.is_null() ? "not fitted yet: `forerun train` does" : network.dump()) + "\n\n";
  TextTable table({{"", "run", TextTable::Align::left},
                   {"", "parameters", TextTable::Align::left},
                   {"", "K cold"},
                   {"", "K"},
                   {"", "samples"}});
  for (const Json& run : json.at("runs")) {
    table.add_row({run.at("name").get<std::string>(), run.at("parameters").dump(),
                   run.at("cold_iterations").is_null() ? "-" : run.at("cold_iterations").dump(),
                   run.at("iterations").dump(), run.at("samples").dump()});
  }
  return text + table.str() + "\n" + format_bytes(json.at("bytes").get<double>()) + "\n";
}

}  // namespace

std::string store_description(const std::filesystem::path& directory, bool as_json) {
  const Store store = Store::open(directory);
  Json json = {{"schema", "forerun.store-description/1"}, {"directory", directory.string()}};
  json["family"] = family_json(store.family());
  json["network"] = network_json(directory / "network.safetensors");
  json["bytes"] = store.num_bytes();
  json["runs"] = Json::array();
  for (const std::string& name : store.names()) {
    const StoreEntry entry = store.read(name);
    json["runs"].push_back({{"name", name},
                            {"parameters", std::vector<double>(entry.parameters.begin(), entry.parameters.end())},
                            {"iterations", entry.iterations},
                            {"cold_iterations", entry.cold_iterations ? Json(*entry.cold_iterations) : Json(nullptr)},
                            {"samples", entry.harvest.size()}});
  }
  return as_json ? json_page(json) : text_of(json);
}

}  // namespace forerun
