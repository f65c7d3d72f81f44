#include "core/pfasst/pfasst_block.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <numeric>

#include "core/base/errors.h"
#include "core/base/stop_scope.h"
#include "core/base/stopwatch.h"
#include "core/propagation/checked_propagation.h"

namespace forerun {
namespace {

/// Slices of a uniform grid differ in their last bits, and implicit equations have factors of their own for each
/// length: then all are as long as they are on average.
double step_length(const TimeGrid& grid, const Slice& slice) {
  const double mean = grid.slice_length();
  return std::abs(slice.length() - mean) <= 1e-10 * mean ? mean : slice.length();
}

}  // namespace

PfasstBlock::PfasstBlock(const TimeGrid& grid, const std::vector<PfasstLevel>& levels)
    : residuals_(static_cast<std::size_t>(grid.num_slices())),
      step_seconds_(residuals_.size()),
      finest_seconds_(residuals_.size()) {
  for (Index n = 0; n < grid.num_slices(); ++n) {
    const Slice& slice = grid.slice(n);
    slices_.push_back({slice.index, slice.begin, slice.begin + step_length(grid, slice)});
    steps_.push_back(std::make_unique<StepHierarchy>(levels));
  }
  for (const PfasstLevel& level : levels) sent_.emplace_back(level.equation->dimension(), grid.num_slices());
}

void PfasstBlock::guarded(Index n, const std::function<void()>& body) const {
  StopScope::throw_if_stop_requested();
  const Slice& slice = slices_[static_cast<std::size_t>(n)];
  const auto failed = [&](double time, const std::string& reason) {
    return SliceError{{slice.index, iteration_, time, "fine", reason}};
  };
  try {
    body();
  } catch (const PropagationError& error) {
    throw failed(error.time(), error.what());
  } catch (const std::exception& error) {
    throw failed(slice.begin, error.what());
  }
}

void PfasstBlock::for_steps(SliceExecutor& executor, Index first, const std::function<void(Index)>& body) {
  executor.for_each(num_steps() - first, [&](Index i) { guarded(first + i, [&] { body(first + i); }); });
}

void PfasstBlock::send(Index level, Index n) {
  State end;
  at(n).step(level).end(end);
  sent(level, n) = end;
}

void PfasstBlock::start(const State& initial, SliceExecutor& executor) {
  iteration_ = 0;
  for_steps(executor, 0, [&](Index n) {
    const Slice& slice = slices_[static_cast<std::size_t>(n)];
    at(n).place(slice.begin, slice.length(), initial);
    if (num_steps() == 1) {
      at(n).step(0).predict();
    } else {
      at(n).step(0).spread();
    }
    send(0, n);
  });
}

void PfasstBlock::burn_in(SliceExecutor& executor) {
  if (coarsest() == 0 || num_steps() == 1) return;
  for_steps(executor, 0, [&](Index n) {
    for (Index level = 0; level < coarsest(); ++level) at(n).restrict_from(level);
  });
  for (Index first = 0; first < num_steps(); ++first) {
    for_steps(executor, first, [&](Index n) {
      if (first > 0) at(n).step(coarsest()).start() = sent(coarsest(), n - 1);
      at(n).sweep(coarsest());
    });
    for (Index n = first; n < num_steps(); ++n) send(coarsest(), n);
  }
  for_steps(executor, 0, [&](Index n) {
    for (Index level = coarsest() - 1; level >= 0; --level) {
      at(n).correct(level);
      at(n).correct_start(level);
      at(n).sweep(level);
    }
    send(0, n);
  });
}

/// From the finest level, which has been swept.
void PfasstBlock::go_down(Index n) {
  for (Index level = 0; level < coarsest(); ++level) {
    if (level > 0) {
      at(n).sweep(level);
      send(level, n);
    }
    at(n).restrict_from(level);
  }
}

void PfasstBlock::sweep_coarsest(Index n) {
  if (n > 0) at(n).step(coarsest()).start() = sent(coarsest(), n - 1);
  at(n).sweep(coarsest());
  send(coarsest(), n);
}

void PfasstBlock::sweep_finest(Index n) {
  const Stopwatch watch;
  at(n).sweep(0);
  finest_seconds_[static_cast<std::size_t>(n)] = watch.seconds();
}

/// Each level starts from the end of the step before on its way down, corrected by the changes of the coarser levels.
void PfasstBlock::go_up(Index n) {
  for (Index level = coarsest() - 1; level >= 0; --level) {
    at(n).correct(level);
    if (n > 0) at(n).step(level).start() = sent(level, n - 1);
    at(n).correct_start(level);
    if (level > 0) at(n).sweep(level);
  }
  sweep_finest(n);
}

void PfasstBlock::iterate(Index iteration, SliceExecutor& executor, const std::function<void()>& swept) {
  iteration_ = iteration;
  const auto finish = [&](Index n) {
    const Stopwatch watch;
    guarded(n, [&] {
      if (coarsest() > 0) {
        go_up(n);
      } else {
        if (n > 0) at(n).step(0).start() = sent(0, n - 1);
        sweep_finest(n);
      }
    });
    step_seconds_[static_cast<std::size_t>(n)] += watch.seconds();
    if (swept) swept();
  };
  coarsest_seconds_ = 0.0;
  std::fill(step_seconds_.begin(), step_seconds_.end(), 0.0);
  if (coarsest() > 0) {
    for_steps(executor, 0, [&](Index n) {
      const Stopwatch watch;
      go_down(n);
      step_seconds_[static_cast<std::size_t>(n)] = watch.seconds();
    });
  }
  // The coarsest level goes from step to step; behind it steps go up at once.
  const std::unique_ptr<PieceStream> behind = executor.open_stream(num_steps(), finish);
  try {
    for (Index n = 0; n < num_steps(); ++n) {
      const Stopwatch watch;
      if (coarsest() > 0) guarded(n, [&] { sweep_coarsest(n); });
      coarsest_seconds_ += watch.seconds();
      behind->add(n);
    }
  } catch (...) {
    behind->cancel();
    throw;
  }
  behind->wait();
  for (Index n = 0; n < num_steps(); ++n) send(0, n);
}

/// Of the finest level: the others take everything from it on the way down.
void PfasstBlock::restore(Index n, const StateView& numbers) {
  at(n).step(0).restore(numbers);
  send(0, n);
}

double PfasstBlock::finest_seconds() const {
  return std::accumulate(finest_seconds_.begin(), finest_seconds_.end(), 0.0);
}

const std::vector<double>& PfasstBlock::residuals(const StateNorm& norm, SliceExecutor& executor) {
  for_steps(executor, 0, [&](Index n) {
    const SdcStep& finest = at(n).step(0);
    const double found = n == 0 ? finest.residual(norm) : finest.residual(norm, sent(0, n - 1));
    if (!std::isfinite(found))
      throw PropagationError(slices_[static_cast<std::size_t>(n)].begin, "the values at its nodes are not finite");
    residuals_[static_cast<std::size_t>(n)] = found;
  });
  return residuals_;
}

}  // namespace forerun
