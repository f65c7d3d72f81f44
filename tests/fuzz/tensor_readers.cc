// Models and the files of a store. Nearly every mutation breaks the digest, so each input is also read with a digest
// that is right: what a forger would write.

#include <xxhash.h>

#include <cmath>
#include <memory>

#include "core/execution/slice_executor.h"
#include "learning/family/family_file.h"
#include "learning/family/store_files.h"
#include "learning/files/model_file.h"
#include "learning/networks/operator_file.h"
#include "learning/networks/physics_flow.h"
#include "learning/networks/physics_operator.h"
#include "learning/networks/train_operator.h"
#include "learning/stencil/effective_stencil.h"
#include "tests/core/temporary_directory.h"
#include "tests/fuzz/file_readers.h"
#include "tests/learning/files/small_model.h"

namespace forerun::fuzz {
namespace {

const TemporaryDirectory& directory() {
  static const TemporaryDirectory made;
  return made;
}

/// With its digest made right; as it is where it has no place for one.
std::string with_right_digest(std::string bytes) {
  const std::string before = "\"xxh3_128\":\"";
  constexpr std::size_t num_digits = 32;
  const std::size_t position = bytes.find(before);
  if (position == std::string::npos || bytes.size() - position < before.size() + num_digits) return bytes;
  const std::size_t begin = position + before.size();
  bytes.replace(begin, num_digits, num_digits, '0');
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::string digits;
  for (const unsigned char byte : canonical.digest) {
    digits += "0123456789abcdef"[byte / 16];
    digits += "0123456789abcdef"[byte % 16];
  }
  return bytes.replace(begin, num_digits, digits);
}

/// What was accepted can be used, and saved again.
void use(LearnedModel model) {
  save_model(directory() / "again", model);
  expect_value_or_refusal<std::invalid_argument>([&] { effective_stencil(model); });
  const auto shared = std::make_shared<const LearnedModel>(std::move(model));
  std::unique_ptr<const Correction> correction;
  expect_value_or_refusal<std::invalid_argument>([&] { correction = make_correction(shared); });
  if (!correction) return;
  State out(shared->signature.dimension);
  const State middle = 0.5 * (shared->bounds.lower + shared->bounds.upper);
  correction->evaluate({.index = 0, .begin = 0.0, .end = 0.1}, middle, middle, out);
}

/// An operator network that was accepted can be used.
void use(const TrainedOperator& trained) {
  State end(trained.network->dimension());
  trained.network->evaluate(trained.probe, State::Zero(trained.network->num_inputs()), end);
}

void read_model(const std::string& bytes) {
  for (const std::string& content : {bytes, with_right_digest(bytes)}) {
    write_bytes(directory() / "model", content);
    expect_value_or_refusal<ModelFileError>([] { use(load_model(directory() / "model")); });
    expect_value_or_refusal<ModelFileError>([] { use(read_operator_file(directory() / "model")); });
  }
}

StoreFamily small_family() {
  return {{"burgers", {{"points", "2"}}, 2, 0.5, "rk1 x 2", "rk8 x 200"},
          {{"viscosity"}, State{{0.005}}, State{{0.02}}}};
}

StoreEntry small_entry() {
  StoreEntry entry{"a", State{{0.01}}, Harvest(2), 5, 9};
  for (Index n = 0; n < 3; ++n)
    entry.harvest.append(State{{0.1 * static_cast<double>(n), 1.0}}, State{{0.1, -0.0}}, {n}, {1});
  return entry;
}

/// A store has three kinds of files; any bytes are given to the readers of all three.
void read_store(const std::string& bytes) {
  for (const std::string& content : {bytes, with_right_digest(bytes)}) {
    write_bytes(directory() / "a.safetensors", content);
    const std::filesystem::path file = directory() / "a.safetensors";
    expect_value_or_refusal<ModelFileError>([&] { read_store_manifest(file); });
    expect_value_or_refusal<ModelFileError>(
        [&] { write_store_entry(directory() / "again", read_store_entry(file, small_family()), small_family()); });
    expect_value_or_refusal<ModelFileError>([&] { read_family_file(file); });
  }
}

void add_operators(std::vector<std::string>& seeds) {
  const auto numbers = [](Index rows, double step) {
    return States(States::NullaryExpr(
        rows, 9, [step](Index i, Index j) { return std::sin(step * static_cast<double>(i + 4 * j + 1)); }));
  };
  const OperatorSamples samples{numbers(4, 1.0), numbers(4, 2.0), numbers(1, 3.0)};
  OperatorOptions options;
  options.neurons = 2;
  options.reach = 1;
  options.width = 2;
  options.waves = 2;
  options.layers = options.epochs = options.iterations = 1;
  const StateLayout layout{{"u"}, {{"x", 4, -1.0, 1.0, AxisEnds::periodic}}};
  for (const char* kind : {"fourier", "pod", "fno", "deeponet"}) {
    options.kind = kind;
    TrainedOperator trained;
    trained.family = {{"burgers", {{"points", "4"}}, 4, 0.5, "rk1 x 2", "rk8 x 200"},
                      {{"viscosity"}, State{{0.005}}, State{{0.02}}}};
    trained.probe = trained.slope = State::Ones(4);
    trained.network = train_operator(options, layout, samples, *make_serial_executor());
    write_operator_file(directory() / "seed", trained);
    seeds.push_back(bytes_of(directory() / "seed"));
  }
}

void add_physics_operator(std::vector<std::string>& seeds) {
  OperatorOptions options;
  options.neurons = 1;
  EquationFamily family{States::Identity(4, 1), physics_inputs(options, 1), {}};
  family.sides.assign(static_cast<std::size_t>(family.inputs.cols()), States{{-1.0, 0.5}});
  TrainedOperator trained;
  trained.family = {{"heat", {{"points", "4"}}, 4, 0.5, "", "rk8 x 200"},
                    {{"diffusivity"}, State{{1.0}}, State{{4.0}}}};
  trained.probe = trained.slope = State::Ones(4);
  trained.network = fit_physics_operator(options, std::move(family), *make_serial_executor());
  write_operator_file(directory() / "seed", trained);
  seeds.push_back(bytes_of(directory() / "seed"));
}

/// y' = −y²
class Decay final : public FlowEquations {
 public:
  void evaluate(Index /*sample*/, const StateView& y, StateOut slope) const override { slope = -y.cwiseProduct(y); }
  void differentiate(Index /*sample*/, const StateView& y, States& jacobian) const override {
    jacobian = (-2.0 * y).asDiagonal();
  }
};

void add_physics_flow(std::vector<std::string>& seeds) {
  OperatorOptions options;
  options.neurons = 1;
  FlowSamples samples{States::Identity(4, 1), States::Ones(1, 8), States::Zero(1, 8)};
  samples.starts.row(0).setLinSpaced(0.1, 1.0);
  samples.inputs.row(0).setLinSpaced(-1.0, 1.0);
  TrainedOperator trained;
  trained.family = {{"heat", {{"points", "4"}}, 4, 0.5, "", "rk8 x 200"},
                    {{"diffusivity"}, State{{1.0}}, State{{4.0}}}};
  trained.probe = trained.slope = State::Ones(4);
  trained.network = fit_physics_flow(options, std::move(samples), Decay(), *make_serial_executor()).network;
  write_operator_file(directory() / "seed", trained);
  seeds.push_back(bytes_of(directory() / "seed"));
}

std::vector<std::string> model_seeds() {
  std::vector<std::string> seeds;
  const auto add = [&](const LearnedModel& model) {
    save_model(directory() / "seed", model);
    seeds.push_back(bytes_of(directory() / "seed"));
  };
  LearnedModel model = small_model();
  add(model);
  model.basis.resize(0, 0);
  model.readout = Eigen::MatrixXd::Constant(2, 6, 0.5);
  add(model);
  model.corrector = "randnet-local";
  model.readout.resize(0, 0);
  add(model);
  add_operators(seeds);
  add_physics_operator(seeds);
  add_physics_flow(seeds);
  return seeds;
}

FamilyLearner small_learner() {
  FamilyOptions options = FamilyOptions::from_parameters(Parameters(FamilyOptions::parameter_specs()));
  options.layer.neurons = 4;
  options.degree = 1;
  FamilyLearner learner(options, {State::Zero(2), State::Ones(2)}, small_family().box);
  for (int run = 0; run < 2; ++run) learner.absorb(small_entry(), *make_serial_executor());
  return learner;
}

std::vector<std::string> store_seeds() {
  std::vector<std::string> seeds;
  const std::filesystem::path file = directory() / "seed";
  write_store_manifest(file, small_family());
  seeds.push_back(bytes_of(file));
  write_store_entry(file, small_entry(), small_family());
  seeds.push_back(bytes_of(file));
  write_family_file(file, small_learner(), small_family(), {{"neurons", "4"}});
  seeds.push_back(bytes_of(file));
  return seeds;
}

}  // namespace

Reader model_reader() { return {"model", model_seeds, read_model}; }
Reader store_reader() { return {"store", store_seeds, read_store}; }

const std::vector<Reader>& file_readers() {
  static const std::vector<Reader> all = {csv_reader(), model_reader(), npy_reader(), store_reader()};
  return all;
}

}  // namespace forerun::fuzz
