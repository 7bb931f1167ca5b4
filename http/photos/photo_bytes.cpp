#include "http/photos/photo_bytes.hpp"

#include "http/photos/reading.hpp"

namespace rentwave::http {
namespace {

using namespace std::string_view_literals;

constexpr auto jpeg_start = "\xFF\xD8\xFF"sv;
constexpr auto png_start = "\x89PNG\r\n\x1A\n"sv;
constexpr auto riff_start = "RIFF"sv;
constexpr auto webp_mark = "WEBP"sv;
constexpr std::size_t webp_mark_at = 8;

using reading = examined_photo (*)(std::string_view);

reading reading_of(std::string_view bytes) {
  if (bytes.starts_with(jpeg_start)) return photos::read_jpeg;
  if (bytes.starts_with(png_start)) return photos::read_png;
  const bool is_webp = bytes.starts_with(riff_start) && bytes.size() > webp_mark_at &&
                       bytes.substr(webp_mark_at).starts_with(webp_mark);
  return is_webp ? photos::read_webp : nullptr;
}

}  // namespace

void photos::check_size(std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0) throw broken("It has no pixels.");
  if (width > longest_photo_side || height > longest_photo_side ||
      std::int64_t{width} * height > most_photo_pixels)
    throw too_large{};
}

boost::system::result<examined_photo, photo_fault> examine_photo(std::string_view bytes) {
  const auto read = reading_of(bytes);
  if (!read)
    return photo_fault{photo_errc::unknown_form, "These bytes are no JPEG, PNG or WebP image."};
  try {
    return read(bytes);
  } catch (const photos::broken& why) {
    return photo_fault{photo_errc::damaged, why.what()};
  } catch (const photos::too_large&) {
    return photo_fault{photo_errc::too_large,
                       "A side has at most " + std::to_string(longest_photo_side) +
                           " pixels, all of it " + std::to_string(most_photo_pixels) + "."};
  }
}

}  // namespace rentwave::http
