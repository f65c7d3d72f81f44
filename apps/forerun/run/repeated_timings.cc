#include "apps/forerun/run/repeated_timings.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "apps/forerun/precision/median.h"

namespace forerun {
namespace {

constexpr double kLongSeconds = 5.0;
constexpr double kWarmUpSeconds = 0.1;
constexpr double kLeastBudget = 0.5;
constexpr std::size_t kMostRepeats = 4;

bool is_repeated(const CorrectorRun& run) { return run.record.converged() && run.record.seconds.total <= kLongSeconds; }

/// All timings of one run, the first in front.
struct Timed {
  CorrectorRun* run;
  std::vector<RunRecord> records;  ///< without states
};

class Rounds {
 public:
  Rounds(Comparison& comparison, const TimeAgain& again)
      : comparison_(comparison), again_(again), serial_{comparison.serial_fine->seconds} {
    for (CorrectorRun& run : comparison.runs) {
      if (is_repeated(run)) timed_.push_back({&run, {without_states(run.record)}});
    }
  }

  void carry_out() {
    if (serial_.front() > kLongSeconds || timed_.empty()) return;
    double expected = serial_.front();
    for (const Timed& timed : timed_) expected += timed.records.front().seconds.total;
    double left = std::max(kLeastBudget, first_seconds());
    for (std::size_t repeat = 0; repeat < kMostRepeats && expected <= left; ++repeat, left -= expected) {
      if (!round()) break;
    }
    if (serial_.size() > 1) keep();
  }

 private:
  static RunRecord without_states(RunRecord record) {
    record.boundaries.resize(0, 0);
    return record;
  }

  double first_seconds() const {
    double sum = serial_.front();
    for (const CorrectorRun& run : comparison_.runs) sum += run.record.seconds.total;
    return sum;
  }

  /// False where it ended early: all have as many timings as before then.
  bool round() {
    const std::optional<double> serial = again_.serial();
    if (!serial) return false;
    std::vector<RunRecord> records;
    for (const Timed& timed : timed_) {
      std::optional<RunRecord> record = again_.run(*timed.run);
      if (!record || !record->converged() || record->num_iterations() != timed.records.front().num_iterations())
        return false;
      records.push_back(without_states(std::move(*record)));
    }
    serial_.push_back(*serial);
    for (std::size_t i = 0; i < timed_.size(); ++i) timed_[i].records.push_back(std::move(records[i]));
    return true;
  }

  void keep() {
    const std::ptrdiff_t first = serial_.front() < kWarmUpSeconds ? 1 : 0;
    comparison_.serial_timings.assign(serial_.begin() + first, serial_.end());
    comparison_.serial_fine->seconds = comparison_.serial_timings[place_of_middle(comparison_.serial_timings)];
    for (Timed& timed : timed_) {
      timed.records.erase(timed.records.begin(), timed.records.begin() + first);
      keep(*timed.run, timed.records);
    }
  }

  void keep(CorrectorRun& run, std::vector<RunRecord>& records) {
    States boundaries = std::move(run.record.boundaries);
    std::vector<double> modelled;
    run.timings.clear();
    for (const RunRecord& record : records) {
      run.timings.push_back(record.seconds.total);
      run.record = record;
      again_.measure(run);
      if (run.modelled) modelled.push_back(run.modelled->speedup);
    }
    run.record = std::move(records[place_of_middle(run.timings)]);
    again_.measure(run);
    if (run.modelled) run.modelled->speedup = median(modelled);
    run.record.boundaries = std::move(boundaries);
  }

  Comparison& comparison_;
  const TimeAgain& again_;
  std::vector<double> serial_;
  std::vector<Timed> timed_;
};

}  // namespace

void repeat_timings(Comparison& comparison, const TimeAgain& again) {
  if (comparison.has_reference()) Rounds(comparison, again).carry_out();
}

}  // namespace forerun
