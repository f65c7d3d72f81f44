#include "learning/training/contender.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "learning/numerics/scratch.h"
#include "learning/training/layered_correction.h"
#include "learning/training/shared_samples.h"

namespace forerun {
namespace {

constexpr double kForgetting = 0.5;
constexpr double kLeastError = 1e-15;
constexpr double kWorstError = 1e15;  ///< also of a model that gives no finite value

}  // namespace

void Contender::start() {
  if (candidate_.make) corrector_ = candidate_.make();
  if (corrector_ && beginning_) corrector_->begin_from(beginning_);
}

void Contender::fit(const Harvest& harvest, SliceExecutor& executor) {
  model_.reset();
  if (is_classic()) return;
  try {
    together(harvest.processes(), [&] { model_ = corrector_->fit(harvest, executor); });
  } catch (const std::exception&) {
    model_.reset();
    start();  // what the fit has left may be half done
  }
}

void Contender::fit_on(const std::shared_ptr<const LearnedCorrection>& below,
                       const std::shared_ptr<const Harvest>& residual, SliceExecutor& executor) {
  start();  // all of it has changed
  fit(*residual, executor);
  if (model_) model_ = std::make_shared<const LayeredCorrection>(below, residual, std::move(model_));
}

void Contender::begin_from(const std::shared_ptr<const LearnedModel>& model) {
  beginning_ = is_layer() ? nullptr : model;
  if (beginning_ && corrector_) corrector_->begin_from(beginning_);
}

void Contender::prepare(SliceExecutor& executor) const {
  if (model_) corrector_->prepare(executor);
}

double Contender::log_error(const Harvest& harvest, const SamplePair& pair, const StateNorm& norm) const {
  thread_local Scratch memory;
  auto values = memory.matrix(harvest.dimension(), 3);
  auto change = values.col(0);
  change.setZero();
  try {
    if (model_) {
      const Slice slice = harvest.slice(pair.newer);
      model_->evaluate(slice, harvest.state(pair.newer), harvest.coarse(pair.newer), values.col(0));
      model_->evaluate(slice, harvest.state(pair.older), harvest.coarse(pair.older), values.col(1));
      change -= values.col(1);
    }
  } catch (const std::exception&) {
    return std::log(kWorstError);
  }
  values.col(2) = harvest.discrepancy(pair.newer) - harvest.discrepancy(pair.older);
  const double error = norm.distance(change, values.col(2));
  return std::log(std::isfinite(error) ? std::clamp(error, kLeastError, kWorstError) : kWorstError);
}

void Contender::add_score(double log_error) {
  latest_ = log_error;
  total_ = kForgetting * total_ + log_error;
  weight_ = kForgetting * weight_ + 1.0;
}

void Contender::inherit_scores(const Contender& predecessor) {
  latest_ = predecessor.latest_;
  total_ = predecessor.total_;
  weight_ = predecessor.weight_;
}

}  // namespace forerun
