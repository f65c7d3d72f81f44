// The conformance kit, run on every corrector of the registry as it is by default, and on the learners by themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/conformance/corrector_laws.h"

namespace forerun::conformance {
namespace {

using Options = std::map<std::string, ParameterValue>;

CorrectorCase variant(const std::string& name, const std::string& corrector, const Options& options) {
  CorrectorCase made;
  made.name = name;
  made.make = [corrector, options](const CorrectorContext& context) {
    const CorrectorEntry& entry = find_corrector(corrector);
    Parameters parameters(entry.parameters);
    for (const auto& [key, value] : options) parameters.set(key, value);
    return entry.make(parameters, context);
  };
  return made;
}

CorrectorCase interpolating(CorrectorCase made, double error) {
  made.interpolates_to = error;
  return made;
}

/// What it serves by are tangents; the network is what is written down.
CorrectorCase as_network(CorrectorCase made) {
  made.describes_what_serves = false;
  return made;
}

std::vector<CorrectorCase> registered() {
  std::vector<CorrectorCase> cases;
  for (const CorrectorEntry& entry : corrector_registry()) {
    if (!entry.make) continue;  // classic
    std::string name = entry.name;
    std::replace(name.begin(), name.end(), '-', '_');
    CorrectorCase made = variant(name, entry.name, {});
    made.describes_what_serves = entry.name == "secant";  // the others choose
    cases.push_back(std::move(made));
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Registry, CorrectorLaw, ::testing::ValuesIn(registered()), corrector_case_name);

/// A learner by itself: which of two serves is the guard's affair.
CorrectorCase learner(const std::string& name, const std::string& corrector, Options options = {}) {
  options["by_slice"] = false;
  return variant(name, corrector, options);
}

INSTANTIATE_TEST_SUITE_P(
    Learner, CorrectorLaw,
    ::testing::Values(
        interpolating(learner("kriging", "kriging"), 1e-5),
        learner("kriging_gaussian", "kriging",
                {{"kernel", std::string("gaussian")}, {"neighbors", std::int64_t{12}}, {"standardize", false}}),
        learner("kriging_sketched", "kriging", {{"sketch", std::int64_t{16}}}), learner("krylov", "krylov"),
        interpolating(learner("randnet", "randnet"), 1e-3),
        learner("randnet_minimum_norm", "randnet", {{"ridge", 0.0}, {"neurons", std::int64_t{200}}}),
        learner("randnet_compressed", "randnet", {{"rank", std::int64_t{20}}, {"sketch", std::int64_t{20}}}),
        interpolating(learner("randnet_local", "randnet-local"), 1e-5),
        learner("randnet_local_quadratic", "randnet-local",
                {{"degree", std::int64_t{2}}, {"neurons", std::int64_t{20}}}),
        interpolating(variant("secant", "secant", {}), 1e-13),
        as_network(learner("stencil", "stencil", {{"layer", std::string("none")}}))),
    corrector_case_name);

CorrectorCase layered(const std::string& layer) {
  return as_network(learner("stencil_" + layer, "stencil", {{"layer", layer}}));
}

INSTANTIATE_TEST_SUITE_P(Layered, CorrectorLaw, ::testing::Values(layered("secant"), layered("kriging")),
                         corrector_case_name);

}  // namespace
}  // namespace forerun::conformance
