#pragma once

namespace forerun {

/// The whole command line of `forerun`, for a program of one's own. Equations registered before
/// (solvers/equations/register_problem.h) are problems like those it comes with: for run, compare,
/// report, plan, campaign and the rest.
///
///   int main(int argc, char** argv) {
///     forerun::register_problem(forerun::make_entry<Duffing>("u'' = u - u^3", {}));
///     return forerun::forerun_main(argc, argv);
///   }
///
/// Call it once, from main: it sets how the process treats signals, closed streams and freed memory. Returns the exit
/// status.
int forerun_main(int argc, char** argv);

}  // namespace forerun
