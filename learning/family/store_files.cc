#include "learning/family/store_files.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/base/number_text.h"
#include "learning/files/harvest_tensors.h"
#include "learning/files/signature_metadata.h"
#include "learning/files/tensor_file.h"

namespace forerun {
namespace {

constexpr const char* manifest_format = "forerun.store";
constexpr const char* entry_format = "forerun.store-entry";
constexpr Index kMostInAStore = 1'000'000'000;

std::string varying_key(Index j) { return "varies." + std::to_string(j); }

bool all_within(const std::vector<Index>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](Index n) { return n >= 0 && n <= kMostInAStore; });
}

}  // namespace

void check_store_format(const TensorFile& file, const std::string& format) {
  if (file.text("format") != format) file.refuse("is of format '" + file.text("format") + "', not '" + format + "'");
  const auto version = read_number<Index>(file, "version");
  if (version > store_format_version) {
    file.refuse("has format version " + shortest_text(version) + "; this program reads up to version " +
                shortest_text(store_format_version));
  }
  if (version < 1) file.refuse("has no valid format version");
}

void describe_family(const StoreFamily& family, TensorFileWriter& writer) {
  writer.set_metadata("version", "1");
  describe_signature(family.common, writer);
  for (Index j = 0; j < family.box.size(); ++j)
    writer.set_metadata(varying_key(j), family.box.names[static_cast<std::size_t>(j)]);
  writer.add_vector("lower", family.box.lower);
  writer.add_vector("upper", family.box.upper);
}

StoreFamily read_family(const TensorFile& file) {
  StoreFamily family{read_signature(file), {{}, file.vector("lower"), file.vector("upper")}};
  if (family.common.dimension < 1 || family.common.dimension > kMostInAStore)
    file.refuse("its dimension is out of range");
  const ParameterBox& box = family.box;
  if (box.lower.size() != box.upper.size() || !(box.upper - box.lower).allFinite() ||
      !(box.lower.array() < box.upper.array()).all()) {
    file.refuse("its parameters' lower bounds are not below the upper ones, all finite");
  }
  for (Index j = 0; j < box.size(); ++j) family.box.names.push_back(file.text(varying_key(j)));
  return family;
}

Index read_store_count(const TensorFile& file, const std::string& key) {
  const auto count = read_number<Index>(file, key);
  if (count < 0 || count > kMostInAStore) file.refuse("its metadata '" + key + "' are out of range");
  return count;
}

void write_store_manifest(const std::filesystem::path& path, const StoreFamily& family) {
  TensorFileWriter writer;
  writer.set_metadata("format", manifest_format);
  describe_family(family, writer);
  writer.write(path);
}

StoreFamily read_store_manifest(const std::filesystem::path& path) {
  const TensorFile file(path);
  check_store_format(file, manifest_format);
  return read_family(file);
}

std::string store_entry_defect(const StoreEntry& entry, const StoreFamily& family) {
  if (entry.parameters.size() != family.box.size()) return "its parameters are not as many as the store's";
  for (Index j = 0; j < entry.parameters.size(); ++j) {
    const double value = entry.parameters[j];
    if (value >= family.box.lower[j] && value <= family.box.upper[j]) continue;
    return "its " + family.box.names[static_cast<std::size_t>(j)] + " = " + shortest_text(value) +
           " lies outside of the store's [" + shortest_text(family.box.lower[j]) + ", " +
           shortest_text(family.box.upper[j]) + "]";
  }
  if (entry.harvest.size() == 0) return "its harvest is empty";
  if (entry.harvest.dimension() != family.common.dimension) {
    return "its states have " + std::to_string(entry.harvest.dimension()) + " components where the store's have " +
           std::to_string(family.common.dimension);
  }
  if (!all_within(entry.harvest.slices())) return "its harvest has a slice that is out of range";
  if (!all_within(entry.harvest.iterations())) return "its harvest has an iteration that is out of range";
  if (entry.iterations < 0 || entry.cold_iterations.value_or(0) < 0) return "its number of iterations is negative";
  return "";
}

void write_store_entry(const std::filesystem::path& path, const StoreEntry& entry, const StoreFamily& family) {
  if (const std::string defect = store_entry_defect(entry, family); !defect.empty())
    throw std::invalid_argument("store: the entry '" + entry.name + "' cannot be kept: " + defect);
  const HarvestTensors harvest(entry.harvest);
  TensorFileWriter writer;
  writer.set_metadata("format", entry_format);
  writer.set_metadata("version", harvest.has_intervals() ? "2" : "1");
  describe_signature(family.common, writer);
  writer.set_metadata("iterations", shortest_text(entry.iterations));
  if (entry.cold_iterations) writer.set_metadata("cold_iterations", shortest_text(*entry.cold_iterations));
  writer.add_vector("parameters", entry.parameters);
  harvest.add_to(writer);
  writer.write(path);
}

StoreEntry read_store_entry(const std::filesystem::path& path, const StoreFamily& family) {
  const TensorFile file(path);
  check_store_format(file, entry_format);
  const std::vector<std::string> differing = differences(read_signature(file), family.common);
  if (!differing.empty()) file.refuse("belongs to another family: " + differing.front());
  StoreEntry entry;
  entry.name = path.stem().string();
  entry.parameters = file.vector("parameters");
  entry.iterations = read_store_count(file, "iterations");
  if (!file.texts_with_prefix("cold_iterations").empty())
    entry.cold_iterations = read_store_count(file, "cold_iterations");
  entry.harvest = read_harvest(file, file.matrix("harvest.states").rows());
  if (const std::string defect = store_entry_defect(entry, family); !defect.empty()) file.refuse(defect);
  return entry;
}

}  // namespace forerun
