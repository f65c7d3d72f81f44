#pragma once

#include <filesystem>

#include "learning/files/tensor_file.h"
#include "learning/training/learned_model.h"

namespace forerun {

/// A model on disk: a tensor file (tensor_file.h) whose metadata say format = "forerun.model", version = "2" ("1"
/// where the harvest does not know its slices' intervals), and what
/// the model was learned on. With n neurons, i inputs, f features, p outputs, d dimensions and s samples it holds
///
///   bounds.lower, bounds.upper                F64 [d]
///   layer.weights, layer.biases               F64 [i, n], [n]
///   readout, basis (absent if there is none)  F64 [f, p], [p, d]
///   harvest.…                                  as harvest_tensors.h says
///
/// so that in Python, with samples as rows, features = [φ(z @ weights + biases), z if linear, 1 if constant] and
/// discrepancies = features @ readout @ basis; `RandomFeatures` says what z is.
///
/// Everything survives bit for bit. The writer refuses whatever the reader would.

/// Atomic. Throws `FileError`, and std::invalid_argument for a model that contradicts itself.
void save_model(const std::filesystem::path& path, const LearnedModel& model);

/// Throws `FileError` where the file cannot be read and `ModelFileError`, naming the file and what is wrong, where it
/// is damaged, not a model, of a later version, where shapes contradict each other or the signature, or where a value
/// is not finite or out of its range. Memory: at most three times the file's size, whatever it says.
LearnedModel load_model(const std::filesystem::path& path);

/// Throws `ModelFileError` unless equation and dimension agree; other differences are transfer (`differences`).
void check_compatible(const ProblemSignature& learned, const ProblemSignature& used);

}  // namespace forerun
