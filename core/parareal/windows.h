#pragma once

#include "core/parareal/parareal.h"

namespace forerun {

/// Parareal over one window of the time grid after the other: W runs of `solve_parareal`, each over N / W consecutive
/// slices and from where the one before has ended.
///
///   window w = 1 … W:      slices (w − 1) N/W … w N/W − 1,      U at its first boundary: as window w − 1 left it
///
///  * Memory is that of one window, beside the grid and the d × (N + 1) states of the result, of which each process
///    has its share.
///  * k iterations into a window, its first k slices are bit for bit the serial fine solution *from the window's first
///    state*; with W = 1 this is `solve_parareal`.
///  * A window's start keeps its error, and the equation carries it on. By the rule of the estimate each window is held
///    to tolerance / W, and what is left of all is put together by the growths that each has seen,
///
///      E_w = e_w + (∏ M) E_{w−1}:
///
///    it is the estimated error of a window's last iteration, and where it is above the tolerance the run is
///    `unconfirmed`: on a chaotic problem later windows cannot mend what earlier ones have left.
///  * The trainer goes on from window to window (`CoarseTrainer::next_window`). Slices keep their indices and times.
///  * One record. Iterations are numbered through and say which window they belong to; their slices and fronts are
///    counted from the window's first slice. `fine_work` is in full passes of the whole grid, so that it adds up;
///    `error` is that of all slices up to the window's end. The initial sweep's corrector and error are those of window
///    1, fallbacks and seconds of initial sweeps and of `next_window` add up.
///  * A window that does not converge ends the run: its termination is the run's, later windows are not run, and their
///    states are not a number. One that is `unconfirmed` is gone on from, and the run is, too.
///  * Where processes share the run, each window is dealt out to them: of result and reference a process has what it
///    had of each window (`held_boundaries`). From one window to the next d numbers go from the last process to all.
///  * `max_iterations` holds of each window, `max_seconds` of all together.
///
/// Throws as `solve_parareal` does, and `ParameterError` ("windows") unless W ≥ 1 divides N; before any work.
RunRecord solve_in_windows(const PararealProblem& problem, Index num_windows, const PararealOptions& options,
                           SliceExecutor& executor, IterationObserver* observer = nullptr);

/// Throws `ParameterError` ("windows") naming the value and the rule unless 1 ≤ num_windows divides num_slices.
void check_windows(Index num_windows, Index num_slices);

}  // namespace forerun
