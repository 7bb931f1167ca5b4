// Small images of each form, put together from their parts, for tests to send as they are or with
// something changed. Their pixels are nonsense, which nobody looks at.
#pragma once

#include <boost/crc.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rentwave::http::sample {

using namespace std::string_literals;

inline std::string big_endian(std::uint32_t value, int size = 4) {
  std::string text;
  for (int i = size - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}
inline std::string little_endian(std::uint32_t value, int size = 4) {
  const auto reversed = big_endian(value, size);
  return {reversed.rbegin(), reversed.rend()};
}

// --- JPEG ---

inline std::string segment(unsigned char marker, std::string_view content) {
  return "\xFF"s + static_cast<char>(marker) +
         big_endian(static_cast<std::uint32_t>(content.size() + 2), 2) + std::string{content};
}
inline std::string jfif() {
  return segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"s);
}
/// Exif with an orientation, and a place.
inline std::string exif(std::uint32_t orientation, bool intel = false) {
  const auto number = [&](std::uint32_t value, int size) {
    return intel ? little_endian(value, size) : big_endian(value, size);
  };
  return segment(0xE1, "Exif\0\0"s + (intel ? "II" : "MM") + number(42, 2) + number(8, 4) +
                           number(2, 2) + number(0x0112, 2) + number(3, 2) + number(1, 4) +
                           number(orientation, 2) + number(0, 2) + number(0x8825, 2) +
                           number(4, 2) + number(1, 4) + number(38, 4) + number(0, 4) +
                           "GPS 48.2082 N");
}
inline std::string frame(std::uint32_t width, std::uint32_t height, unsigned char marker = 0xC0) {
  return segment(marker, "\x08"s + big_endian(height, 2) + big_endian(width, 2) + "\1\1\x11\0"s);
}
inline std::string scan(std::string_view pixels = "\x12\xFF\0\x34\xFF\xD0\x56"s) {
  return segment(0xDA, "\1\1\0\0\x3F\0"s) + std::string{pixels};
}
/// `before`: segments between its start and its frame.
inline std::string jpeg(std::uint32_t width, std::uint32_t height,
                        const std::string& before = jfif()) {
  return "\xFF\xD8" + before + segment(0xDB, std::string(65, '\1')) + frame(width, height) +
         segment(0xC4, std::string(17, '\0')) + scan() + "\xFF\xD9";
}

// --- PNG ---

inline std::string chunk(const std::string& type, const std::string& content) {
  boost::crc_32_type sum;
  const auto summed = type + content;
  sum.process_bytes(summed.data(), summed.size());
  return big_endian(static_cast<std::uint32_t>(content.size())) + summed +
         big_endian(sum.checksum());
}
inline std::string png_header(std::uint32_t width, std::uint32_t height, char colour = 2) {
  return chunk("IHDR", big_endian(width) + big_endian(height) + '\x08' + colour + "\0\0\0"s);
}
inline const std::string png_start = "\x89PNG\r\n\x1A\n";
/// `before`: chunks between its header and its pixels.
inline std::string png(std::uint32_t width, std::uint32_t height, const std::string& before = {}) {
  return png_start + png_header(width, height) + before + chunk("IDAT", "pixels") +
         chunk("IEND", "");
}

// --- WebP ---

inline std::string riff_chunk(const std::string& name, const std::string& content) {
  const std::string pad(content.size() % 2, '\0');
  return name + little_endian(static_cast<std::uint32_t>(content.size())) + content + pad;
}
inline std::string lossy(std::uint32_t width, std::uint32_t height) {
  // A key frame whose first partition has four bytes.
  return riff_chunk("VP8 ", little_endian(4 << 5, 3) + "\x9D\x01\x2A" + little_endian(width, 2) +
                                little_endian(height, 2) + "pixels");
}
inline std::string lossless(std::uint32_t width, std::uint32_t height) {
  return riff_chunk("VP8L", "\x2F" + little_endian((width - 1) | (height - 1) << 14) + "pixels");
}
inline std::string extended(char flags, std::uint32_t width, std::uint32_t height) {
  return riff_chunk("VP8X",
                    flags + "\0\0\0"s + little_endian(width - 1, 3) + little_endian(height - 1, 3));
}
inline std::string webp_of(const std::string& chunks) {
  return "RIFF" + little_endian(static_cast<std::uint32_t>(chunks.size() + 4)) + "WEBP" + chunks;
}
inline std::string webp(std::uint32_t width, std::uint32_t height) {
  return webp_of(lossy(width, height));
}

}  // namespace rentwave::http::sample
