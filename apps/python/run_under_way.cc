#include "apps/python/run_under_way.h"

#include <pybind11/pybind11.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

namespace forerun::python {
namespace {

std::set<RunUnderWay*> under_way;
bool is_ending = false;

}  // namespace

RunUnderWay::RunUnderWay(const std::stop_source& stop) : stop_(stop) {
  if (is_ending) throw std::runtime_error("no run can begin while Python is ending");
  under_way.insert(this);
}

RunUnderWay::~RunUnderWay() { under_way.erase(this); }

void RunUnderWay::end_all() {
  is_ending = true;
  for (RunUnderWay* run : under_way) run->stop_.request_stop();
  while (!under_way.empty()) {
    const pybind11::gil_scoped_release released;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace forerun::python
