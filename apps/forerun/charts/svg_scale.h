#pragma once

#include <string>
#include <vector>

namespace forerun {

/// A place on an axis that is worth a label.
struct Tick {
  double value;
  std::string label;
};

/// What an axis shows of the numbers: the interval [lowest, highest], where each value lies in it, and its ticks.
///
/// Ticks are multiples of 1, 2 or 5 times a power of ten on a linear scale; powers of ten on a logarithmic one, with 2
/// and 5 between them where there are few. Their labels tell each of them from the next.
class AxisScale {
 public:
  /// Ends where the data do; `to_ticks` widens it to whole ticks. At most `most_ticks` ≥ 2 ticks. Of equal ends the
  /// interval around them is taken. Precondition: finite, lowest ≤ highest.
  static AxisScale linear(double lowest, double highest, int most_ticks, bool to_ticks);
  /// Of things that are counted: half a step is left at each end, ticks are whole numbers.
  static AxisScale whole(double lowest, double highest, int most_ticks);
  /// Precondition besides: lowest > 0.
  static AxisScale logarithmic(double lowest, double highest, int most_ticks, bool to_ticks);

  /// The same without ticks.
  static AxisScale bare(AxisScale scale);

  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  /// 0 at the lowest, 1 at the highest value; NaN for what the scale cannot show (NaN; not positive, on logarithms).
  double position(double value) const;
  const std::vector<Tick>& ticks() const { return ticks_; }

 private:
  AxisScale(double lowest, double highest, bool is_logarithmic);

  double lowest_;
  double highest_;
  bool is_logarithmic_;
  std::vector<Tick> ticks_;
};

/// "10⁻⁷", "1", "2·10⁻⁷", "0.5": a power of ten times a small integer, as people write it.
std::string power_text(int factor, int exponent);

}  // namespace forerun
