// The way into the bytes of an upload, and what reads one form of it. All that can go wrong is
// thrown as `broken` and becomes a `photo_fault` in photo_bytes.cpp.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "http/photos/photo_bytes.hpp"

namespace rentwave::http::photos {

/// It is no photo that can be shown; says why in a sentence.
class broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Goes through bytes from the front; whoever wants more than there are gets `broken`.
class reader {
 public:
  explicit reader(std::string_view bytes) : rest_(bytes) {}

  std::size_t left() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw broken("It ends too early.");
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).front()); }

  /// Of `size` bytes, at most four, the first byte counting most, or least.
  std::uint32_t big_endian(std::size_t size) {
    std::uint32_t value = 0;
    for (const char c : take(size)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }
  std::uint32_t little_endian(std::size_t size) {
    std::uint32_t value = 0;
    std::uint32_t place = 0;
    for (const char c : take(size)) {
      value |= std::uint32_t{static_cast<std::uint8_t>(c)} << place;
      place += 8;
    }
    return value;
  }

 private:
  std::string_view rest_;
};

inline void append_little_endian(std::string& to, std::uint32_t value) {
  for (int place = 0; place <= 24; place += 8) to += static_cast<char>(value >> place & 0xFF);
}

struct too_large {};
/// Throws `broken` for a size of no pixels, and `too_large` beyond the limits.
void check_size(std::uint32_t width, std::uint32_t height);

/// Each is given bytes that begin as its form does.
examined_photo read_jpeg(std::string_view bytes);
examined_photo read_png(std::string_view bytes);
examined_photo read_webp(std::string_view bytes);

}  // namespace rentwave::http::photos
