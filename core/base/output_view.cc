#include "core/base/output_view.h"

#include <stdexcept>
#include <string>

namespace forerun {

void throw_wrong_shape(Eigen::Index rows, Eigen::Index columns, Eigen::Index must_rows, Eigen::Index must_columns) {
  std::string sentence = "the result has " + std::to_string(rows);
  if (columns == 1 && must_columns == 1) {
    sentence += " components: must be " + std::to_string(must_rows);
  } else {
    sentence += " x " + std::to_string(columns) + " values: must be " + std::to_string(must_rows) + " x " +
                std::to_string(must_columns);
  }
  throw std::invalid_argument(sentence);
}

}  // namespace forerun
