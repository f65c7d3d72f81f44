#pragma once

#include <concepts>
#include <type_traits>

#include "core/files/byte_archive.h"
#include "core/record/run_record.h"

namespace forerun {

/// A failure as bytes (core/files/byte_archive.h), to be saved, or restored.
template <class Archive, class Failure>
requires std::same_as<std::remove_const_t<Failure>, SliceFailure>
void fields(Archive& archive, Failure& failure) {
  auto& [slice, iteration, time, solver, reason] = failure;
  archive(slice, iteration, time, solver, reason);
}

}  // namespace forerun
