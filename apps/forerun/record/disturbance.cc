#include "apps/forerun/record/disturbance.h"

#include <sys/resource.h>

#include <cmath>
#include <ctime>

#include "apps/forerun/cli/text_table.h"

namespace forerun {
namespace {

/// Shares below this, and switches above that, tell of other work: an idle machine has 0.99.
constexpr double kQuietShare = 0.93;
constexpr double kQuietSwitches = 200.0;
/// What is shorter says nothing.
constexpr double kLeastSerial = 0.02;
constexpr double kLeastCpu = 0.1;

double seconds_of(clockid_t clock) {
  std::timespec time{};
  if (::clock_gettime(clock, &time) != 0) return 0.0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double process_cpu() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

double involuntary_switches() {
  rusage usage{};
  return ::getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<double>(usage.ru_nivcsw) : 0.0;
}

}  // namespace

bool Disturbance::is_busy() const {
  // Threads of a run put each other off, too: that tells only where nothing was done on one of them.
  if (serial_share) return *serial_share < kQuietShare;
  return switches_per_second && *switches_per_second > kQuietSwitches;
}

std::string Disturbance::sentence() const {
  if (!is_busy()) return "";
  std::string found;
  if (serial_share && *serial_share < kQuietShare) {
    found = "serial stepping had its core for " + std::to_string(std::lround(100.0 * *serial_share)) + " % of the time";
  }
  if (switches_per_second && *switches_per_second > kQuietSwitches) {
    found += (found.empty() ? "" : ", and ") + std::string("threads were put off their cores ") +
             std::to_string(std::lround(*switches_per_second)) + " times a second";
  }
  return "the machine had other work: " + found + "; times and speed-ups are not to be relied on";
}

DisturbanceWatch::DisturbanceWatch() : cpu_begin_(process_cpu()), switches_begin_(involuntary_switches()) {}

void DisturbanceWatch::begin_serial() {
  serial_wall_begin_ = seconds_of(CLOCK_MONOTONIC);
  serial_cpu_begin_ = seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

void DisturbanceWatch::end_serial() {
  serial_wall_ += seconds_of(CLOCK_MONOTONIC) - serial_wall_begin_;
  serial_cpu_ += seconds_of(CLOCK_THREAD_CPUTIME_ID) - serial_cpu_begin_;
}

Disturbance DisturbanceWatch::result() const {
  Disturbance found;
  if (serial_wall_ >= kLeastSerial) found.serial_share = serial_cpu_ / serial_wall_;
  const double cpu = process_cpu() - cpu_begin_;
  if (cpu >= kLeastCpu) found.switches_per_second = (involuntary_switches() - switches_begin_) / cpu;
  return found;
}

}  // namespace forerun
