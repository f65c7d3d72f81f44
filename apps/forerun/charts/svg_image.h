#pragma once

#include <string>

#include "core/base/state.h"

namespace forerun {

/// Bytes of a PNG image (ISO/IEC 15948), a pixel an entry of `values`, row 0 on top, coloured by `colour_map()` over
/// [lowest, highest]; values outside get the end's colour, what is not finite is transparent.
/// Uncompressed (deflate's stored blocks), so that no library is needed: about a byte a pixel.
std::string png_image(const States& values, double lowest, double highest);

/// The same as an address that holds its own content: "data:image/png;base64,…".
std::string image_address(const std::string& png);

/// At most `most` rows and columns of `values`, each every k-th, so that pictures stay small.
States thinned(const States& values, Index most_rows, Index most_columns);

}  // namespace forerun
