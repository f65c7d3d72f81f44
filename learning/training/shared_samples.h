#pragma once

#include <exception>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "core/execution/time_communicator.h"
#include "learning/training/harvest.h"

namespace forerun {

/// What the processes of a shared harvest (`Harvest::processes`) tell each other, so that each can make of all samples
/// what one process alone would: numbers about samples, each computed once, by the process that holds the sample. They
/// are put in the order of the samples, so that sums over them are the same whatever the number of processes. Of a
/// harvest that is not shared nothing is asked: all of it is here.
///
/// All processes call these alike. Errors: as those of `TimeCommunicator`. Thread-safety: the thread that learns alone.

/// values[i width] … values[(i + 1) width − 1] are about samples[i], and those of the samples that are held here are
/// there; afterwards all are. Moves 8 width bytes a sample to each process that does not hold it.
void share(const Harvest& harvest, std::span<const Index> samples, std::span<double> values, Index width = 1);
/// The same of columns that are about samples, so many of each.
void share(const Harvest& harvest, std::span<const Index> samples, States& values);

/// The same samples, all of them on the first process, which 2 d numbers of each reach, or 3 d with G(u); none on
/// others.
Harvest gathered_by_first(const Harvest& harvest);

/// Throws std::runtime_error with the words of the lowest process that has any. Empty: this one has no trouble.
void throw_first_trouble(TimeCommunicator& processes, const std::string& trouble);

/// work(), a part of what all do that one process may fail at alone: then it fails on all, by what the lowest of them
/// says. Want of memory ends the run: it may come in the midst of an exchange. Costs a number that all tell each other.
/// nullptr: nobody else is there.
template <typename Work>
void together(TimeCommunicator* processes, const Work& work) {
  if (processes == nullptr) {
    work();
    return;
  }
  std::string trouble;
  try {
    work();
  } catch (const std::bad_alloc&) {
    throw CannotGoOn{"out of memory"};
  } catch (const std::exception& error) {
    trouble = error.what();
    if (trouble.empty()) trouble = "learning failed";
  }
  throw_first_trouble(*processes, trouble);
}

}  // namespace forerun
