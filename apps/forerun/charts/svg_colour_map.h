#pragma once

#include <array>
#include <cstdint>

namespace forerun {

struct Rgb {
  std::uint8_t red;
  std::uint8_t green;
  std::uint8_t blue;
};

/// Colours for the numbers 0 … 1, evenly spaced to the eye: lightness rises linearly in the OKLab space from a dark
/// violet over green to a light yellow, so that a grey copy still tells high from low, as do eyes that see few colours.
/// Source of the space: B. Ottosson, "A perceptual color space for image processing" (2020).
constexpr int num_map_colours = 255;
const std::array<Rgb, num_map_colours>& colour_map();

}  // namespace forerun
