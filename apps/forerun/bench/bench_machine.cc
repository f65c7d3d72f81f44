#include "apps/forerun/bench/bench_machine.h"

#include <cstdlib>
#include <thread>

#include "apps/forerun/cli/text_table.h"
#include "apps/forerun/record/machine.h"

namespace forerun {

std::string machine_text() {
  const unsigned cores = std::thread::hardware_concurrency();
  return cpu_model() + ", " + (cores == 1 ? "1 core" : std::to_string(cores) + " cores");
}

std::vector<std::string> load_warnings() {
  constexpr double quiet_load = 0.3;
  double load = 0.0;
  if (::getloadavg(&load, 1) != 1 || load <= quiet_load) return {};
  return {"the machine had other work at the start (load average " + format_number(load) +
          "): wall-clock figures are not to be relied on"};
}

}  // namespace forerun
