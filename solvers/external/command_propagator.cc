#include "solvers/external/command_propagator.h"

#include <cassert>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <system_error>

#include "core/base/errors.h"
#include "core/base/number_text.h"
#include "core/base/stop_scope.h"
#include "core/files/array_file.h"
#include "core/files/npy_file.h"
#include "solvers/external/child_process.h"

namespace forerun {
namespace {

namespace fs = std::filesystem;

/// How long a wait may last before somebody looks whether it is still wanted.
constexpr int kMillisecondsBetweenLooks = 20;

std::string csv_text(const StateView& state) {
  std::string text;
  for (Index i = 0; i < state.size(); ++i) text += shortest_text(state[i]) + "\n";
  return text;
}

void write_input(const fs::path& path, const StateView& state, StateFormat format) {
  const std::string bytes = format == StateFormat::npy ? npy_bytes(state) : csv_text(state);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw FileError(path.string() + ": cannot be written, which the solver's input is to be");
}

/// Runs until the program has ended, or is no longer wanted.
ChildEnd run(ChildProcess& child) {
  while (true) {
    if (const std::optional<ChildEnd> end = child.wait(kMillisecondsBetweenLooks)) return *end;
    if (!StopScope::stop_requested()) continue;
    child.end();
    throw StopRequested{};
  }
}

/// Its complaint without the file's name, which nobody knows and which is gone by then.
std::string without_path(const std::string& complaint, const fs::path& path) {
  return complaint.starts_with(path.string() + ":") ? complaint.substr(path.string().size() + 1) : " " + complaint;
}

/// The program's result; throws std::invalid_argument saying what it did instead.
State read_output(const fs::path& path, Index dimension) {
  std::error_code error;
  const auto size = static_cast<double>(fs::file_size(path, error));
  if (error) throw std::invalid_argument("wrote no {output}");
  const double most = 1e6 + 64.0 * static_cast<double>(dimension);
  if (size > most) throw std::invalid_argument("wrote an {output} of " + shortest_text(size) + " bytes");
  State state;
  try {
    state = read_state_file(path);
  } catch (const FileError& failure) {
    throw std::invalid_argument("wrote an {output} that is no state:" + without_path(failure.what(), path));
  }
  if (state.size() == dimension) return state;
  throw std::invalid_argument("wrote a state of " + std::to_string(state.size()) + " components: must be " +
                              std::to_string(dimension));
}

}  // namespace

CommandPropagator::CommandPropagator(const ExternalSpec& spec, const ExternalUse& use)
    : ExternalPropagator(spec, use),
      parameters_(use.parameters),
      limit_(spec.processes > 0 ? spec.processes : use.callers) {}

void CommandPropagator::open() const {
  try {
    find_program(filled_in(spec().words.front(), parameters_), spec().directory);
  } catch (const std::invalid_argument& error) {
    throw ParameterError("command", std::string("command: ") + error.what() + ": must be a program");
  }
}

std::vector<std::string> CommandPropagator::words(const Slice& slice, const std::string& input,
                                                  const std::string& output) const {
  Placeholders values = parameters_;
  values["input"] = input;
  values["output"] = output;
  values["t0"] = shortest_text(slice.begin);
  values["t1"] = shortest_text(slice.end);
  std::vector<std::string> words;
  for (const std::string& word : spec().words) words.push_back(filled_in(word, values));
  return words;
}

void CommandPropagator::propagate(const Slice& slice, const StateView& in, StateOut out) const {
  assert(in.size() == dimension() && out.size() == dimension());
  const CallerLimit::Place place(limit_);
  std::call_once(has_guardian_, [this] { guardian_ = Guardian::shared(); });
  const std::string ending = spec().format == StateFormat::npy ? ".npy" : ".csv";
  const ScratchFile input(guardian_->new_file_name("-in" + ending)), output(guardian_->new_file_name("-out" + ending));
  write_input(input.path(), in, spec().format);
  const std::string name = "'" + short_name(spec()) + "'";
  const auto fail = [&](const std::string& what) { throw PropagationError(slice.begin, name + " " + what); };
  try {
    ChildProcess child({words(slice, input.path().string(), output.path().string()), spec().directory}, {});
    const ChildEnd end = run(child);
    if (!end.succeeded()) fail(end.sentence() + child.error_tail().clause());
    try {
      out = read_output(output.path(), dimension());
    } catch (const std::invalid_argument& error) {
      fail(std::string(error.what()) + child.error_tail().clause());
    }
  } catch (const std::invalid_argument& error) {
    fail(std::string("cannot be started: ") + error.what());
  } catch (const std::system_error& error) {
    fail("cannot be started: " + error.code().message());
  }
  require_finite_result(out, slice, name);
}

}  // namespace forerun
