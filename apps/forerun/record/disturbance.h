#pragma once

#include <optional>
#include <string>

namespace forerun {

/// How much other work on the machine got in the way of this process, by what the system counts.
struct Disturbance {
  /// CPU time ÷ wall-clock time of work on one thread that waits for nothing: 1 on an idle machine.
  std::optional<double> serial_share;
  /// How often a thread that wanted to go on was put off its core, a second of CPU time.
  std::optional<double> switches_per_second;

  bool is_busy() const;
  /// What a reader of times should know; empty where the machine was not busy.
  std::string sentence() const;
};

/// Watches the process from its construction on. Not thread-safe.
class DisturbanceWatch {
 public:
  DisturbanceWatch();
  /// work(), which runs on the calling thread alone and waits for nothing.
  template <class Work>
  auto serially(const Work& work) {
    begin_serial();
    auto result = work();
    end_serial();
    return result;
  }
  Disturbance result() const;

 private:
  void begin_serial();
  void end_serial();

  double cpu_begin_;
  double switches_begin_;
  double serial_wall_begin_ = 0.0, serial_cpu_begin_ = 0.0;
  double serial_wall_ = 0.0, serial_cpu_ = 0.0;
};

}  // namespace forerun
