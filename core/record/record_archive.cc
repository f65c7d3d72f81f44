#include "core/record/record_archive.h"

#include <concepts>
#include <type_traits>
#include <utility>

#include "core/record/failure_archive.h"

namespace forerun {

/// A structure, to be saved, or restored.
template <class Thing, class Structure>
concept Either = std::same_as<std::remove_const_t<Thing>, Structure>;

// The bindings name every member, or this does not compile: a new one is to be named in both lines of its structure.

template <class Archive, Either<PhaseSeconds> Seconds>
void fields(Archive& archive, Seconds& seconds) {
  auto& [total, fine, coarse, fit, predict] = seconds;
  archive(total, fine, coarse, fit, predict);
}

template <class Archive, Either<LevelSweep> Sweep>
void fields(Archive& archive, Sweep& sweep) {
  auto& [level, first_slice, num_slices, slice_seconds, max_slice_seconds] = sweep;
  archive(level, first_slice, num_slices, slice_seconds, max_slice_seconds);
}

template <class Archive, Either<IterationRecord> Iteration>
void fields(Archive& archive, Iteration& record) {
  auto& [iteration, window, levels, at_top_level, measured_level, first_slice, exact_front, converged_front, increment,
         jump, estimated_error, error, fine_work, seconds, corrector, predicted, found, num_uncrossed, num_fallbacks] =
      record;
  archive(iteration, window, levels, at_top_level, measured_level, first_slice, exact_front, converged_front, increment,
          jump, estimated_error, error, fine_work, seconds, corrector, predicted, found, num_uncrossed, num_fallbacks);
}

template <class Archive, Either<ErrorGrowth> Growth>
void fields(Archive& archive, Growth& growth) {
  auto& [largest, at_end] = growth;
  archive(largest, at_end);
}

template <class Archive, Either<RunRecord> Run>
void fields(Archive& archive, Run& record) {
  auto& [termination, boundaries, first_boundary, iterations, num_windows, last_window, initial_error,
         initial_corrector, initial_fallbacks, initial_seconds, seconds, failure, first_uncrossed, first_coarse_failure,
         learning_failures, growth, warnings] = record;
  archive(termination, boundaries, first_boundary, iterations, num_windows, last_window, initial_error,
          initial_corrector, initial_fallbacks, initial_seconds, seconds, failure, first_uncrossed,
          first_coarse_failure, learning_failures, growth, warnings);
}

namespace {

template <class Record>
Record from_bytes(std::string_view bytes) {
  ByteReader reader(bytes);
  Record record;
  reader(record);
  if (reader.left() != 0) throw std::invalid_argument("goes on after its end");
  return record;
}

template <class Record>
std::string bytes_of(const Record& record) {
  ByteWriter writer;
  writer(record);
  return std::move(writer.bytes);
}

}  // namespace

std::string to_bytes(const RunRecord& record) { return bytes_of(record); }
std::string to_bytes(const IterationRecord& iteration) { return bytes_of(iteration); }
RunRecord run_record(std::string_view bytes) { return from_bytes<RunRecord>(bytes); }
IterationRecord iteration_record(std::string_view bytes) { return from_bytes<IterationRecord>(bytes); }

}  // namespace forerun
