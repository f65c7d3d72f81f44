#include "solvers/coarsening/mesh_transfer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace forerun {
namespace {

constexpr double kPi = std::numbers::pi;

/// An axis of [0, 1] with so many parts.
MeshAxis axis_with(AxisEnds ends, Index parts, const char* name = "x") {
  const double h = 1.0 / static_cast<double>(parts);
  switch (ends) {
    case AxisEnds::walls_beyond_cells:
      return {name, parts, 0.5 * h, 1.0 - 0.5 * h, ends};
    case AxisEnds::walls_at_points:
      return {name, parts + 1, 0.0, 1.0, ends};
    case AxisEnds::values_beyond_points:
      return {name, parts - 1, h, 1.0 - h, ends};
    default:
      return {name, parts, 0.0, 1.0 - h, ends};
  }
}

State values_on(const StateLayout& layout, const std::function<double(double, double, double)>& f) {
  State state(layout.dimension());
  const auto axis = [&](std::size_t back) {
    return back < layout.axes.size() ? layout.axes[layout.axes.size() - 1 - back] : MeshAxis{"", 1, 0.0, 0.0};
  };
  const auto at = [](const MeshAxis& a, Index i) {
    return a.points == 1 ? a.begin
                         : a.begin + (a.end - a.begin) * static_cast<double>(i) / static_cast<double>(a.points - 1);
  };
  const MeshAxis x = axis(0), y = axis(1), z = axis(2);
  Index next = 0;
  for (std::size_t field = 0; field < layout.fields.size(); ++field) {
    for (Index k = 0; k < z.points; ++k) {
      for (Index j = 0; j < y.points; ++j) {
        for (Index i = 0; i < x.points; ++i) {
          state[next++] = static_cast<double>(field + 1) * f(at(x, i), at(y, j), at(z, k));
        }
      }
    }
  }
  return state;
}

struct Errors {
  double restriction, interpolation;
};

/// Of both operators from meshes of `parts` and `parts`/ratio parts, on a function.
Errors errors(const std::vector<AxisEnds>& ends, Index parts, Index ratio, const TransferOptions& options,
              const std::function<double(double, double, double)>& f) {
  StateLayout fine{{"u", "v"}, {}}, coarse = fine;
  for (const AxisEnds end : ends) {
    fine.axes.push_back(axis_with(end, parts));
    coarse.axes.push_back(axis_with(end, parts / ratio));
  }
  const MeshTransfer transfer(fine, coarse, options);
  State down(coarse.dimension()), up(fine.dimension());
  transfer.restrict_to_coarse(values_on(fine, f).data(), down.data());
  transfer.interpolate_to_fine(values_on(coarse, f).data(), up.data());
  return {(down - values_on(coarse, f)).cwiseAbs().maxCoeff(), (up - values_on(fine, f)).cwiseAbs().maxCoeff()};
}

double smooth(double x, double y, double z) {
  return std::cos(2.0 * kPi * x + 0.3) * std::cos(2.0 * kPi * y) * std::exp(std::sin(2.0 * kPi * z));
}
/// With slope zero at walls.
double mirrored(double x, double y, double z) {
  return std::cos(kPi * x) * std::cos(2.0 * kPi * y) * std::cos(kPi * z);
}

/// log2 of by how much errors fall when both meshes are refined by two.
Errors orders(const std::vector<AxisEnds>& ends, Index parts, Index ratio, const TransferOptions& options) {
  const auto f = ends.front() == AxisEnds::walls_beyond_cells ? mirrored : smooth;
  const Errors rough = errors(ends, parts, ratio, options, f);
  const Errors fine = errors(ends, 2 * parts, ratio, options, f);
  return {std::log2(rough.restriction / fine.restriction), std::log2(rough.interpolation / fine.interpolation)};
}

constexpr AxisEnds kAllEnds[] = {AxisEnds::periodic, AxisEnds::walls_beyond_cells, AxisEnds::walls_at_points,
                                 AxisEnds::values_beyond_points};

TEST(MeshTransferTest, BothOperatorsHaveTheStatedOrderWhateverTheEnds) {
  for (const AxisEnds ends : kAllEnds) {
    for (const int order : {2, 4}) {
      for (const Index ratio : {2, 3, 4}) {
        const Errors found = orders({ends}, 192, ratio, {.order = order});
        EXPECT_NEAR(found.restriction, order, 0.25) << static_cast<int>(ends) << " " << order << " " << ratio;
        EXPECT_NEAR(found.interpolation, order, 0.25) << static_cast<int>(ends) << " " << order << " " << ratio;
      }
    }
  }
}

TEST(MeshTransferTest, InTwoAndThreeDimensionsTheOrderIsThatOfOneAxis) {
  for (const AxisEnds ends : kAllEnds) {
    for (const int order : {2, 4}) {
      for (const std::size_t dimension : {2U, 3U}) {
        const Errors found = orders(std::vector(dimension, ends), dimension == 2 ? 96 : 32, 2, {.order = order});
        EXPECT_NEAR(found.restriction, order, 0.4) << static_cast<int>(ends) << " " << order << " " << dimension;
        EXPECT_NEAR(found.interpolation, order, 0.4) << static_cast<int>(ends) << " " << order << " " << dimension;
      }
    }
  }
}

TEST(MeshTransferTest, CubicOperatorsReproduceCubicsAndLinearOnesLines) {
  for (const AxisEnds ends : {AxisEnds::walls_at_points, AxisEnds::values_beyond_points}) {
    for (const bool averages : {true, false}) {
      const auto cubic = [](double x, double, double) { return 1.0 + x * (2.0 - x * (3.0 - 4.0 * x)); };
      const Errors by_cubic = errors({ends}, 24, 2, {.order = 4, .averages = averages}, cubic);
      EXPECT_LT(std::max(by_cubic.restriction, by_cubic.interpolation), 1e-13);
      const auto line = [](double x, double, double) { return 1.0 - 2.0 * x; };
      const Errors by_line = errors({ends}, 24, 2, {.order = 2, .averages = averages}, line);
      EXPECT_LT(std::max(by_line.restriction, by_line.interpolation), 1e-13);
    }
  }
}

TEST(MeshTransferTest, ZeroValuesBeyondTheEndsAreUsedWhereTheyAreKnown) {
  const auto hump = [](double x, double, double) { return x * (1.0 - x) * (1.0 + x); };
  const Errors found = errors({AxisEnds::values_beyond_points}, 8, 2, {.beyond = ValuesBeyond::zero}, hump);
  EXPECT_LT(std::max(found.restriction, found.interpolation), 1e-14);
}

TEST(MeshTransferTest, AveragesDampWhatTheCoarseMeshCannotShowAndInjectionTakesItForSomethingElse) {
  for (const AxisEnds ends : {AxisEnds::periodic, AxisEnds::walls_beyond_cells}) {
    const StateLayout fine{{"u"}, {axis_with(ends, 64)}}, coarse{{"u"}, {axis_with(ends, 32)}};
    State zigzag(64), down(32);
    for (Index i = 0; i < 64; ++i) zigzag[i] = i % 2 == 0 ? 1.0 : -1.0;
    for (const int order : {2, 4}) {
      MeshTransfer(fine, coarse, {.order = order}).restrict_to_coarse(zigzag.data(), down.data());
      // Walls mirror the last cell and not the wave.
      EXPECT_LT(down.segment(2, 28).cwiseAbs().maxCoeff(), 1e-14) << order;
    }
    if (ends != AxisEnds::periodic) continue;
    MeshTransfer(fine, coarse, {.averages = false}).restrict_to_coarse(zigzag.data(), down.data());
    EXPECT_EQ(down, State(State::Ones(32)));
  }
}

TEST(MeshTransferTest, ConstantsPassUnchanged) {
  for (const AxisEnds ends : kAllEnds) {
    const auto one = [](double, double, double) { return 1.0; };
    const Errors found = errors({ends, ends}, 8, 2, {}, one);
    EXPECT_LT(std::max(found.restriction, found.interpolation), 1e-14) << static_cast<int>(ends);
  }
}

TEST(MeshTransferTest, BetweenEqualMeshesNothingChanges) {
  for (const AxisEnds ends : kAllEnds) {
    const StateLayout layout{{"u"}, {axis_with(ends, 12, "y"), axis_with(ends, 9)}};
    EXPECT_TRUE(MeshTransfer(layout, layout, {}).is_identity());
  }
}

TEST(TrigonometricInterpolation, IsExactForAllWavesThatTheCoarseMeshShows) {
  for (const Index parts : {16, 18}) {  // 8 and 9 coarse points
    const std::vector<AxisEnds> periodic{AxisEnds::periodic};
    for (int waves = 0; waves < parts / 4; ++waves) {
      const auto wave = [&](double, double, double x) { return std::sin(2.0 * kPi * waves * x + 0.3); };
      const auto in_x = [&](double x, double y, double z) { return wave(z, y, x); };
      EXPECT_LT(errors(periodic, parts, 2, {.averages = false, .trigonometric = true}, in_x).interpolation, 1e-13);
    }
  }
}

}  // namespace
}  // namespace forerun
