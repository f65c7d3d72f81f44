#include "learning/files/signature_metadata.h"

#include "core/base/number_text.h"

namespace forerun {

void describe_signature(const ProblemSignature& signature, TensorFileWriter& writer) {
  writer.set_metadata("problem", signature.problem);
  for (const auto& [name, value] : signature.parameters) writer.set_metadata("problem." + name, value);
  writer.set_metadata("dimension", shortest_text(signature.dimension));
  writer.set_metadata("slice_length", shortest_text(signature.slice_length));
  writer.set_metadata("coarse", signature.coarse);
  writer.set_metadata("fine", signature.fine);
}

ProblemSignature read_signature(const TensorFile& file) {
  return {.problem = file.text("problem"),
          .parameters = file.texts_with_prefix("problem."),
          .dimension = read_number<Index>(file, "dimension"),
          .slice_length = read_number<double>(file, "slice_length"),
          .coarse = file.text("coarse"),
          .fine = file.text("fine")};
}

}  // namespace forerun
