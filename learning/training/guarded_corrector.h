#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/state_norm.h"
#include "learning/training/corrector.h"

namespace forerun {

/// One of the correctors a guard chooses among.
struct Candidate {
  std::string name;       ///< as the record shows it
  CorrectorFactory make;  ///< nullptr: "classic", m = 0
  /// Learns each slice by itself: what to begin with where it matters when a slice is, and of no use elsewhere.
  bool by_slice = false;
  /// Name of one before it: a layer, which learns what that one leaves and serves together with it, as the sum of both.
  std::string on = {};
};

/// Several correctors of which the one that has predicted best serves.
///
/// Every new sample of a slice is a truth that no model has seen: before anything is fitted anew, each candidate's last
/// model says by how much the discrepancy should have changed between the slice's last two states, which is all that
/// equation (1) of Parareal asks of it,
///
///   e = ‖(m(u') − m(u)) − (δ(u') − δ(u))‖,      δ = F − G.
///
/// A candidate's score is the logarithm of the power mean (Σ √e / count)² over at most 64 slices, evenly spread,
/// averaged over all sweeps, each counting half of the next; the lowest serves. Before anything can be scored the
/// first candidate does, or the first by slice where it matters when a slice is (`Harvest::depends_on_time`). There
/// others serve only if their errors were half of those by slice; elsewhere it is the other way round. `classic`
/// costs nothing, and should be among the candidates: then a learner that misleads is dropped as soon as it shows.
///
/// A *layer* (`Candidate::on`) is fitted to F − G − m₁ at every sample, m₁ the latest model of the candidate below it,
/// by a fresh corrector since all of that changes with m₁; what is judged and serves is the sum. It serves unless it
/// was twice as bad: it sharpens with each sweep. Layers on one candidate share its evaluations, one a sample.
///
/// A successor (`inherit`) starts with the scores of the one before. A candidate whose fit throws or fails is out until
/// its next, and begins anew.
///
/// Where classic serves, the correction is zero. What it describes is the best model there is, one by slice only where
/// it matters when a slice is, and of a sum what is below: to other runs the rest is of little use. Cost of a fit: the
/// candidates' fits, and 2 · 64 evaluations of each in parallel; of many slices only the one that serves is prepared.
/// Where all candidates do with the samples of own slices the guard does: each error is measured by the process that
/// has the slice, and 64 numbers a candidate are exchanged in a sweep. Deterministic and independent of the threads as
/// `Corrector` says; unlike a plain corrector's, its choice depends on the fits before. Throws std::invalid_argument
/// without candidates, or for a layer on none before it.
std::unique_ptr<Corrector> make_guarded_corrector(std::string name, std::vector<Candidate> candidates,
                                                  const StateNorm& norm);

}  // namespace forerun
