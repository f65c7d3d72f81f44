#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/base/state_layout.h"

namespace forerun {

/// How an operator network is made and trained.
struct OperatorOptions {
  std::string kind = "auto";  ///< "fourier", "pod", "fno", "deeponet", "pinn"; "auto": what suits the mesh
  Index neurons = 150;        ///< of the hidden layer
  Index reach = 8;            ///< fourier: a neuron looks at so many points to each side
  Index modes = 40;           ///< pod, pinn: coordinates, at most
  Index parts = 8;            ///< pinn: of a slice, the network is for one of them
  Index samples = 3000;       ///< pairs that are learned from, of pinn places where the equation is asked, at most
  double ridge = 1e-11;       ///< relative to the features' mean square
  Index width = 0;            ///< fno, deeponet: of a layer; 0: 16 and 64
  Index layers = 2;           ///< fno, deeponet: hidden ones
  Index waves = 0;            ///< fno: that are mixed; deeponet: functions of the basis; 0: 12 and 40
  Index epochs = 40;          ///< fno, deeponet: of Adam
  Index iterations = 150;     ///< fno, deeponet: of L-BFGS after it
  double held_out = 0.1;      ///< part of the runs that is not learned from but predicted
  std::uint64_t seed = 1;

  static std::vector<ParameterSpec> parameter_specs();
  static OperatorOptions from_parameters(const Parameters& parameters);

  /// The kind for states of this layout. Throws `ParameterError` ("kind") where the one asked for does not suit it.
  std::string kind_for(const StateLayout& layout) const;
};

}  // namespace forerun
