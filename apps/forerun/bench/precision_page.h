#pragma once

#include <string>
#include <vector>

#include "apps/forerun/bench/bench_report.h"
#include "apps/forerun/precision/parallel_study.h"
#include "apps/forerun/precision/serial_study.h"

namespace forerun {

/// What was measured of one problem.
struct PrecisionResult {
  std::string title;
  SerialStudy serial;
  std::vector<ParallelPoint> parallel;
};

/// A page with a work–precision diagram a problem (time over error, both logarithmic): those of our serial solvers that
/// are the fastest for some error, the fastest of SUNDIALS, and Parareal on the most threads that were measured; then
/// the summary of `report`.
std::string precision_page(const BenchReport& report, const std::vector<PrecisionResult>& results);

}  // namespace forerun
