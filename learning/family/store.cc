#include "learning/family/store.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "core/base/errors.h"
#include "learning/family/store_files.h"
#include "learning/files/directory_lock.h"
#include "learning/files/tensor_file.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

constexpr const char* manifest_name = "store.safetensors";
constexpr const char* extension = ".safetensors";

bool is_entry_name(const std::string& name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw FileError(directory.string() + ": cannot be made: " + error.message());
}

/// 0 for a file that another process has removed meanwhile.
std::uint64_t bytes_of(const fs::path& file) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  return error ? 0 : size;
}

}  // namespace

Harvest last_iterates(const Harvest& harvest) {
  std::map<Index, Index> last;  // by slice, the sample
  for (Index j = 0; j < harvest.size(); ++j) {
    const auto k = static_cast<std::size_t>(j);
    const auto [found, is_new] = last.emplace(harvest.slices()[k], j);
    if (!is_new && harvest.iterations()[k] >= harvest.iterations()[static_cast<std::size_t>(found->second)])
      found->second = j;
  }
  std::vector<Index> samples;
  for (const auto& [slice, sample] : last) samples.push_back(sample);
  Harvest kept(harvest.dimension(), harvest.keeps_coarse());
  kept.append(harvest, samples);
  return kept;
}

Store::Store(fs::path directory, StoreFamily family, std::uint64_t max_bytes)
    : directory_(std::move(directory)), family_(std::move(family)), max_bytes_(max_bytes) {
  make_directory(directory_ / "runs");
  const DirectoryLock lock(directory_ / "lock");
  const fs::path manifest = directory_ / manifest_name;
  if (!fs::exists(manifest)) {
    if (!names().empty()) throw ModelFileError(manifest.string() + ": is missing, but there are runs");
    write_store_manifest(manifest, family_);
    return;
  }
  open(directory_).require_family(family_);
}

Store Store::open(const fs::path& directory) {
  Store store;
  store.family_ = read_store_manifest(directory / manifest_name);
  store.directory_ = directory;
  return store;
}

void Store::require_family(const StoreFamily& family) const {
  const std::string refusal = (directory_ / manifest_name).string() + ": is of another family: ";
  const std::vector<std::string> differing = differences(family_.common, family.common);
  if (!differing.empty()) throw ModelFileError(refusal + differing.front());
  if (!(family_.box == family.box)) throw ModelFileError(refusal + "other parameters vary, or in other ranges");
}

fs::path Store::path_of(const std::string& name) const { return directory_ / "runs" / (name + extension); }

void Store::add(const StoreEntry& entry) {
  if (!is_entry_name(entry.name)) throw std::invalid_argument("store: '" + entry.name + "' cannot name an entry");
  const DirectoryLock lock(directory_ / "lock");
  write_store_entry(path_of(entry.name), entry, family_);
  enforce_limit(entry.name);
}

std::vector<std::string> Store::names() const {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(directory_ / "runs", error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().stem().string();
    if (entry->path().extension() == extension && is_entry_name(name)) found.push_back(name);
  }
  if (error) throw FileError((directory_ / "runs").string() + ": " + error.message());
  std::sort(found.begin(), found.end());
  return found;
}

StoreEntry Store::read(const std::string& name) const { return read_store_entry(path_of(name), family_); }

std::uint64_t Store::num_bytes() const {
  std::uint64_t sum = 0;
  for (const std::string& name : names()) sum += bytes_of(path_of(name));
  return sum;
}

void Store::enforce_limit(const std::string& newest) {
  if (max_bytes_ == 0) return;
  std::vector<std::string> old = names();
  std::erase(old, newest);
  std::uint64_t total = num_bytes();
  const auto change = [&](const std::string& name, const auto& apply) {
    total -= bytes_of(path_of(name));
    apply();
    total += bytes_of(path_of(name));
  };
  for (const std::string& name : old) {
    if (total <= max_bytes_) return;
    StoreEntry entry;
    try {
      entry = read(name);
    } catch (const ModelFileError&) {
      continue;  // its turn to go altogether comes below
    }
    entry.harvest = last_iterates(entry.harvest);
    change(name, [&] { write_store_entry(path_of(name), entry, family_); });
  }
  for (const std::string& name : old) {
    if (total <= max_bytes_) return;
    change(name, [&] { fs::remove(path_of(name)); });
  }
}

}  // namespace forerun
