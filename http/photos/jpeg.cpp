// JPEG (ITU-T T.81 annex B): segments behind markers, and after each "start of scan" coded pixels
// up to the next marker. Kept are those that decoders need, JFIF's and Adobe's words on colours,
// and the colour profile.
#include <optional>

#include "http/photos/reading.hpp"

namespace rentwave::http::photos {
namespace {

using namespace std::string_view_literals;

// The second byte of a marker; the first is FF.
constexpr std::uint8_t start_of_image = 0xD8, end_of_image = 0xD9, start_of_scan = 0xDA;
constexpr std::uint8_t huffman_tables = 0xC4, quantisation_tables = 0xDB, restart_interval = 0xDD;
constexpr std::uint8_t first_restart = 0xD0, last_restart = 0xD7;
constexpr std::uint8_t jfif = 0xE0, exif = 0xE1, profile = 0xE2, adobe = 0xEE;

constexpr auto exif_name = "Exif\0\0"sv;
constexpr std::uint16_t orientation_tag = 0x0112, short_type = 3;

/// Baseline, extended and progressive with Huffman codes: what browsers show.
bool is_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xC2;
}
/// Lossless, hierarchical, arithmetic.
bool is_other_frame(std::uint8_t marker) {
  return marker >= 0xC3 && marker <= 0xCF && marker != huffman_tables && marker != 0xC8 &&
         marker != 0xCC;
}
bool is_restart(std::uint8_t marker) {
  return marker >= first_restart && marker <= last_restart;
}

bool is_kept(std::uint8_t marker, std::string_view content) {
  switch (marker) {
    case huffman_tables:
    case quantisation_tables:
    case restart_interval:
      return true;
    case jfif:
      return content.starts_with("JFIF\0"sv);
    case profile:
      return content.starts_with("ICC_PROFILE\0"sv);
    case adobe:
      return content.starts_with("Adobe"sv);
    default:
      return false;
  }
}

/// The way up out of Exif (TIFF 6.0 section 2), if it says one: 2 to 8, 1 is as it is.
std::optional<std::uint8_t> orientation_in(std::string_view tiff) {
  try {
    reader head{tiff};
    const auto order = head.take(2);
    if (order != "II"sv && order != "MM"sv) return std::nullopt;
    const auto number = [&](reader& in, std::size_t size) {
      return order == "II"sv ? in.little_endian(size) : in.big_endian(size);
    };
    if (number(head, 2) != 42) return std::nullopt;
    reader directory{tiff};
    directory.take(number(head, 4));
    for (auto entries = number(directory, 2); entries > 0; --entries) {
      const auto tag = number(directory, 2), type = number(directory, 2);
      const auto count = number(directory, 4), value = number(directory, 2);
      directory.take(2);
      if (tag != orientation_tag) continue;
      const bool turns = type == short_type && count == 1 && value >= 2 && value <= 8;
      return turns ? std::optional{static_cast<std::uint8_t>(value)} : std::nullopt;
    }
  } catch (const broken&) {
    // It is dropped anyway.
  }
  return std::nullopt;
}

/// A segment with that and nothing else.
std::string exif_with(std::uint8_t orientation) {
  auto segment = std::string{"\xFF\xE1\x00\x22"sv};
  segment += exif_name;
  segment += "MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"sv;
  segment += static_cast<char>(orientation);
  segment += "\x00\x00\x00\x00\x00\x00"sv;
  return segment;
}

class jpeg_reader {
 public:
  explicit jpeg_reader(std::string_view bytes) : in_(bytes) {
    photo_.type = photo_type::jpeg;
    photo_.bytes.reserve(bytes.size() + 64);
  }

  examined_photo photo() && {
    photo_.bytes = in_.take(2);
    exif_at_ = photo_.bytes.size();
    while (segment()) {
    }
    if (!has_scan_) throw broken("It has no pixels.");
    photo_.bytes += "\xFF\xD9"sv;
    if (orientation_) photo_.bytes.insert(exif_at_, exif_with(*orientation_));
    return std::move(photo_);
  }

 private:
  /// Any number of FF may come before a marker.
  std::uint8_t marker() {
    if (in_.byte() != 0xFF) throw broken("A segment has another length than it says.");
    auto code = in_.byte();
    while (code == 0xFF) code = in_.byte();
    return code;
  }

  /// False: that was the end.
  bool segment() {
    const auto code = marker();
    if (code == end_of_image) return false;
    if (code == 0 || code == start_of_image || is_restart(code) || is_other_frame(code))
      throw broken("It is of a kind that browsers do not show, or damaged.");
    const auto length = in_.big_endian(2);
    if (length < 2) throw broken("A segment has no length.");
    const auto content = in_.take(length - 2);
    if (is_frame(code)) {
      frame(content);
      keep(code, content);
    } else if (code == start_of_scan) {
      scan_header(content);
      keep(code, content);
      scan();
    } else if (code == exif && content.starts_with(exif_name)) {
      if (!orientation_) orientation_ = orientation_in(content.substr(exif_name.size()));
    } else if (is_kept(code, content)) {
      const bool is_first = photo_.bytes.size() == 2;
      keep(code, content);
      // JFIF wants to stand before everything else.
      if (code == jfif && is_first) exif_at_ = photo_.bytes.size();
    }
    return true;
  }

  void keep(std::uint8_t code, std::string_view content) {
    const auto length = static_cast<std::uint32_t>(content.size() + 2);
    photo_.bytes += '\xFF';
    photo_.bytes += static_cast<char>(code);
    photo_.bytes += static_cast<char>(length >> 8);
    photo_.bytes += static_cast<char>(length & 0xFF);
    photo_.bytes += content;
  }

  void frame(std::string_view content) {
    if (photo_.width != 0) throw broken("It has two frames.");
    reader in{content};
    in.take(1);  // bits of a sample
    const auto height = in.big_endian(2), width = in.big_endian(2);
    const auto components = in.byte();
    const bool fits = components == 1 || components == 3 || components == 4;
    if (!fits || in.left() != 3U * components) throw broken("Its frame makes no sense.");
    check_size(width, height);
    photo_.width = static_cast<int>(width);
    photo_.height = static_cast<int>(height);
  }

  void scan_header(std::string_view content) const {
    if (photo_.width == 0) throw broken("Its pixels come before their number.");
    reader in{content};
    const auto components = in.byte();
    if (components < 1 || components > 4 || in.left() != 2U * components + 3)
      throw broken("Its scan makes no sense.");
  }

  /// Coded pixels, in which FF 00 stands for FF, up to a marker that is not a restart.
  void scan() {
    std::size_t size = 0;
    const auto all = in_.rest();
    for (;; ++size) {
      size = all.find('\xFF', size);
      if (size == all.npos || size + 1 == all.size()) throw broken("It ends too early.");
      const auto next = static_cast<std::uint8_t>(all[size + 1]);
      if (next != 0 && next != 0xFF && !is_restart(next)) break;
    }
    if (size == 0) throw broken("A scan has no pixels.");
    photo_.bytes += in_.take(size);
    has_scan_ = true;
  }

  reader in_;
  examined_photo photo_;
  std::optional<std::uint8_t> orientation_;
  std::size_t exif_at_ = 0;
  bool has_scan_ = false;
};

}  // namespace

examined_photo read_jpeg(std::string_view bytes) {
  return jpeg_reader{bytes}.photo();
}

}  // namespace rentwave::http::photos
