#include "apps/forerun/charts/svg_image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "apps/forerun/charts/svg_colour_map.h"

namespace forerun {
namespace {

constexpr char transparent = 0;  // palette entry; the map's colours follow

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>((value >> shift) & 0xFFU);
  return bytes;
}

/// The check sum of PNG's chunks.
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

/// The check sum of zlib streams.
std::uint32_t adler32(std::string_view bytes) {
  constexpr std::uint32_t modulus = 65521;
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const char byte : bytes) {
    low = (low + static_cast<unsigned char>(byte)) % modulus;
    high = (high + low) % modulus;
  }
  return (high << 16U) | low;
}

std::string chunk(std::string_view type, const std::string& data) {
  const std::string checked = std::string(type) + data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + checked + big_endian(crc32(checked));
}

/// A zlib stream of stored blocks.
std::string zlib_stored(const std::string& data) {
  std::string stream = "\x78\x01";
  constexpr std::size_t most = 65535;
  for (std::size_t begin = 0; begin < data.size(); begin += most) {
    const std::size_t size = std::min(most, data.size() - begin);
    stream += static_cast<char>(begin + size == data.size() ? 1 : 0);
    for (const std::size_t length : {size, ~size}) {
      stream += static_cast<char>(length & 0xFFU);
      stream += static_cast<char>((length >> 8U) & 0xFFU);
    }
    stream.append(data, begin, size);
  }
  return stream + big_endian(adler32(data));
}

std::string palette() {
  std::string bytes(3, '\0');
  for (const Rgb& colour : colour_map()) {
    for (const std::uint8_t part : {colour.red, colour.green, colour.blue}) bytes += static_cast<char>(part);
  }
  return bytes;
}

char palette_entry(double value, double lowest, double highest) {
  if (!std::isfinite(value)) return transparent;
  const double place = highest > lowest ? std::clamp((value - lowest) / (highest - lowest), 0.0, 1.0) : 0.5;
  return static_cast<char>(1 + std::lround(place * (num_map_colours - 1)));
}

}  // namespace

std::string png_image(const States& values, double lowest, double highest) {
  std::string pixels;
  pixels.reserve(static_cast<std::size_t>(values.size() + values.rows()));
  for (Index row = 0; row < values.rows(); ++row) {
    pixels += '\0';  // the row's filter: none
    for (Index column = 0; column < values.cols(); ++column) {
      pixels += palette_entry(values(row, column), lowest, highest);
    }
  }
  const std::string depth_and_kind{8, 3, 0, 0, 0};  // eight bits, by palette, standard methods, not interlaced
  return "\x89PNG\r\n\x1A\n" +
         chunk("IHDR", big_endian(static_cast<std::uint32_t>(values.cols())) +
                           big_endian(static_cast<std::uint32_t>(values.rows())) + depth_and_kind) +
         chunk("PLTE", palette()) + chunk("tRNS", std::string(1, '\0')) + chunk("IDAT", zlib_stored(pixels)) +
         chunk("IEND", "");
}

std::string image_address(const std::string& png) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "data:image/png;base64,";
  for (std::size_t i = 0; i < png.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, png.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = (bits << 8U) | (j < count ? static_cast<unsigned char>(png[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) text += j <= count ? digits[(bits >> (18U - 6U * j)) & 0x3FU] : '=';
  }
  return text;
}

States thinned(const States& values, Index most_rows, Index most_columns) {
  const Index row_stride = (values.rows() + most_rows - 1) / most_rows;
  const Index column_stride = (values.cols() + most_columns - 1) / most_columns;
  if (row_stride <= 1 && column_stride <= 1) return values;
  return values(Eigen::seq(0, values.rows() - 1, row_stride), Eigen::seq(0, values.cols() - 1, column_stride));
}

}  // namespace forerun
