#pragma once

#include <memory>
#include <string>
#include <vector>

#include "learning/stencil/stencil_features.h"
#include "learning/training/harvest.h"

namespace forerun {

/// How well recipes explain what they were not fitted to: a readout of each is fitted to the newest samples of half of
/// the slices, and tested on those of the others.
///
/// What the processes of a shared run have, each of its own slices, is shared: the rows of fits, the readouts, of which
/// each process fits a part, and squares of each tested slice. Every process must ask for the same recipes; all get the
/// same bits, which do not depend on the number of processes or threads.
/// Everything is referred to. Not thread-safe.
class RecipeTrials {
 public:
  RecipeTrials(const Harvest& harvest, const StateLayout& layout, const FieldScale& scale,
               const std::string& activation, std::uint64_t seed, SliceExecutor& executor);

  /// The part of the tested discrepancies (root mean square) that each recipe leaves, in values, and where any sample
  /// has changed since its predecessor in changes, too (the geometric mean of both); infinite where its fit failed.
  /// In parallel over recipes: 1024 rows or four a feature are fitted, with as many secants, and 2048 tested.
  std::vector<double> unexplained(const std::vector<StencilRecipe>& recipes);

 private:
  struct Trial;
  struct Samples {
    std::vector<Index> fitted;
    std::vector<Index> tested;
  };

  static Samples split(const Harvest& harvest);
  template <typename Work>
  void for_each(std::vector<Trial>& trials, const Work& work);
  void make_rows(Trial& trial) const;
  void fit_all(std::vector<Trial>& trials);
  void fit(Trial& trial) const;
  void test(Trial& trial) const;
  double score(Trial& trial) const;

  const Harvest& harvest_;
  const StateLayout& layout_;
  const FieldScale& scale_;
  const std::string& activation_;
  std::uint64_t seed_;
  SliceExecutor& executor_;
  std::unique_ptr<SliceExecutor> serial_ = make_serial_executor();
  Samples samples_;
  std::vector<Index> tested_;
  std::vector<Index> tested_here_;
  std::vector<double> moves_;         ///< of the fitted ones
  std::vector<double> tested_moves_;  ///< of those here
};

}  // namespace forerun
