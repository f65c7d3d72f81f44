#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "apps/forerun/charts/svg_bars.h"
#include "apps/forerun/charts/svg_colour_map.h"
#include "apps/forerun/charts/svg_heat_map.h"
#include "apps/forerun/charts/svg_image.h"
#include "apps/forerun/charts/svg_line_chart.h"
#include "apps/forerun/charts/svg_measures.h"
#include "apps/forerun/charts/svg_work_map.h"
#include "tests/apps/well_formed.h"

namespace forerun {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::XmlReader;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Escaping, LeavesNoMarkupAndNoControls) {
  EXPECT_EQ(escaped("a<b & \"c\" 'd' > e"), "a&lt;b &amp; &quot;c&quot; &#39;d&#39; &gt; e");
  EXPECT_EQ(escaped(std::string("a\0b\x1B"
                                "c\x7F",
                                6)),
            "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(escaped("line\nbreak\t"), "line\nbreak\t");
}

TEST(Escaping, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(escaped("λ × 10⁻⁷ 🙂"), "λ × 10⁻⁷ 🙂");
  EXPECT_EQ(escaped("\xC3"), "\uFFFD") << "cut short";
  EXPECT_EQ(escaped("\xC0\xBC"), "\uFFFD\uFFFD") << "an overlong <";
  EXPECT_EQ(escaped("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "half a surrogate pair";
  EXPECT_EQ(escaped("\xEF\xBF\xBF"), "\uFFFD\uFFFD\uFFFD") << "a noncharacter";
}

TEST(Coordinates, HaveTwoDecimalsAtMostAndNoExponent) {
  EXPECT_EQ(coordinate_text(12.0), "12");
  EXPECT_EQ(coordinate_text(1.005e3), "1005");
  EXPECT_EQ(coordinate_text(0.126), "0.13");
  EXPECT_EQ(coordinate_text(-0.001), "0");
  EXPECT_EQ(coordinate_text(1e-300), "0");
}

TEST(Markup, IsWellFormedWhateverTheText) {
  MarkupWriter writer;
  writer.open("g", {{"class", "<&\">"}}).element("text", {}, "</g>").leaf("line", {{"x1", 0.5}}).close();
  EXPECT_THAT(XmlReader(writer.str()).read(), ::testing::ElementsAre("g", "text", "line"));
}

TEST(LinearTicks, AreMultiplesOfOneTwoOrFiveWithinTheAxis) {
  for (const double lowest : {-1e6, -17.1, -1.0, 0.0, 0.005, 3.0, 1e9}) {
    for (const double span : {1e-3, 0.37, 1.0, 2.5, 40.0, 1e5}) {
      for (const int most : {2, 3, 5, 12}) {
        const AxisScale scale = AxisScale::linear(lowest, lowest + span, most, false);
        const auto& ticks = scale.ticks();
        EXPECT_LE(ticks.size(), static_cast<std::size_t>(most)) << lowest << " + " << span;
        for (std::size_t i = 0; i < ticks.size(); ++i) {
          EXPECT_GE(scale.position(ticks[i].value), -1e-6);
          EXPECT_LE(scale.position(ticks[i].value), 1.0 + 1e-6);
          EXPECT_NEAR(std::stod(ticks[i].label), ticks[i].value, 1e-6 * span) << "labels say what they mark";
        }
        if (ticks.size() < 2) continue;
        const double step = ticks[1].value - ticks[0].value;
        const double mantissa = step / std::pow(10.0, std::floor(std::log10(step * (1.0 + 1e-6))));
        EXPECT_THAT(std::round(mantissa), ::testing::AnyOf(1.0, 2.0, 5.0));
        EXPECT_NEAR(mantissa, std::round(mantissa), 1e-3);
      }
    }
  }
}

TEST(LinearTicks, CoverTheDataWhereTheAxisGoesToTicks) {
  const AxisScale scale = AxisScale::linear(-17.1, 18.1, 6, true);
  EXPECT_LE(scale.lowest(), -17.1);
  EXPECT_GE(scale.highest(), 18.1);
  EXPECT_EQ(scale.ticks().front().value, scale.lowest());
  EXPECT_EQ(scale.ticks().back().value, scale.highest());
}

TEST(LinearTicks, AreThereForASingleValue) {
  for (const double value : {0.0, -3.0, 1e-200, 1e200}) {
    const AxisScale scale = AxisScale::linear(value, value, 5, true);
    EXPECT_LT(scale.lowest(), value);
    EXPECT_GT(scale.highest(), value);
    EXPECT_GE(scale.ticks().size(), 2U);
  }
}

TEST(LogarithmicTicks, ArePowersOfTenThatFit) {
  for (const double lowest : {1e-300, 1e-16, 3e-7, 1.0}) {
    for (const double ratio : {1.0, 3.0, 1e3, 1e12, 1e250}) {
      for (const int most : {2, 5, 9}) {
        const AxisScale scale = AxisScale::logarithmic(lowest, lowest * ratio, most, true);
        EXPECT_LE(scale.ticks().size(), static_cast<std::size_t>(most) + 1) << lowest << " x " << ratio;
        EXPECT_LE(scale.lowest(), lowest * (1.0 + 1e-6));
        EXPECT_GE(scale.highest(), lowest * ratio * (1.0 - 1e-6));
        for (const Tick& tick : scale.ticks()) EXPECT_GE(scale.position(tick.value), -1e-9);
      }
    }
  }
  EXPECT_EQ(power_text(1, -7), "10⁻⁷");
  EXPECT_EQ(power_text(2, 12), "2·10¹²");
  EXPECT_EQ(power_text(5, -1), "0.5");
}

TEST(LogarithmicScale, HasNoPlaceForWhatIsNotPositive) {
  const AxisScale scale = AxisScale::logarithmic(1e-6, 1.0, 5, false);
  EXPECT_NEAR(scale.position(1e-3), 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(scale.position(0.0)));
  EXPECT_TRUE(std::isnan(scale.position(-1.0)));
}

LineChart chart_of(std::vector<ChartPoint> points) {
  return {"title", "description", {"x"}, {"y", true}, {{"<series>", 1, std::move(points)}}, {{"tolerance", 1e-7}}};
}

TEST(LineCharts, AreWellFormedAndDescribed) {
  const auto elements = XmlReader(line_chart_svg(chart_of({{1, 1e-2}, {2, 1e-5}, {3, 1e-9}}))).read();
  EXPECT_EQ(elements.front(), "svg");
  EXPECT_THAT(elements, ::testing::IsSupersetOf({"title", "desc", "path"}));
}

TEST(LineCharts, BreakTheLineWhereAValueCannotBeShown) {
  const std::string svg =
      line_chart_svg(chart_of({{1, 1e-2}, {2, nan}, {3, 1e-3}, {4, 0.0}, {5, infinity}, {6, 1e-4}}));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  const std::size_t begin = svg.find(" d=\"") + 4;
  const std::string path = svg.substr(begin, svg.find('"', begin) - begin);
  EXPECT_EQ(std::count(path.begin(), path.end(), 'M'), 3) << path;
}

TEST(LineCharts, SayThatThereIsNothingToShow) {
  for (const std::vector<ChartPoint>& points :
       {std::vector<ChartPoint>{}, std::vector<ChartPoint>{{1, nan}}, std::vector<ChartPoint>{{1, 0.0}, {2, -1.0}}}) {
    const std::string svg = line_chart_svg(chart_of(points));
    EXPECT_NO_THROW(XmlReader(svg).read());
    EXPECT_THAT(svg, HasSubstr("to show"));
  }
}

TEST(LineCharts, OfManyPointsStaySmall) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 1000000; ++i) points.push_back({static_cast<double>(i), 1.0 + i % 7});
  EXPECT_LT(line_chart_svg(chart_of(std::move(points))).size(), 200000U);
}

TEST(Bars, AreAsLongAsTheirPartsAndWellFormed) {
  const StackedBars chart{
      "t", "d", "s", {{"fine", 1}, {"coarse", 2}}, {{"a", {3.0, 1.0}, "4 s"}, {"b", {nan, 0.0}, "–"}}};
  const auto elements = XmlReader(stacked_bars_svg(chart)).read();
  EXPECT_EQ(std::count(elements.begin(), elements.end(), "rect"), 2 + 1 + 2) << "legend, frame and the bar's parts";
}

TEST(CellStrips, HaveACellAnIteration) {
  const CellStrip strip{"t", "d", "iteration", {{"auto", {"classic", "kriging", "kriging"}, {"F1", "F1", "F2"}}}};
  const auto elements = XmlReader(cell_strip_svg(strip)).read();
  EXPECT_EQ(std::count(elements.begin(), elements.end(), "rect"), 2 + 3) << "legend and cells";
}

TEST(ColourMap, GrowsLighterAllTheWay) {
  const auto& map = colour_map();
  const auto luminance = [](const Rgb& colour) {
    return 0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue;
  };
  for (std::size_t i = 8; i < map.size(); i += 8) EXPECT_GT(luminance(map[i]), luminance(map[i - 8])) << i;
}

std::uint32_t big_endian_at(const std::string& bytes, std::size_t place) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes.at(place + i));
  return value;
}

TEST(PngImages, HoldAPaletteEntryAPixel) {
  States values(2, 3);
  values << 0.0, 0.5, 1.0, nan, -5.0, 9.0;
  const std::string png = png_image(values, 0.0, 1.0);
  ASSERT_TRUE(png.starts_with("\x89PNG\r\n\x1A\n"));
  EXPECT_EQ(big_endian_at(png, 16), 3U);
  EXPECT_EQ(big_endian_at(png, 20), 2U);
  EXPECT_EQ(big_endian_at(png, png.size() - 4), 0xAE426082U) << "the check sum of an empty IEND, from the standard";
  const std::size_t data = png.find("IDAT") + 4 + 2 + 5;  // after zlib's and the block's headers
  const std::string expected{0, 1, '\x80', '\xFF', 0, 0, 1, '\xFF'};
  EXPECT_EQ(png.substr(data, expected.size()), expected);
}

TEST(ImageAddresses, AreBase64) {
  EXPECT_EQ(image_address("Man"), "data:image/png;base64,TWFu");
  EXPECT_EQ(image_address("Ma"), "data:image/png;base64,TWE=");
  EXPECT_EQ(image_address("M"), "data:image/png;base64,TQ==");
}

TEST(HeatMaps, OfLargeFieldsStaySmall) {
  HeatMap map{"t", "d", {"x", 0, 1}, {"y", 0, 1}, {{"", States::Random(3000, 5000)}}, 1, "u"};
  const std::string svg = heat_map_svg(map);
  EXPECT_NO_THROW(XmlReader(svg).read());
  EXPECT_LT(svg.size(), 300000U);
}

TEST(HeatMaps, AreDrawnOfNothingFiniteToo) {
  for (const bool logarithmic : {false, true}) {
    HeatMap map{"t", "d", {"x", 0, 1}, {"y", 0, 1}, {{"", States::Constant(2, 2, nan)}}, 1, "u", logarithmic};
    EXPECT_THAT(heat_map_svg(map), Not(HasSubstr("nan")));
    map.panels.front().values.setZero();
    EXPECT_NO_THROW(XmlReader(heat_map_svg(map)).read());
  }
}

TEST(WholeTicks, AreIntegersWithinTheAxisAndNeverTwiceTheSame) {
  for (const double highest : {1.0, 2.0, 3.0, 7.0, 12.0, 99.0, 1024.0}) {
    for (const int most : {2, 4, 9}) {
      const AxisScale scale = AxisScale::whole(1.0, highest, most);
      ASSERT_FALSE(scale.ticks().empty());
      EXPECT_LE(scale.ticks().size(), static_cast<std::size_t>(most) + 2U) << highest;
      double before = 0.0;
      for (const Tick& tick : scale.ticks()) {
        EXPECT_EQ(tick.value, std::floor(tick.value));
        EXPECT_GT(tick.value, before);
        EXPECT_LE(tick.value, highest);
        before = tick.value;
      }
    }
  }
}

TEST(LineCharts, WithDirectNamesHaveEachNameOnceAndNoTwoInOnePlace) {
  LineChart chart{"t", "d", {"iteration", false, false, true}, {"increment", true}, {}};
  chart.direct = true;
  for (int i = 1; i <= 4; ++i) chart.series.push_back({"corrector " + std::to_string(i), i, {{1, 1}, {2, 0.1}}});
  chart.series.back().muted = true;
  const std::string svg = line_chart_svg(chart);
  EXPECT_NO_THROW(XmlReader(svg).read());
  std::set<std::string> places;
  for (int i = 1; i <= 4; ++i) {
    const std::string name = ">corrector " + std::to_string(i) + "<";
    const std::size_t at = svg.find(name);
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(svg.find(name, at + 1), std::string::npos);
    const std::size_t begin = svg.rfind(" x=", at);
    places.insert(svg.substr(begin, at - begin));
  }
  EXPECT_EQ(places.size(), 4U);
  EXPECT_THAT(svg, HasSubstr("line c4 muted"));
}

TEST(MeasureCharts, HaveABarAndItsValueForEachMeasureOfEachRow) {
  MeasureChart chart{"t", "d", {{"K", nan, ""}, {"time", 3.0, "serial"}}, {}};
  chart.rows = {{"a", 1, false, {{4, "4", nan, nan}, {2.0, "2 s", 1.5, 2.5}}},
                {"b", 2, true, {{90, "90", nan, nan}, {nan, "none", nan, nan}}}};
  const std::string svg = measure_chart_svg(chart);
  const auto elements = XmlReader(svg).read();
  EXPECT_EQ(std::count(elements.begin(), elements.end(), "rect"), 3) << "no bar of what is not finite";
  for (const char* text : {">4<", ">90<", ">2 s<", ">none<", ">serial<", "class=\"muted\""})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(WorkMaps, ShowEachPartAtItsSlices) {
  WorkMap map{"t", "d", "slice", "iteration", {{"exact", "area exact"}, {"fine", "area c1"}}, {}, 10, 480.0};
  map.rows = {{{0, 10, 1}}, {{0, 4, 0}, {4, 6, 1}}};
  const std::string svg = work_map_svg(map);
  const auto elements = XmlReader(svg).read();
  EXPECT_EQ(std::count(elements.begin(), elements.end(), "rect"), 3 + 2 + 1) << "parts, legend, frame";
  map.rows.assign(1000, {{0, 10, 1}});
  EXPECT_LT(work_map_svg(map).size(), 60000U) << "long runs are thinned";
}

}  // namespace
}  // namespace forerun
