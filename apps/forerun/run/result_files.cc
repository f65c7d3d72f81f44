#include "apps/forerun/run/result_files.h"

#include <vector>

#include "core/files/atomic_file.h"
#include "core/files/npy_file.h"
#include "core/parareal/ended_together.h"
#include "learning/files/model_file.h"

namespace forerun {

namespace fs = std::filesystem;

ResultFiles::ResultFiles(const RunDirectory& directory, const Experiment& experiment, TimeCommunicator* communicator)
    : directory_(directory), experiment_(experiment), communicator_(communicator), files_(experiment, communicator) {}

void ResultFiles::once(const fs::path& file, const std::function<void(const fs::path&)>& write) {
  if (written_.count(file) > 0) return;
  write(file);
  written_.insert(file);
}

void ResultFiles::write_reference(const SerialSolution& serial_fine) {
  if (serial_fine.failure || serial_fine.interrupted) return;
  once(directory_.boundaries_file("serial-fine"),
       [&](const fs::path& file) { files_.write(file, serial_fine.boundaries); });
}

void ResultFiles::write_states(const CorrectorRun& run) {
  const Termination end = run.record.termination;
  const bool may_be_left = end == Termination::interrupted || end == Termination::propagator_failed;
  once(directory_.boundaries_file(run.corrector.name), [&](const fs::path& file) {
    const auto write = [&] { files_.write(file, run.record.boundaries); };
    if (communicator_ == nullptr || !may_be_left) return write();
    if (!done_together(*communicator_, write) && is_first()) files_.write_mine(file, run.record.boundaries);
  });
}

void ResultFiles::write_output(const CorrectorRun& run) {
  if (!run.output || !run.output->found) return;
  const std::vector<double>& times = experiment_.output->times;
  const auto num_times = static_cast<Index>(times.size());
  const IntermediateStates& found = *run.output->found;
  once(directory_.output_file(run.corrector.name),
       [&](const fs::path& file) { write_npy_together(file, num_times, found.columns, found.states, communicator_); });
  if (!is_first()) return;
  once(directory_.output_times_file(), [&](const fs::path& file) {
    write_file_atomically(file, npy_bytes(Eigen::Map<const State>(times.data(), num_times)));
  });
}

void ResultFiles::write_model(const CorrectorRun& run) {
  if (!run.model || !is_first()) return;
  once(directory_.model_file(run.corrector.name), [&](const fs::path& file) { save_model(file, *run.model); });
}

}  // namespace forerun
