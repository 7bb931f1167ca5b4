// An upload: what it is said to be, and what of it is kept.
#include "http/photos/photo_bytes.hpp"

#include <boost/crc.hpp>

#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {
namespace {

using http::examine_photo;

constexpr std::size_t png_signature = 8;
/// The segment with the way up of a JPEG: all that may be added.
constexpr std::size_t most_added = 36;

/// Chunks with right checksums: no mutation would find them.
std::string with_checksums(std::string_view png) {
  std::string made{png};
  for (std::size_t at = png_signature; at + 12 <= made.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length = length << 8 | static_cast<unsigned char>(made[at + i]);
    if (length > made.size() - at - 12) break;
    boost::crc_32_type sum;
    sum.process_bytes(made.data() + at + 4, 4 + length);
    for (std::size_t i = 0; i < 4; ++i)
      made[at + 8 + length + i] = static_cast<char>(sum.checksum() >> (24 - 8 * i) & 0xFF);
    at += 12 + length;
  }
  return made;
}

void check(std::string_view bytes) {
  const auto looked_at = examine_photo(bytes);
  if (!looked_at) {
    demand(!looked_at.error().detail.empty(), "a refusal says why");
    return;
  }
  const auto& kept = *looked_at;
  demand(kept.width > 0 && kept.height > 0, "a photo has pixels");
  demand(kept.width <= http::longest_photo_side && kept.height <= http::longest_photo_side &&
             std::int64_t{kept.width} * kept.height <= http::most_photo_pixels,
         "not too many of them");
  demand(kept.bytes.size() <= bytes.size() + most_added, "nothing else is added");
  const auto again = examine_photo(kept.bytes);
  demand(again && again->bytes == kept.bytes && again->type == kept.type &&
             again->width == kept.width && again->height == kept.height,
         "what is kept is kept as it is");
}

}  // namespace

void examine(std::string_view input) {
  check(input);
  check(with_checksums(input));
}

}  // namespace rentwave::fuzz
