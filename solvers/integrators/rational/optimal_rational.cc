#include "solvers/integrators/rational/optimal_rational.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/base/state.h"

namespace forerun {
namespace {

constexpr double kLeast = 1e-4, kMost = 1e8;
constexpr Index kPointsPerDecade = 40;

/// Where functions of s are looked at: evenly spread in log s.
State grid_of_decays() {
  const double decades = std::log10(kMost / kLeast);
  const auto count = static_cast<Index>(decades * kPointsPerDecade) + 1;
  return (State::LinSpaced(count, std::log(kLeast), std::log(kMost))).array().exp();
}

double signed_factor(double coarse, double fine) {
  const double damping = 1.0 - std::abs(coarse);
  return damping > 0.0 ? (coarse - fine) / damping : std::numeric_limits<double>::infinity();
}

struct Extremum {
  double place, value;
};

/// Extrema of f on the grid, with parabolas through three points in log s.
template <class Function>
std::vector<Extremum> extrema(const State& grid, const Function& f) {
  std::vector<Extremum> found;
  State values(grid.size());
  for (Index i = 0; i < grid.size(); ++i) values[i] = f(grid[i]);
  for (Index i = 1; i + 1 < grid.size(); ++i) {
    const double before = std::abs(values[i - 1]), here = std::abs(values[i]), after = std::abs(values[i + 1]);
    if (!(here >= before && here > after)) continue;
    const double curvature = before - 2.0 * here + after;
    const double shift = curvature < 0.0 ? std::clamp(0.5 * (before - after) / curvature, -1.0, 1.0) : 0.0;
    const double place = grid[i] * std::pow(grid[1] / grid[0], shift);
    found.push_back({place, f(place)});
  }
  return found;
}

/// The functions of one degree by their free coefficients: a_1 … a_{m−1}, then b_2 … b_m.
class Family {
 public:
  Family(int degree, const Decay& fine) : degree_(degree), fine_(fine), grid_(grid_of_decays()) {}

  Index size() const { return 2 * (degree_ - 1); }
  const State& grid() const { return grid_; }

  RationalFunction function(const State& p) const {
    RationalFunction f{{1.0}, {1.0, 1.0 + p[0]}};
    for (Index i = 0; i + 1 < degree_; ++i) f.numerator.push_back(p[i]);
    for (Index i = degree_ - 1; i < size(); ++i) f.denominator.push_back(p[i]);
    return f;
  }

  /// κ(s) with its sign.
  double factor(const State& p, double s) const { return signed_factor(function(p)(s), fine_(s)); }
  State factors(const State& p, const State& places) const {
    State values(places.size());
    for (Index i = 0; i < places.size(); ++i) values[i] = factor(p, places[i]);
    return values;
  }
  /// ∂ factors / ∂p.
  Eigen::MatrixXd derivatives(const State& p, const State& places) const {
    constexpr double share = 1e-6;
    Eigen::MatrixXd columns(places.size(), size());
    for (Index j = 0; j < size(); ++j) {
      const double step = share * std::max(share, std::abs(p[j]));
      State more = p, less = p;
      more[j] += step;
      less[j] -= step;
      columns.col(j) = (factors(more, places) - factors(less, places)) / (more[j] - less[j]);
    }
    return columns;
  }

  /// 1 / (1 + s + s²/2! + …): close to e^{−s}, without a zero of the denominator.
  State begin() const {
    State p = State::Zero(size());
    double factorial = 1.0;
    for (Index k = 2; k <= degree_; ++k) p[degree_ - 3 + k] = 1.0 / (factorial *= static_cast<double>(k));
    return p;
  }

 private:
  Index degree_;
  const Decay& fine_;
  State grid_;
};

/// Levenberg and Marquardt's method for Σ κ(s_i)².
State least_squares(const Family& family, State p) {
  constexpr int most = 300;
  double damping = 1e-3;
  State values = family.factors(p, family.grid());
  for (int i = 0; i < most; ++i) {
    const Eigen::MatrixXd columns = family.derivatives(p, family.grid());
    Eigen::MatrixXd normal = columns.transpose() * columns;
    normal.diagonal() *= 1.0 + damping;
    const State step = normal.partialPivLu().solve(-columns.transpose() * values);
    const State tried = family.factors(p + step, family.grid());
    if (tried.squaredNorm() < values.squaredNorm()) {
      p += step;
      values = tried;
      damping /= 3.0;
      if (step.cwiseAbs().maxCoeff() < 1e-10) break;
    } else {
      damping *= 4.0;
      if (damping > 1e12) break;
    }
  }
  return p;
}

/// The extrema that are to be made equal: signs alternate, the largest of neighbours with one sign. Empty where there
/// are too few.
std::vector<Extremum> reference(std::vector<Extremum> all, std::size_t count) {
  std::vector<Extremum> chosen;
  for (const Extremum& next : all) {
    if (!chosen.empty() && (chosen.back().value > 0.0) == (next.value > 0.0)) {
      if (std::abs(next.value) > std::abs(chosen.back().value)) chosen.back() = next;
    } else {
      chosen.push_back(next);
    }
  }
  while (chosen.size() > count) {
    if (std::abs(chosen.front().value) < std::abs(chosen.back().value)) {
      chosen.erase(chosen.begin());
    } else {
      chosen.pop_back();
    }
  }
  return chosen.size() == count ? chosen : std::vector<Extremum>();
}

double largest(const Family& family, const State& p) {
  double size = 0.0;
  for (const Extremum& e : extrema(family.grid(), [&](double s) { return family.factor(p, s); })) {
    size = std::max(size, std::abs(e.value));
  }
  return size;
}

/// Newton's method for κ(s_i) = ±κ at the extrema s_i, which move with it.
State levelled(const Family& family, State p) {
  constexpr int most = 60;
  constexpr double rounding = 1e-12;  // the family has the fine solver's own function
  double size = largest(family, p);
  for (int i = 0; i < most && size > rounding; ++i) {
    const auto chosen = reference(extrema(family.grid(), [&](double s) { return family.factor(p, s); }),
                                  static_cast<std::size_t>(family.size()) + 1);
    if (chosen.empty()) break;
    const auto count = static_cast<Index>(chosen.size());
    State places(count), values(count);
    Eigen::MatrixXd matrix(count, count);
    for (Index j = 0; j < count; ++j) {
      places[j] = chosen[static_cast<std::size_t>(j)].place;
      values[j] = chosen[static_cast<std::size_t>(j)].value;
      matrix(j, count - 1) = values[j] > 0.0 ? -1.0 : 1.0;
    }
    matrix.leftCols(count - 1) = family.derivatives(p, places);
    const State step = matrix.partialPivLu().solve(-values).head(count - 1);
    double share = step.allFinite() ? 1.0 : 0.0;
    while (share > 1e-4 && !(largest(family, p + share * step) < size)) share *= 0.5;
    if (share <= 1e-4) break;
    p += share * step;
    size = largest(family, p);
  }
  return p;
}

}  // namespace

double contraction_factor(const Decay& coarse, const Decay& fine) {
  const State grid = grid_of_decays();
  const auto factor = [&](double s) { return signed_factor(coarse(s), fine(s)); };
  double size = std::max(std::abs(factor(grid[0])), std::abs(factor(grid[grid.size() - 1])));
  for (const Extremum& e : extrema(grid, factor)) size = std::max(size, std::abs(e.value));
  return size;
}

double method_decay(const ImplicitMethod& method, double s) {
  const auto stages = static_cast<Index>(method.num_stages);
  Eigen::MatrixXd a(stages, stages);
  for (Index i = 0; i < stages; ++i) {
    for (Index j = 0; j < stages; ++j) {
      const auto& row = method.a[static_cast<std::size_t>(i)];
      a(i, j) = static_cast<std::size_t>(j) < row.size() ? row[static_cast<std::size_t>(j)] : 0.0;
    }
  }
  // Stiffly accurate: the last stage is the new state.
  const State stage_states =
      (Eigen::MatrixXd::Identity(stages, stages) + s * a).partialPivLu().solve(State::Ones(stages));
  return stage_states[stages - 1];
}

OptimalRational optimal_rational(int degree, const Decay& fine) {
  if (degree != 2 && degree != 3) throw std::invalid_argument("a rational coarse solver has degree 2 or 3");
  const Family family(degree, fine);
  const State p = levelled(family, least_squares(family, family.begin()));
  OptimalRational best{family.function(p), 0.0};
  best.contraction = contraction_factor(best.function, fine);
  if (!(best.contraction < 1.0)) throw std::invalid_argument("no rational function contracts against this fine solver");
  return best;
}

}  // namespace forerun
