#pragma once

#include <filesystem>

#include "learning/store.h"

namespace forerun {

/// The files of a store; `Store` says what they hold and what the readers throw.

void write_store_manifest(const std::filesystem::path& path, const StoreFamily& family);
StoreFamily read_store_manifest(const std::filesystem::path& path);

void write_store_entry(const std::filesystem::path& path, const StoreEntry& entry, const StoreFamily& family);
/// The entry's name is the file's.
StoreEntry read_store_entry(const std::filesystem::path& path, const StoreFamily& family);

/// In words, why an entry cannot belong to a store of this family; empty where it can.
std::string store_entry_defect(const StoreEntry& entry, const StoreFamily& family);

}  // namespace forerun
