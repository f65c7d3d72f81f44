#pragma once

#include <filesystem>

#include "learning/family/store.h"
#include "learning/files/tensor_file.h"

namespace forerun {

/// The files of a store; `Store` says what they hold and what the readers throw.

void write_store_manifest(const std::filesystem::path& path, const StoreFamily& family);
StoreFamily read_store_manifest(const std::filesystem::path& path);

void write_store_entry(const std::filesystem::path& path, const StoreEntry& entry, const StoreFamily& family);
/// The entry's name is the file's.
StoreEntry read_store_entry(const std::filesystem::path& path, const StoreFamily& family);

/// The parts that the files of a store and of its network have in common.
void describe_family(const StoreFamily& family, TensorFileWriter& writer);
StoreFamily read_family(const TensorFile& file);
void check_store_format(const TensorFile& file, const std::string& format);
Index read_store_count(const TensorFile& file, const std::string& key);
/// 2: entries whose harvest knows its slices' intervals; all else is of version 1.
inline constexpr Index store_format_version = 2;

/// In words, why an entry cannot belong to a store of this family; empty where it can.
std::string store_entry_defect(const StoreEntry& entry, const StoreFamily& family);

}  // namespace forerun
