#include "learning/stencil/padded_mesh.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "learning/stencil/mesh_text.h"

namespace forerun {
namespace {

StateLayout line(AxisEnds ends, Index points = 4) { return {{"u"}, {{"x", points, 0.0, 1.0, ends}}}; }

/// What a field 1, 2, 3, … looks like with its margin.
std::vector<double> padded(const StateLayout& layout, Index reach) {
  const PaddedMesh mesh(layout, reach);
  std::vector<double> field;
  for (Index i = 0; i < mesh.num_points(); ++i) field.push_back(static_cast<double>(i + 1));
  std::vector<double> values(static_cast<std::size_t>(mesh.num_places()));
  mesh.pad(field.data(), values.data());
  return values;
}

using Values = std::vector<double>;

TEST(PaddedMesh, LiesAroundALineAsItsEndsSay) {
  EXPECT_EQ(padded(line(AxisEnds::periodic), 2), (Values{3, 4, 1, 2, 3, 4, 1, 2}));
  EXPECT_EQ(padded(line(AxisEnds::walls_beyond_cells), 2), (Values{2, 1, 1, 2, 3, 4, 4, 3}));
  EXPECT_EQ(padded(line(AxisEnds::walls_at_points), 2), (Values{3, 2, 1, 2, 3, 4, 3, 2}));
  EXPECT_EQ(padded(line(AxisEnds::values_beyond_points), 3), (Values{-2, -1, 0, 1, 2, 3, 4, 0, -4, -3}));
}

TEST(PaddedMesh, GoesOnBeyondItsOwnLength) {
  EXPECT_EQ(padded(line(AxisEnds::periodic, 2), 5), (Values{2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1}));
  EXPECT_EQ(padded(line(AxisEnds::walls_beyond_cells, 2), 4), (Values{1, 2, 2, 1, 1, 2, 2, 1, 1, 2}));
  EXPECT_EQ(padded(line(AxisEnds::walls_at_points, 1), 2), (Values{1, 1, 1, 1, 1}));
}

TEST(PaddedMesh, MirrorsEachAxisOfAPlaneByItself) {
  const StateLayout layout{{"u"}, {{"y", 2, 0.0, 1.0, AxisEnds::periodic}, {"x", 3, 0.0, 1.0}}};
  EXPECT_EQ(padded(layout, 1), (Values{4, 4, 5, 6, 6,  //
                                       1, 1, 2, 3, 3,  //
                                       4, 4, 5, 6, 6,  //
                                       1, 1, 2, 3, 3}));
}

TEST(PaddedMesh, ShiftsLeadFromAPlaceToItsNeighbour) {
  const StateLayout layout{{"u"}, {{"y", 3, 0.0, 1.0}, {"x", 4, 0.0, 1.0}}};
  const PaddedMesh mesh(layout, 2);
  EXPECT_EQ(mesh.place(5) + mesh.shift({1, 1}), mesh.place(10));
  EXPECT_EQ(mesh.place(5) + mesh.shift({-1, -1}), mesh.place(0));
}

TEST(PaddedMesh, AStateWithoutAMeshHasNone) {
  EXPECT_THROW(PaddedMesh(component_layout({"x", "y"}), 1), std::invalid_argument);
}

TEST(MeshText, ReadsBack) {
  const StateLayout layout{
      {"a", "b"}, {{"y", 7, 0.0, 1.0, AxisEnds::walls_at_points}, {"x", 9, 0.0, 1.0, AxisEnds::values_beyond_points}}};
  EXPECT_EQ(mesh_text(layout), "2 y:7:walls x:9:values");
  EXPECT_EQ(mesh_text(parse_mesh(mesh_text(layout))), mesh_text(layout));
  EXPECT_EQ(parse_mesh("1 x:5:periodic").dimension(), 5);
}

TEST(MeshText, RefusesWhatIsNone) {
  for (const char* text : {"", "1", "0 x:5:cells", "a x:5:cells", "1 x:5", "1 x:0:cells", "1 x:5:loose", "1 x::cells",
                           "1 x:5:cells y:5:cells z:5:cells w:5:cells", "1 x:1000000000:cells y:1000000000:cells",
                           "9999999999999999999 x:5:cells", "1 x:5:cells:"}) {
    EXPECT_THROW(parse_mesh(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace forerun
