#pragma once

#include <stdexcept>
#include <stop_token>
#include <string>

namespace forerun {

class TimeCommunicator;

/// An optional part is not there, which is no failure; the message says what is missing.
class PartIsAbsent : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each makes a run of milliseconds and returns a sentence of what was found; throws std::runtime_error saying what is
// wrong.

/// The configuration `settings`, a name of a problem and lines of TOML, against serial stepping.
std::string run_exactly(const std::string& settings, const std::stop_token& stop);
/// The same by one thread and by all of them: the same bits.
std::string compare_threads(const std::stop_token& stop);
/// A model that is learned, written, read, and written again: the same bytes.
std::string keep_model(const std::stop_token& stop);
/// A configuration that is written, read and written again: the same text.
std::string keep_run(const std::stop_token& stop);
/// A run that these processes share.
std::string share_run(TimeCommunicator& communicator, const std::stop_token& stop);
/// CVODE as fine solver. Throws `PartIsAbsent`.
std::string use_sundials(const std::stop_token& stop);
/// A solver that is another program.
std::string use_program(const std::stop_token& stop);
/// The module from its own Python. Throws `PartIsAbsent`.
std::string use_python(const std::stop_token& stop);

}  // namespace forerun
