#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/uniform_noise.h"
#include "core/parareal/parareal.h"
#include "core/propagation/serial_fine.h"
#include "solvers/equations/linear_part.h"
#include "solvers/integrators/spectral/spectral_bound.h"
#include "tests/solvers/make_problem.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;

constexpr double kPi = std::numbers::pi;

/// (u_i ends at 0, or the flux does).
enum class Ends { kept_at_zero, closed };
enum class Part { whole, linear, transposed };

/// u_t = (a(x, t) u_x)_x + 100 sin(5πt) (1 + cos 3πx) on (0, 1) by central differences and implicit Euler of step
/// 1/100, as M. J. Gander, M. Ohlberger, S. Rave measure the method on.
class PublishedHeat final : public Propagator {
 public:
  PublishedHeat(Ends ends, Part part) : ends_(ends), part_(part) {}

  static constexpr double step = 0.01;

  Index dimension() const override { return ends_ == Ends::kept_at_zero ? 99 : 100; }
  double place(Index i) const { return 0.01 * (static_cast<double>(i) + (ends_ == Ends::kept_at_zero ? 1.0 : 0.5)); }
  State initial() const {
    State u = State::Zero(dimension());
    for (Index i = 0; i < dimension(); ++i) u[i] = place(i) >= 0.6 && place(i) <= 0.8 ? 10.0 : 0.0;
    return u;
  }

  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    const auto count = static_cast<Index>(std::lround(slice.length() / step));
    State u = in;
    for (Index k = 0; k < count; ++k) {
      const Index forward = part_ == Part::transposed ? count - 1 - k : k;  // each step's matrix is symmetric
      advance(slice.begin + static_cast<double>(forward + 1) * step, u);
    }
    out = u;
  }

 private:
  double diffusivity(double x, double time) const {
    return ends_ == Ends::kept_at_zero ? 1.0 : 1.0 + 0.9 * std::sin(7.0 * kPi * time + 2.0 * kPi * x);
  }

  /// Solves the tridiagonal system from the left.
  void advance(double time, State& u) const {
    const Index d = dimension();
    const double ratio = step / (0.01 * 0.01);
    State above(d);
    const auto flux = [&](Index i) {  // between points i − 1 and i
      const bool is_closed = ends_ == Ends::closed && (i == 0 || i == d);
      return is_closed ? 0.0 : ratio * diffusivity(place(i) - 0.005, time);
    };
    for (Index i = 0; i < d; ++i) {
      if (part_ == Part::whole)
        u[i] += step * 100.0 * std::sin(5.0 * kPi * time) * (1.0 + std::cos(3.0 * kPi * place(i)));
      const double left = flux(i), right = flux(i + 1);
      const double pivot = 1.0 + left + right - (i > 0 ? left * above[i - 1] : 0.0);
      above[i] = right / pivot;
      u[i] = (u[i] + (i > 0 ? left * u[i - 1] : 0.0)) / pivot;
    }
    for (Index i = d - 1; i-- > 0;) u[i] += above[i] * u[i + 1];
  }

  Ends ends_;
  Part part_;
};

SpectralPropagator published_coarse(Ends ends, Index modes) {
  return {std::make_unique<PublishedHeat>(ends, Part::whole), std::make_unique<PublishedHeat>(ends, Part::linear),
          std::make_unique<PublishedHeat>(ends, Part::transposed), modes, SpectralPropagator::Maps::of_each_slice};
}

/// The published method begins with what the fine solver makes of the initial state.
class ExactAtFirst final : public Propagator {
 public:
  ExactAtFirst(const Propagator& fine, const Propagator& coarse) : fine_(fine), coarse_(coarse) {}
  Index dimension() const override { return fine_.dimension(); }
  void propagate(const Slice& slice, const StateView& in, StateOut out) const override {
    (slice.index == 0 ? fine_ : coarse_).propagate(slice, in, out);
  }

 private:
  const Propagator& fine_;
  const Propagator& coarse_;
};

/// Largest Euclidean distance from serial fine after the coarse sweep and after each iteration.
std::vector<double> errors_by_sweep(const Propagator& fine, const Propagator& coarse, const TimeGrid& grid,
                                    const State& initial, Index iterations) {
  const auto executor = make_serial_executor();
  const States serial = solve_serial(grid, initial, fine, {}).boundaries;
  States states(initial.size(), grid.num_slices() + 1);
  states.col(0) = initial;
  for (Index n = 0; n < grid.num_slices(); ++n)
    coarse.propagate(grid.slice(n), State(states.col(n)), states.col(n + 1));
  std::vector<double> errors{(states - serial).colwise().norm().maxCoeff()};
  for (Index k = 1; k <= iterations; ++k) {
    const PararealOptions options{.tolerance = 0.0, .max_iterations = k};
    const RunRecord record = solve_parareal({grid, initial, coarse, fine}, options, *executor);
    errors.push_back((record.boundaries - serial).colwise().norm().maxCoeff());
  }
  return errors;
}

std::vector<double> published_errors(Ends ends, Index modes, Index iterations) {
  const PublishedHeat fine(ends, Part::whole);
  const SpectralPropagator coarse = published_coarse(ends, modes);
  return errors_by_sweep(fine, ExactAtFirst(fine, coarse), TimeGrid(0.0, 1.0, 10), fine.initial(), iterations);
}

/// The scheme in space differs from the published one: the same order of magnitude, and no more than `factor` apart.
void expect_published(const std::vector<double>& errors, const std::vector<double>& published, double factor) {
  for (std::size_t k = 0; k < published.size(); ++k) {
    EXPECT_LE(errors[k], factor * published[k]) << "sweep " << k;
    if (published[k] > 1e-11) {
      EXPECT_GE(errors[k], published[k] / factor) << "sweep " << k;
    }
  }
}

TEST(SpectralCoarse, ErrorsByTheSweepAreThePublishedOnes) {
  expect_published(published_errors(Ends::kept_at_zero, 0, 2), {18.0, 7.1, 2.8}, 1.2);
  expect_published(published_errors(Ends::kept_at_zero, 3, 2), {9.4e-5, 7.2e-9, 5e-13}, 4.0);
  expect_published(published_errors(Ends::closed, 5, 2), {3.9e-4, 7.3e-9, 1e-12}, 2.0);
  expect_published(published_errors(Ends::closed, 3, 3), {0.34, 2.2e-3, 8.5e-6, 3.1e-8}, 6.0);
}

/// σ_{R+1} of heat is known: implicit Euler's factor of the sine that comes next.
TEST(SpectralCoarse, ContractsByTheFirstSingularValueLeftOut) {
  const PublishedHeat fine(Ends::kept_at_zero, Part::whole);
  for (const Index modes : {0, 1, 3}) {
    const SpectralPropagator coarse = published_coarse(Ends::kept_at_zero, modes);
    const double half_angle = 0.5 * kPi * 0.01 * static_cast<double>(modes + 1);
    const double known = std::pow(1.0 + 0.01 * 4e4 * std::pow(std::sin(half_angle), 2), -10.0);
    if (modes > 0) {
      EXPECT_NEAR(coarse.left_out({3, 0.3, 0.4}), known, 1e-6 * known);
    }
    const std::vector<double> errors =
        errors_by_sweep(fine, coarse, TimeGrid(0.0, 1.0, 10), fine.initial(), modes == 0 ? 4 : 1);
    for (std::size_t k = 1; k < errors.size(); ++k) EXPECT_LE(errors[k], 1.05 * known * errors[k - 1]) << modes;
  }
}

/// Largest Euclidean distance from serial fine after each iteration of a run, and what it was said to be at most.
struct ErrorsAndBounds {
  std::vector<double> errors, bounds;
};

ErrorsAndBounds bounded_errors(Ends ends, Index modes, double tolerance) {
  const PublishedHeat fine(ends, Part::whole);
  const SpectralPropagator coarse = published_coarse(ends, modes);
  const TimeGrid grid(0.0, 1.0, 10);
  const State initial = fine.initial();
  const States serial = solve_serial(grid, initial, fine, {}).boundaries;

  class Errors final : public IterationObserver {
   public:
    explicit Errors(const States& truth) : truth_(truth) {}
    void on_iteration(const IterationRecord&, const States& boundaries) override {
      found.push_back((boundaries - truth_).colwise().norm().maxCoeff());
    }
    std::vector<double> found;

   private:
    const States& truth_;
  };
  Errors errors(serial);
  SpectralBound bound(coarse, grid);
  IterationObservers both{&errors, &bound};
  solve_parareal({grid, initial, coarse, fine}, {.tolerance = tolerance, .max_iterations = 5}, *make_serial_executor(),
                 &both);
  return {errors.found, bound.bounds()};
}

TEST(SpectralBound, IsAboveTheErrorAndNotFarAboveIt) {
  constexpr double rounding = 1e-12;  // of states of size 100
  for (const Ends ends : {Ends::kept_at_zero, Ends::closed}) {
    for (const Index modes : {1, 3, 5}) {
      const ErrorsAndBounds run = bounded_errors(ends, modes, 0.0);
      ASSERT_EQ(run.errors.size(), 5U);
      for (std::size_t k = 0; k < run.errors.size(); ++k) {
        EXPECT_GE(1.001 * run.bounds[k] + rounding, run.errors[k]) << modes << " modes, sweep " << k;
        EXPECT_LE(run.bounds[k], 100.0 * run.errors[k] + rounding) << modes << " modes, sweep " << k;
      }
    }
  }
}

TEST(SpectralBound, HoldsWhereSlicesWereFrozenAsConverged) {
  const ErrorsAndBounds run = bounded_errors(Ends::closed, 3, 1e-4);
  EXPECT_LT(run.errors.size(), 5U) << "it converges before";
  for (std::size_t k = 0; k < run.errors.size(); ++k) EXPECT_GE(1.001 * run.bounds[k], run.errors[k]) << k;
  EXPECT_LT(run.bounds.back(), 1e-2);
}

/// Without a coarse solver σ_1 is what the run itself has seen.
TEST(SpectralBound, IsAboveTheErrorWithoutModesToo) {
  for (const Ends ends : {Ends::kept_at_zero, Ends::closed}) {
    const ErrorsAndBounds run = bounded_errors(ends, 0, 0.0);
    for (std::size_t k = 0; k < run.errors.size(); ++k) {
      EXPECT_GE(run.bounds[k], run.errors[k]) << k;
      EXPECT_LE(run.bounds[k], 100.0 * run.errors[k]) << k;
    }
  }
}

State noise(Index dimension, std::uint64_t seed) {
  UniformNoise draw(seed);
  State state(dimension);
  for (double& value : state) value = 2.0 * draw.next() - 1.0;
  return state;
}

std::vector<std::string> fine_methods() {
  for (const ParameterSpec& key : spectral_entry().keys) {
    if (key.name == "modes_of") return key.choices;
  }
  return {};
}

TEST(LinearPart, EveryIntegratorOfTheTransposedEquationIsItsTransposed) {
  for (const std::string name : {"heat", "wave", "transport", "heat_2d"}) {
    const auto problem = make_problem(name);
    const auto forward = make_linear_part(*problem), backward = make_transposed_linear_part(*problem);
    const State u = noise(problem->dimension(), 1), v = noise(problem->dimension(), 2);
    for (const std::string& method : fine_methods()) {
      const SolverSpec spec(method, 40);
      const double length = 1e-3;
      const double one = propagate(*forward, spec, u, length).dot(v);
      const double other = u.dot(propagate(*backward, spec, v, length));
      EXPECT_NEAR(one, other, 1e-12 * u.norm() * v.norm()) << name << ", " << method;
      const State whole = propagate(*problem, spec, u, length);
      EXPECT_LE((propagate(*forward, spec, u, length) - whole).norm(), 1e-12 * u.norm()) << name << ", " << method;
    }
  }
}

/// Those of heat on a square fall slowly and come in pairs; implicit Euler's factors of its sines are known.
TEST(SpectralCoarse, FindsSingularValuesThatFallSlowlyAndComeInPairs) {
  constexpr Index points = 20;
  constexpr double diffusivity = 0.1, length = 0.1, steps = 4.0;
  const auto problem = make_problem("heat_2d", {{"points", std::int64_t{points}}, {"diffusivity", diffusivity}});
  std::vector<double> known;
  for (Index i = 1; i <= points; ++i) {
    for (Index j = 1; j <= points; ++j) {
      const auto rate = [&](Index mode) {
        const double angle = 0.5 * kPi * static_cast<double>(mode) / static_cast<double>(points + 1);
        return 4.0 * diffusivity * std::pow(static_cast<double>(points + 1) * std::sin(angle), 2);
      };
      known.push_back(std::pow(1.0 + length / steps * (rate(i) + rate(j)), -steps));
    }
  }
  std::sort(known.rbegin(), known.rend());
  const SolverSpec fine("backward_euler", 4);
  const auto whole = problem->make_propagator(fine);
  const auto forward = make_linear_part(*problem)->make_propagator(fine);
  const auto backward = make_transposed_linear_part(*problem)->make_propagator(fine);
  for (const Index modes : {1, 2, 5, 16}) {
    const SpectralMap map = find_spectral_map(*whole, *forward, *backward, {0, 0.0, length}, modes);
    const double left_out = known[static_cast<std::size_t>(modes)];
    EXPECT_NEAR(map.left_out, left_out, 1e-3 * left_out) << modes;
    for (Index k = 0; k < modes; ++k)
      EXPECT_NEAR(map.left.col(k).norm(), known[static_cast<std::size_t>(k)], 1e-3 * left_out) << modes;
    EXPECT_LE((map.right.transpose() * map.right - States::Identity(modes, modes)).norm(), 1e-12);
    // The first sine is the state at the beginning.
    const State u = problem->initial_state();
    State coarse(problem->dimension());
    map.apply(u, coarse);
    EXPECT_LE((coarse - propagate(*problem, fine, u, length)).norm(), 0.02 * left_out * u.norm()) << modes;
  }
}

TEST(SpectralCoarse, WithAllModesItIsTheFineSolver) {
  for (const std::string name : {"heat", "wave", "transport", "dahlquist"}) {
    const auto problem = make_problem(name);
    SolverSpec spec("spectral", 16);
    spec.options.set("modes_of", std::string("radau3"));
    spec.options.set("modes", std::int64_t{10000});
    const State u = noise(problem->dimension(), 3);
    const State fine = propagate(*problem, SolverSpec("radau3", 16), u, 0.05);
    EXPECT_LE((propagate(*problem, spec, u, 0.05) - fine).norm(), 1e-11 * u.norm()) << name;
  }
}

TEST(SpectralCoarse, IsTheSameInAnyOrderAndBlock) {
  const auto problem = make_problem("heat");
  SolverSpec spec("spectral", 20);
  const TimeGrid grid(0.0, 1.0, 8);
  const auto one = problem->make_propagator(spec), other = problem->make_propagator(spec);
  States in(problem->dimension(), 8), out = in, block = in;
  for (Index j = 0; j < 8; ++j) in.col(j) = noise(problem->dimension(), static_cast<std::uint64_t>(j));
  for (Index j = 8; j-- > 0;) one->propagate(grid.slice(j), State(in.col(j)), out.col(j));
  other->propagate_block(grid.slices(0, 8), in, block);
  EXPECT_EQ(out, block);
}

TEST(SpectralCoarse, RefusesEquationsThatAreNotAffine) {
  const auto complaint = [](const std::string& name) -> std::string {
    try {
      make_problem(name)->make_propagator(SolverSpec("spectral", 4));
    } catch (const ParameterError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(complaint("burgers"), HasSubstr("needs a linear equation, which burgers is not"));
  EXPECT_THAT(complaint("lorenz"), HasSubstr("lorenz is not"));
}

}  // namespace
}  // namespace forerun
