// WebP (RFC 9649): chunks within a RIFF file. A simple one has a chunk of pixels, an extended one
// says before it what else there is. Kept are the pixels, their transparency and the colour
// profile.
#include "http/photos/reading.hpp"

namespace rentwave::http::photos {
namespace {

using namespace std::string_view_literals;

constexpr auto lossy = "VP8 "sv, lossless = "VP8L"sv, extended = "VP8X"sv;
constexpr auto transparency = "ALPH"sv, profile = "ICCP"sv, animation = "ANIM"sv, frame = "ANMF"sv;

// Flags of an extended one.
constexpr std::uint8_t has_profile = 0x20, has_transparency = 0x10, has_animation = 0x02;

struct size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool operator==(const size&) const = default;
};

/// Of a key frame (RFC 6386 section 9.1).
size size_of_lossy(std::string_view content) {
  reader in{content};
  const auto tag = in.little_endian(3);
  if ((tag & 1) != 0) throw broken("It does not begin with a whole picture.");
  if (in.take(3) != "\x9D\x01\x2A"sv) throw broken("Its pixels make no sense.");
  const size found{in.little_endian(2) & 0x3FFF, in.little_endian(2) & 0x3FFF};
  in.take(tag >> 5);  // the first partition has to be there
  return found;
}

/// RFC 9649 section 3.4.
size size_of_lossless(std::string_view content) {
  reader in{content};
  if (in.byte() != 0x2F) throw broken("Its pixels make no sense.");
  const auto bits = in.little_endian(4);
  if (bits >> 29 != 0) throw broken("It is of a later version.");
  return {(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
}

class webp_reader {
 public:
  explicit webp_reader(std::string_view bytes) : in_(chunks_in(bytes)) {
    photo_.type = photo_type::webp;
    photo_.bytes.reserve(bytes.size());
  }

  examined_photo photo() && {
    photo_.bytes = "RIFF\0\0\0\0WEBP"sv;
    for (bool is_first = true; in_.left() > 0; is_first = false) chunk(is_first);
    if (pixels_ == size{}) throw broken("It has no pixels.");
    if (canvas_ != size{} && canvas_ != pixels_) throw broken("It is not as large as it says.");
    photo_.width = static_cast<int>(pixels_.width);
    photo_.height = static_cast<int>(pixels_.height);
    std::string length;
    append_little_endian(length, static_cast<std::uint32_t>(photo_.bytes.size() - 8));
    photo_.bytes.replace(4, length.size(), length);
    return std::move(photo_);
  }

 private:
  static std::string_view chunks_in(std::string_view bytes) {
    reader in{bytes};
    in.take(4);
    const auto length = in.little_endian(4);
    reader file{in.take(length)};
    file.take(4);
    return file.rest();
  }

  void chunk(bool is_first) {
    const auto name = in_.take(4);
    const auto length = in_.little_endian(4);
    const auto content = in_.take(length);
    if (length % 2 != 0) in_.take(1);
    if (name == animation || name == frame) throw broken("It moves: a photo stands still.");
    if (is_first && name == extended) {
      header(content);
    } else if (name == lossy || name == lossless) {
      if (pixels_ != size{}) throw broken("It has two pictures.");
      pixels_ = name == lossy ? size_of_lossy(content) : size_of_lossless(content);
      check_size(pixels_.width, pixels_.height);
      keep(name, content);
    } else if (canvas_ == size{}) {
      if (pixels_ == size{}) throw broken("It does not begin with a picture.");
    } else if ((name == profile || name == transparency) && pixels_ == size{}) {
      keep(name, content);
    }
  }

  void header(std::string_view content) {
    reader in{content};
    const auto flags = in.byte();
    in.take(3);
    const size canvas{in.little_endian(3) + 1, in.little_endian(3) + 1};
    if ((flags & has_animation) != 0) throw broken("It moves: a photo stands still.");
    check_size(canvas.width, canvas.height);
    canvas_ = canvas;
    // Without Exif and XMP, which are dropped.
    std::string kept(content.substr(0, 10));
    kept[0] = static_cast<char>(flags & (has_profile | has_transparency));
    kept.replace(1, 3, 3, '\0');
    keep(extended, kept);
  }

  void keep(std::string_view name, std::string_view content) {
    photo_.bytes += name;
    append_little_endian(photo_.bytes, static_cast<std::uint32_t>(content.size()));
    photo_.bytes += content;
    if (content.size() % 2 != 0) photo_.bytes += '\0';
  }

  reader in_;
  examined_photo photo_;
  size canvas_{};  ///< of an extended one
  size pixels_{};
};

}  // namespace

examined_photo read_webp(std::string_view bytes) {
  return webp_reader{bytes}.photo();
}

}  // namespace rentwave::http::photos
