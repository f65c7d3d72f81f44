#include "learning/files/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <thread>

#include "core/base/errors.h"
#include "core/base/split_mix.h"
#include "tests/core/temporary_directory.h"
#include "tests/learning/files/small_model.h"

namespace forerun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::string saved_bytes(const LearnedModel& model) {
  const TemporaryDirectory directory;
  save_model(directory / "model", model);
  return bytes_of(directory / "model");
}

/// The sentence with which loading refuses the file, without its name; "accepted" if it does not.
std::string refusal(const std::filesystem::path& path) {
  try {
    load_model(path);
  } catch (const ModelFileError& error) {
    EXPECT_THAT(error.what(), StartsWith(path.string() + ": "));
    return std::string(error.what()).substr(path.string().size() + 2);
  }
  return "accepted";
}

/// Everything that a model file of the small model holds, open to forgery: written with a valid digest.
struct Forgery {
  std::map<std::string, std::string> metadata;
  std::map<std::string, States> matrices;
  std::map<std::string, State> vectors;
  std::map<std::string, std::vector<Index>> integers;

  Forgery() {
    const TemporaryDirectory directory;
    save_model(directory / "model", small_model());
    const TensorFile file(directory / "model");
    metadata = file.texts_with_prefix("");
    for (const char* name : {"layer.weights", "readout", "basis", "harvest.states", "harvest.discrepancies"}) {
      matrices[name] = file.matrix(name);
    }
    for (const char* name : {"bounds.lower", "bounds.upper", "layer.biases"}) vectors[name] = file.vector(name);
    for (const char* name : {"harvest.slices", "harvest.iterations"}) integers[name] = file.integers(name);
  }

  std::string refusal() const {
    const TemporaryDirectory directory;
    TensorFileWriter writer;
    for (const auto& [key, text] : metadata) writer.set_metadata(key, text);
    for (const auto& [name, matrix] : matrices) writer.add_matrix(name, matrix);
    for (const auto& [name, vector] : vectors) writer.add_vector(name, vector);
    for (const auto& [name, numbers] : integers) writer.add_integers(name, numbers);
    writer.write(directory / "model");
    return forerun::refusal(directory / "model");
  }
};

std::string refusal_after(const std::function<void(Forgery&)>& forge) {
  Forgery forgery;
  forge(forgery);
  return forgery.refusal();
}

TEST(ModelFile, LoadsWhatWasSavedBitForBit) {
  const TemporaryDirectory directory;
  const LearnedModel saved = small_model();
  save_model(directory / "model", saved);
  const LearnedModel loaded = load_model(directory / "model");
  EXPECT_EQ(loaded.corrector, saved.corrector);
  EXPECT_EQ(loaded.options, saved.options);
  EXPECT_EQ(loaded.signature, saved.signature);
  EXPECT_EQ(loaded.layer.activation, "tanh");
  EXPECT_EQ(loaded.layer.seed, saved.layer.seed);
  EXPECT_EQ(loaded.layer.scale, saved.layer.scale);
  EXPECT_EQ(loaded.basis, saved.basis);
  EXPECT_EQ(loaded.harvest.slices(), saved.harvest.slices());
  EXPECT_EQ(loaded.harvest.iterations(), saved.harvest.iterations());
  // Equal bytes of a second file say more than == does: -0.0, denormals, and whatever was not named above.
  EXPECT_EQ(saved_bytes(loaded), saved_bytes(saved));
}

TEST(ModelFile, HoldsModelsWithoutReadoutBasisOrHarvest) {
  LearnedModel model = small_model();
  model.basis.resize(0, 0);
  model.readout.resize(0, 0);
  model.harvest = Harvest(2);
  const TemporaryDirectory directory;
  save_model(directory / "model", model);
  const LearnedModel loaded = load_model(directory / "model");
  EXPECT_EQ(loaded.readout.size(), 0);
  EXPECT_EQ(loaded.basis.size(), 0);
  EXPECT_EQ(loaded.harvest.size(), 0);
  EXPECT_EQ(loaded.harvest.dimension(), 2);
  model.harvest = Harvest(0);
  EXPECT_EQ(saved_bytes(model).empty(), false);
  save_model(directory / "model", model);
  EXPECT_EQ(load_model(directory / "model").harvest.dimension(), 2);
}

TEST(ModelFile, KeepsIntervalsWhereTheHarvestKnowsThemAll) {
  const TemporaryDirectory directory;
  LearnedModel model = small_model();
  const States states = model.harvest.states(), discrepancies = model.harvest.discrepancies();
  const std::vector<Slice> slices = {{0, 0.0, 0.1}, {5, 0.5, 0.1 * 6}};
  model.harvest = Harvest(2);
  model.harvest.append(states, discrepancies, slices, {1, 2});
  model.harvest.set_depends_on_time(true);
  save_model(directory / "model", model);
  const LearnedModel loaded = load_model(directory / "model");
  EXPECT_TRUE(loaded.harvest.depends_on_time());
  for (Index j = 0; j < 2; ++j) {
    EXPECT_EQ(loaded.harvest.slice(j).begin, slices[static_cast<std::size_t>(j)].begin);
    EXPECT_EQ(loaded.harvest.slice(j).end, slices[static_cast<std::size_t>(j)].end);
  }
  EXPECT_EQ(saved_bytes(loaded), saved_bytes(model));

  save_model(directory / "model", small_model());
  const LearnedModel old = load_model(directory / "model");
  EXPECT_FALSE(old.harvest.depends_on_time());
  EXPECT_TRUE(std::isnan(old.harvest.slice(0).begin) && std::isnan(old.harvest.slice(0).end));
}

TEST(ModelFile, KeepsWhatTheCoarseSolverMadeOfTheStatesWhereTheHarvestDoes) {
  LearnedModel model = small_model();
  Harvest harvest(model.signature.dimension, true);
  const States states = model.harvest.states(), coarse = 0.5 * states;
  std::vector<Slice> slices;
  for (Index j = 0; j < model.harvest.size(); ++j) slices.push_back(model.harvest.slice(j));
  harvest.append(states, model.harvest.discrepancies(), slices, model.harvest.iterations(), coarse);
  model.harvest = harvest;
  const TemporaryDirectory directory;
  save_model(directory / "model", model);
  const LearnedModel loaded = load_model(directory / "model");
  EXPECT_TRUE(loaded.harvest.keeps_coarse());
  EXPECT_EQ(States(loaded.harvest.coarse()), coarse);
  save_model(directory / "model", small_model());
  EXPECT_FALSE(load_model(directory / "model").harvest.keeps_coarse());
}

TEST(ModelFile, RefusesIntervalsThatCannotBe) {
  const auto refusal_of = [](const States& intervals) {
    return refusal_after([&](Forgery& forgery) { forgery.matrices["harvest.intervals"] = intervals; });
  };
  EXPECT_EQ(refusal_of(States{{0.0, 0.5}, {0.1, 0.6}}), "accepted");
  EXPECT_THAT(refusal_of(States{{0.0, 0.5}, {0.1, 0.5}}), HasSubstr("does not end after it begins"));
  EXPECT_THAT(refusal_of(States{{0.0}, {0.1}}), HasSubstr("one interval a slice"));
  EXPECT_THAT(refusal_of(States{{0.0, 0.5}, {0.1, 0.6}, {0.2, 0.7}}), HasSubstr("one interval a slice"));
}

TEST(ModelFile, RefusesEveryFlippedByteAndEveryTruncation) {
  const std::string whole = saved_bytes(small_model());
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "model";
  write_bytes(path, whole);
  for (std::size_t position = 0; position < whole.size(); ++position) {
    overwrite_byte(path, position, static_cast<char>(~whole[position]));
    ASSERT_NE(refusal(path), "accepted") << "byte " << position;
    overwrite_byte(path, position, whole[position]);
  }
  ASSERT_EQ(refusal(path), "accepted");
  for (std::size_t length = whole.size(); length-- > 0;) {
    std::filesystem::resize_file(path, length);
    ASSERT_NE(refusal(path), "accepted") << "cut at " << length;
  }
}

TEST(ModelFile, IsWholeWhoeverWritesItAtTheSameTime) {
  const TemporaryDirectory directory;
  constexpr int num_writers = 10, per_writer = 100;
  const auto model_of = [](int writer) {
    LearnedModel model = small_model();
    model.signature.parameters["viscosity"] = std::to_string(writer);
    model.readout.setConstant(static_cast<double>(writer));
    return model;
  };
  save_model(directory / "model", model_of(0));
  const auto is_one_of_theirs = [&] {
    const LearnedModel model = load_model(directory / "model");
    return (model.readout.array() == std::stod(model.signature.parameters.at("viscosity"))).all();
  };
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < num_writers; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < per_writer; ++i) save_model(directory / "model", model_of(writer));
      });
    }
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(is_one_of_theirs());
  }
  EXPECT_TRUE(is_one_of_theirs());
  EXPECT_THAT(directory.names(), ElementsAre("model"));
}

TEST(ModelFile, RefusesFiveThousandRandomDamages) {
  const std::string whole = saved_bytes(small_model());
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory / "model";
  std::uint64_t random = 0;
  const auto below = [&](std::size_t limit) { return split_mix(random += split_mix_step) % limit; };
  for (int round = 0; round < 5'000; ++round) {
    std::string damaged = whole;
    for (std::size_t i = 1 + below(5); i > 0; --i) {
      char& byte = damaged[below(damaged.size())];
      byte = static_cast<char>(byte ^ (1 << below(8)));
    }
    if (damaged == whole) continue;  // a bit was flipped back
    write_bytes(path, damaged);
    ASSERT_NE(refusal(path), "accepted") << "round " << round;
  }
}

TEST(ModelFile, RefusesNonFiniteValuesUnderAValidDigest) {
  ASSERT_EQ(Forgery().refusal(), "accepted");
  for (const double poison : {nan, std::numeric_limits<double>::infinity()}) {
    for (const auto& [name, matrix] : Forgery().matrices) {
      const auto forge = [&, key = name](Forgery& forgery) { forgery.matrices[key](0, 0) = poison; };
      EXPECT_THAT(refusal_after(forge), HasSubstr("finite")) << name;
    }
    for (const auto& [name, vector] : Forgery().vectors) {
      const auto forge = [&, key = name](Forgery& forgery) { forgery.vectors[key](0) = poison; };
      EXPECT_THAT(refusal_after(forge), HasSubstr("finite")) << name;
    }
  }
}

TEST(ModelFile, RefusesShapesThatContradictEachOther) {
  for (const auto& [name, matrix] : Forgery().matrices) {
    for (const auto& [rows, cols] : {std::pair{1, 0}, {0, 1}}) {
      const auto forge = [&, key = name](Forgery& forgery) {
        forgery.matrices[key] = States::Ones(matrix.rows() + rows, matrix.cols() + cols);
      };
      EXPECT_NE(refusal_after(forge), "accepted") << name << " with " << rows << " more rows";
    }
  }
  for (const auto& [name, vector] : Forgery().vectors) {
    const auto forge = [&, key = name](Forgery& forgery) { forgery.vectors[key] = State::Ones(vector.size() + 1); };
    EXPECT_NE(refusal_after(forge), "accepted") << name;
  }
  for (const auto& [name, numbers] : Forgery().integers) {
    const auto forge = [key = name](Forgery& forgery) { forgery.integers[key].push_back(0); };
    EXPECT_THAT(refusal_after(forge), HasSubstr("harvest")) << name;
  }
  EXPECT_EQ(refusal_after([](Forgery& forgery) { forgery.matrices["readout"] = States::Ones(1, 5); }),
            "its readout takes 5 features where its layer gives 6");
  EXPECT_THAT(refusal_after([](Forgery& forgery) { forgery.metadata["dimension"] = "3"; }), HasSubstr("dimension 3"));
}

TEST(ModelFile, RefusesValuesOutOfTheirRange) {
  const auto with_text = [](const char* key, const char* text) {
    return refusal_after([&](Forgery& forgery) { forgery.metadata[key] = text; });
  };
  EXPECT_EQ(with_text("layer.activation", "gelu"), "its activation 'gelu' is unknown");
  EXPECT_EQ(with_text("layer.scale", "-1"), "its layer's scale is not > 0");
  EXPECT_EQ(with_text("layer.scale", "nan"), "its layer's scale is not > 0");
  EXPECT_EQ(with_text("slice_length", "0"), "its slice length is not > 0");
  EXPECT_EQ(with_text("layer.sketch_size", "2"), "its layer's sketch is not shorter than a state");
  EXPECT_EQ(with_text("layer.input_degree", "3"), "its layer's input degree is neither 1 nor 2");
  EXPECT_EQ(with_text("problem", ""), "it does not say which problem it was learned on");
  EXPECT_EQ(with_text("dimension", "1000000001"), "its dimension is out of range");
  for (const char* text : {"", "1x", " 1", "99999999999999999999", "1.5", "0x2"}) {
    EXPECT_THAT(with_text("dimension", text), HasSubstr("'dimension' are")) << text;
  }
  EXPECT_THAT(with_text("layer.linear", "yes"), HasSubstr("not true or false"));
  const auto with_integer = [](const char* name, Index number) {
    return refusal_after([&](Forgery& forgery) { forgery.integers[name][0] = number; });
  };
  EXPECT_EQ(with_integer("harvest.slices", -1), "its harvest has a slice that is out of range");
  EXPECT_EQ(with_integer("harvest.iterations", 2'000'000'000), "its harvest has an iteration that is out of range");
  EXPECT_EQ(refusal_after([](Forgery& forgery) { forgery.vectors["bounds.lower"][0] = 0.7; }),
            "its lower bounds are not below the upper");
}

TEST(ModelFile, RefusesAFileThatLacksAnyPart) {
  for (const auto& [key, text] : Forgery().metadata) {
    const bool is_optional = key.starts_with("option.") || key.starts_with("problem.") || key == "xxh3_128";
    const auto forge = [name = key](Forgery& forgery) { forgery.metadata.erase(name); };
    EXPECT_EQ(refusal_after(forge), is_optional ? "accepted" : "lacks the metadata '" + key + "'");
  }
  for (const auto& [name, matrix] : Forgery().matrices) {
    const auto forge = [key = name](Forgery& forgery) { forgery.matrices.erase(key); };
    EXPECT_NE(refusal_after(forge), "accepted") << name;
  }
}

TEST(ModelFile, RefusesOtherFormatsAndLaterVersions) {
  EXPECT_EQ(refusal_after([](Forgery& forgery) { forgery.metadata["format"] = "forerun.store"; }),
            "is not a model but of format 'forerun.store'");
  EXPECT_EQ(refusal_after([](Forgery& forgery) { forgery.metadata["version"] = "3"; }),
            "has model format version 3; this program reads up to version 2");
  EXPECT_EQ(refusal_after([](Forgery& forgery) { forgery.metadata["version"] = "0"; }),
            "has no valid model format version");
}

TEST(ModelFile, IsAFileErrorWhereThereIsNothingToRead) { EXPECT_THROW(load_model("/nowhere/model"), FileError); }

TEST(SaveModel, RefusesWhatLoadingWould) {
  const TemporaryDirectory directory;
  LearnedModel model = small_model();
  model.readout(0) = nan;
  EXPECT_THROW(save_model(directory / "model", model), std::invalid_argument);
  EXPECT_THROW(save_model(directory / "model", LearnedModel()), std::invalid_argument);
  EXPECT_THAT(directory.names(), IsEmpty());
}

TEST(Signature, MustAgreeInEquationAndDimension) {
  const ProblemSignature learned = small_model().signature;
  ProblemSignature used = learned;
  used.parameters["viscosity"] = "0.011";
  EXPECT_NO_THROW(check_compatible(learned, used));
  used.dimension = 3;
  EXPECT_THROW(check_compatible(learned, used), ModelFileError);
  used = learned;
  used.problem = "burgers";
  try {
    check_compatible(learned, used);
    FAIL() << "accepted";
  } catch (const ModelFileError& error) {
    EXPECT_STREQ(
        error.what(),
        "the model was learned on 'lotka_volterra' with dimension 2 and cannot serve 'burgers' with dimension 2");
  }
}

TEST(Signature, NamesEveryDifference) {
  const ProblemSignature learned = small_model().signature;
  EXPECT_THAT(differences(learned, learned), IsEmpty());
  ProblemSignature used = learned;
  used.parameters = {{"viscosity", "0.011"}, {"points", "128"}};
  used.slice_length = 0.2;
  used.fine = "rk4 x 9";
  EXPECT_THAT(differences(learned, used),
              ElementsAre("points none there, 128 here", "viscosity 0.01 there, 0.011 here",
                          "slice length 0.1 there, 0.2 here", "fine solver rk8 x 200 there, rk4 x 9 here"));
}

}  // namespace
}  // namespace forerun
