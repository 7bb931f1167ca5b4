// PNG (W3C Recommendation, sections 5 and 11): chunks, each with its length and checksum. Kept are
// those without which there is no picture, and those on colours, transparency and the shape of
// pixels.
#include <algorithm>
#include <array>
#include <boost/crc.hpp>

#include "http/photos/reading.hpp"

namespace rentwave::http::photos {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t signature = 8;
constexpr std::uint32_t longest_chunk = 0x7FFFFFFF;
constexpr std::size_t most_palette_bytes = 256 * 3;
constexpr std::uint8_t by_palette = 3;  // the colour type

/// Beside IHDR, PLTE, IDAT and IEND. What is not among them (text, time, Exif, frames of an
/// animation) is not needed to show a still picture.
constexpr std::array kept{"tRNS"sv, "gAMA"sv, "cHRM"sv, "sRGB"sv, "iCCP"sv,
                          "cICP"sv, "sBIT"sv, "bKGD"sv, "pHYs"sv};

bool is_critical(std::string_view type) {
  return type[0] >= 'A' && type[0] <= 'Z';
}

bool is_name(std::string_view type) {
  return std::ranges::all_of(
      type, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

class png_reader {
 public:
  explicit png_reader(std::string_view bytes) : in_(bytes) {
    photo_.type = photo_type::png;
    photo_.bytes.reserve(bytes.size());
  }

  examined_photo photo() && {
    photo_.bytes = in_.take(signature);
    while (chunk()) {
    }
    if (pixels_ == 0) throw broken("It has no pixels.");
    return std::move(photo_);
  }

 private:
  /// False: that was the last.
  bool chunk() {
    auto whole = in_;
    const auto length = in_.big_endian(4);
    if (length > longest_chunk) throw broken("A chunk is longer than chunks may be.");
    const auto type = in_.take(4);
    const auto content = in_.take(length);
    const auto checksum = in_.big_endian(4);
    if (!is_name(type)) throw broken("A chunk has no name.");
    boost::crc_32_type sum;
    sum.process_bytes(type.data(), type.size() + content.size());
    if (sum.checksum() != checksum) throw broken("A checksum is wrong: it has been damaged.");
    if (look_at(type, content)) photo_.bytes += whole.take(length + 12);
    return type != "IEND"sv;
  }

  /// Whether it is kept.
  bool look_at(std::string_view type, std::string_view content) {
    if ((type == "IHDR"sv) != (photo_.width == 0)) throw broken("It does not begin with its size.");
    if (type == "IHDR"sv) {
      header(content);
    } else if (type == "PLTE"sv) {
      if (content.empty() || content.size() > most_palette_bytes || content.size() % 3 != 0)
        throw broken("Its palette makes no sense.");
      has_palette_ = true;
    } else if (type == "IDAT"sv) {
      if (colour_ == by_palette && !has_palette_) throw broken("It has no palette.");
      pixels_ += content.size();
    } else if (type == "IEND"sv) {
      if (!content.empty()) throw broken("Its end is not empty.");
    } else if (is_critical(type)) {
      throw broken("It has a chunk that nobody knows.");
    } else {
      return std::ranges::find(kept, type) != kept.end();
    }
    return true;
  }

  void header(std::string_view content) {
    reader in{content};
    const auto width = in.big_endian(4), height = in.big_endian(4);
    const auto bits = in.byte();
    colour_ = in.byte();
    const auto compression = in.byte(), filter = in.byte(), interlace = in.byte();
    if (in.left() != 0 || compression != 0 || filter != 0 || interlace > 1 || !fits(bits))
      throw broken("Its header makes no sense.");
    check_size(width, height);
    photo_.width = static_cast<int>(width);
    photo_.height = static_cast<int>(height);
  }

  /// Section 11.2.2, table 11.1: how many bits a sample may have, by the colour type.
  bool fits(std::uint8_t bits) const {
    const auto among = [bits](auto... allowed) { return ((bits == allowed) || ...); };
    switch (colour_) {
      case 0:
        return among(1, 2, 4, 8, 16);
      case by_palette:
        return among(1, 2, 4, 8);
      case 2:
      case 4:
      case 6:
        return among(8, 16);
      default:
        return false;
    }
  }

  reader in_;
  examined_photo photo_;
  std::uint8_t colour_ = 0;
  bool has_palette_ = false;
  std::size_t pixels_ = 0;  ///< bytes of them, compressed
};

}  // namespace

examined_photo read_png(std::string_view bytes) {
  return png_reader{bytes}.photo();
}

}  // namespace rentwave::http::photos
