// Writes the small model and what it predicts for one state, for the reader in Python: DIRECTORY/model.safetensors,
// and DIRECTORY/states.npy with the state and the predicted discrepancy as its two columns.

#include <filesystem>
#include <iostream>
#include <memory>

#include "core/files/npy_file.h"
#include "learning/files/model_file.h"
#include "tests/learning/files/small_model.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_small_files DIRECTORY\n";
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  const auto model = std::make_shared<const forerun::LearnedModel>(forerun::small_model());
  forerun::save_model(directory / "model.safetensors", *model);
  forerun::States states(2, 2);
  states.col(0) << 0.25, -0.125;
  forerun::make_correction(model)->evaluate({.index = 0, .begin = 0, .end = 0.1}, states.col(0), forerun::State(),
                                            states.col(1));
  forerun::write_npy(directory / "states.npy", states);
}
