#include <stdexcept>
#include <unsupported/Eigen/MatrixFunctions>

#include "solvers/integrators/exponential/exponential_forms.h"
#include "solvers/integrators/factor_cache.h"

namespace forerun {
namespace {

using Matrix = Eigen::MatrixXd;

/// exp(τA), and what b has come to after τ: both stand in the exponential of τ (A b; 0 0).
struct Flow {
  Matrix matrix;
  State constant;
};

class DenseExponential final : public ExponentialAction {
 public:
  explicit DenseExponential(AffineSystem system) : system_(std::move(system)) {}

  ExponentialForm form() const override { return ExponentialForm::dense; }

  double apply(double length, State& state) const override {
    const auto flow = flows_.get(length, [&] { return make_flow(length); });
    const State carried = flow->matrix * state;
    state = carried + flow->constant;
    const auto d = static_cast<double>(system_.dimension());
    return std::max(1.0, d * d / static_cast<double>(system_.matrix.pattern->num_entries()));
  }

 private:
  std::unique_ptr<const Flow> make_flow(double length) const {
    const Index d = system_.dimension();
    Matrix generator = Matrix::Zero(d + 1, d + 1);
    const SparsityPattern& pattern = *system_.matrix.pattern;
    for (Index column = 0; column < d; ++column) {
      for (int entry = pattern.begin(column); entry < pattern.end(column); ++entry) {
        generator(pattern.row(entry), column) = length * system_.matrix.value(entry);
      }
    }
    if (system_.has_constant()) generator.topRightCorner(d, 1) = length * system_.constant;
    if (!generator.allFinite()) throw std::runtime_error("the matrix of the equation is not finite");
    const Matrix flow = generator.exp();
    if (!flow.allFinite()) throw std::runtime_error("solutions grow beyond all numbers within a slice");
    return std::make_unique<const Flow>(Flow{flow.topLeftCorner(d, d), flow.topRightCorner(d, 1)});
  }

  AffineSystem system_;
  mutable FactorCache<Flow> flows_{most_kept_lengths};
};

}  // namespace

std::unique_ptr<const ExponentialAction> make_dense_exponential(AffineSystem system) {
  return std::make_unique<DenseExponential>(std::move(system));
}

}  // namespace forerun
