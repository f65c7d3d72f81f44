#pragma once

#include "learning/training/learned_model.h"

namespace forerun {

/// A model of a 2-component problem with every part present: 3 neurons, linear and constant features, a basis of one
/// vector, a harvest of two samples; numbers that only survive when every bit does.
inline LearnedModel small_model() {
  LearnedModel model;
  model.corrector = "randnet";
  model.options = {{"neurons", "3"}, {"ridge", "1e-12"}};
  model.signature = {.problem = "lotka_volterra",
                     .parameters = {{"viscosity", "0.01"}},
                     .dimension = 2,
                     .slice_length = 0.1,
                     .coarse = "rk1 x 4",
                     .fine = "rk8 x 200"};
  model.bounds = {State::Constant(2, -1.0 / 3), State::Constant(2, 0.7)};
  model.layer = {.activation = "tanh",
                 .seed = 18446744073709551615u,
                 .scale = 0.1,
                 .linear = true,
                 .constant = true,
                 .weights = Eigen::MatrixXd(3, 2),
                 .biases = Eigen::VectorXd(3)};
  model.layer.weights << 0.1, -0.2, 1.0 / 3, 5e-324, -0.0, 7;
  model.layer.biases << 1, 2, 0.3;
  model.readout = Eigen::RowVectorXd::LinSpaced(6, 0.1, 0.7);
  model.basis = Eigen::Vector2d(0.6, 0.8);
  model.harvest = Harvest(2);
  States states(2, 2);
  states << 0.1, 0.2, 0.3, 0.4;
  model.harvest.append(states, 1e-3 * states, {0, 5}, {1, 2});
  return model;
}

}  // namespace forerun
