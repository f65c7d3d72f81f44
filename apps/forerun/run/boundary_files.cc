#include "apps/forerun/run/boundary_files.h"

#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/errors.h"
#include "core/execution/held_boundaries.h"
#include "core/files/atomic_file.h"
#include "core/files/byte_archive.h"
#include "core/files/npy_file.h"
#include "core/files/read_file.h"
#include "core/parareal/ended_together.h"

namespace forerun {
namespace {

/// What is wrong with it; empty: nothing.
std::string complaint_of(const std::function<void()>& write) {
  try {
    write();
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

/// The first of what the processes complain about, on all of them.
void require_no_complaint(TimeCommunicator& communicator, const std::string& mine) {
  for (const std::string& complaint : communicator.gather(mine)) {
    if (!complaint.empty()) throw FileError(complaint);
  }
}

std::string_view bytes_of_columns(const States& states, Index first, Index count) {
  const auto rows = static_cast<std::size_t>(states.rows());
  return {reinterpret_cast<const char*>(states.data() + first * states.rows()),
          sizeof(double) * rows * static_cast<std::size_t>(count)};
}

/// The bytes of these columns, where they belong in the file.
std::vector<FilePiece> pieces_of(const States& held, std::span<const ColumnBlock> own, std::size_t header_size) {
  std::vector<FilePiece> pieces;
  for (const ColumnBlock& block : own) {
    pieces.push_back({header_size + sizeof(double) * static_cast<std::uint64_t>(held.rows() * block.first),
                      bytes_of_columns(held, block.column, block.count)});
  }
  return pieces;
}

}  // namespace

void write_npy_together(const std::filesystem::path& path, Index num_columns, std::span<const ColumnBlock> own,
                        const States& held, TimeCommunicator* communicator) {
  if (communicator == nullptr) return write_npy(path, held);
  const Unhurried unhurried(*communicator);
  const bool is_first = communicator->rank() == 0;
  const std::string header = npy_header(held.rows(), num_columns);
  const std::uint64_t size = header.size() + sizeof(double) * static_cast<std::uint64_t>(held.rows()) *
                                                 static_cast<std::uint64_t>(num_columns);
  std::optional<FileInPieces> file;
  const auto begin = [&] {
    file.emplace(path, size);
    write_pieces(file->temporary(), std::vector<FilePiece>{{0, header}}, path);
  };
  require_no_complaint(*communicator, is_first ? complaint_of(begin) : "");
  const std::string temporary = communicator->gather(is_first ? file->temporary().string() : "").front();
  const auto write_own = [&] { write_pieces(temporary, pieces_of(held, own, header.size()), path); };
  require_no_complaint(*communicator, complaint_of(write_own));
  require_no_complaint(*communicator, is_first ? complaint_of([&] { file->publish(); }) : "");
}

BoundaryFiles::BoundaryFiles(const Experiment& experiment, TimeCommunicator* communicator)
    : dimension_(experiment.dimension()),
      num_boundaries_(experiment.num_slices() + 1),
      communicator_(communicator),
      held_(held_boundaries(communicator, experiment.num_slices(), experiment.config.windows)),
      own_(own_boundaries(communicator, experiment.num_slices(), experiment.config.windows)) {}

void BoundaryFiles::write(const std::filesystem::path& path, const States& held) const {
  write_npy_together(path, num_boundaries_, own_, held, communicator_);
}

void BoundaryFiles::write_mine(const std::filesystem::path& path, const States& held) const {
  const State unknown = State::Constant(dimension_, std::numeric_limits<double>::quiet_NaN());
  write_file_atomically(path, [&](std::ostream& stream) {
    stream << npy_header(dimension_, num_boundaries_);
    Index next = 0;
    const auto fill_to = [&](Index end) {
      for (; next < end; ++next) stream << bytes_of_columns(unknown, 0, 1);
    };
    for (const ColumnBlock& block : own_) {
      fill_to(block.first);
      stream << bytes_of_columns(held, block.column, block.count);
      next += block.count;
    }
    fill_to(num_boundaries_);
  });
}

std::vector<Digest128> BoundaryFiles::digests(const States& held) const {
  ByteWriter mine;
  for (const ColumnBlock& block : own_) {
    for (Index j = 0; j < block.count; ++j) {
      const std::string_view bytes = bytes_of_columns(held, block.column + j, 1);
      const Digest128 digest = digest128(bytes.data(), bytes.size());
      mine(block.first + j, digest.low, digest.high);
    }
  }
  std::vector<Digest128> all(static_cast<std::size_t>(num_boundaries_));
  const std::vector<std::string> parts = communicator_ ? communicator_->gather(mine.bytes) : std::vector{mine.bytes};
  for (const std::string& part : parts) {
    for (ByteReader reader(part); reader.left() > 0;) {
      Index boundary = 0;
      Digest128 digest;
      reader(boundary, digest.low, digest.high);
      all[static_cast<std::size_t>(boundary)] = digest;
    }
  }
  return all;
}

States BoundaryFiles::read(const std::filesystem::path& path, const std::vector<Digest128>& digests) const {
  const auto refuse = [&](const std::string& what) -> FileError { return FileError(path.string() + ": " + what); };
  const std::string header = npy_header(dimension_, num_boundaries_);
  const auto numbers = static_cast<std::uint64_t>(dimension_) * static_cast<std::uint64_t>(num_boundaries_);
  FileReader reader(path);
  if (digests.size() != static_cast<std::size_t>(num_boundaries_) ||
      reader.size() != header.size() + sizeof(double) * numbers) {
    throw refuse("is of another size than the states of the run");
  }
  std::string found(header.size(), '\0');
  reader.read(found.data(), found.size());
  if (found != header) throw refuse("does not hold the states of the run");
  States held(dimension_, num_columns(held_));
  for (const ColumnBlock& block : held_) {
    reader.skip_to(header.size() + sizeof(double) * static_cast<std::uint64_t>(dimension_ * block.first));
    const std::string_view place = bytes_of_columns(held, block.column, block.count);
    reader.read(held.data() + block.column * dimension_, place.size());
    for (Index j = 0; j < block.count; ++j) {
      const std::string_view bytes = bytes_of_columns(held, block.column + j, 1);
      const bool is_known = digest128(bytes.data(), bytes.size()) == digests[static_cast<std::size_t>(block.first + j)];
      if (!is_known) throw refuse("is damaged");
    }
  }
  return held;
}

bool BoundaryFiles::all_agree(bool holds) const {
  if (communicator_ == nullptr) return holds;
  double trouble = holds ? 0.0 : 1.0;
  const bool together = done_together(*communicator_, [&] { communicator_->maximize({&trouble, 1}); });
  return together && trouble == 0.0;
}

}  // namespace forerun
