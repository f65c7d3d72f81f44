#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "learning/family/parameter_basis.h"
#include "learning/training/harvest.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// What all runs of a store have in common: the equation with its dimension, slices and solvers, and which of its
/// parameters vary, between what values. `common.parameters` holds the others.
struct StoreFamily {
  ProblemSignature common;
  ParameterBox box;

  bool operator==(const StoreFamily& other) const { return common == other.common && box == other.box; }
};

/// One run's contribution.
struct StoreEntry {
  std::string name;  ///< letters, digits, '-' and '_'; entries are ordered by it
  State parameters;  ///< in the order of the box
  Harvest harvest{0};
  Index iterations = 0;                  ///< K
  std::optional<Index> cold_iterations;  ///< K of the same draw without the store
};

/// A directory in which runs leave what they learned, for all runs after them:
///
///   store.safetensors      the family and the format's version, as metadata
///   runs/NAME.safetensors  one run's harvest, parameters and counts
///   lock                   held (flock) while something is changed
///
/// Any number of processes may add and read at once: changes are made one at a time, each file appears whole or not at
/// all. Files are tensor files (tensor_file.h): Python reads them, and nothing in them is trusted.
///
/// The store never grows beyond `max_bytes`, if > 0: when it would, entries give up, the first in their order first,
/// all but the last iterate of each slice, which is worth most; if that is not enough, they go altogether. The newest
/// entry is always kept whole.
///
/// Errors: `FileError` where files cannot be read or written; `ModelFileError`, naming the file and what is wrong, for
/// a store of a later version or of another family, and for an entry that is damaged, not finite, of another shape or
/// with parameters outside of the box.
class Store {
 public:
  /// Opens the store, or makes it where there is none. An existing one must be of the same family.
  Store(std::filesystem::path directory, StoreFamily family, std::uint64_t max_bytes);
  /// Opens an existing store as it is.
  static Store open(const std::filesystem::path& directory);

  /// Throws `ModelFileError` with the first difference unless the store is of this family.
  void require_family(const StoreFamily& family) const;

  const std::filesystem::path& directory() const { return directory_; }
  const StoreFamily& family() const { return family_; }

  /// Adds an entry or replaces the one of its name. Throws std::invalid_argument for one that `read` would refuse.
  void add(const StoreEntry& entry);
  /// The names of all entries, in their order.
  std::vector<std::string> names() const;
  StoreEntry read(const std::string& name) const;
  std::uint64_t num_bytes() const;

 private:
  Store() = default;
  std::filesystem::path path_of(const std::string& name) const;
  void enforce_limit(const std::string& newest);

  std::filesystem::path directory_;
  StoreFamily family_;
  std::uint64_t max_bytes_ = 0;
};

/// The samples of each slice's last iteration alone, in their order.
Harvest last_iterates(const Harvest& harvest);

}  // namespace forerun
