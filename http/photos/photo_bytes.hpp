// An upload as a photo: which form it has by its bytes, how large it is, and what of it is stored.
// Pure; safe from any thread.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/domain/photo.hpp"

namespace rentwave::http {

enum class photo_errc {
  unknown_form,  ///< neither JPEG nor PNG nor WebP
  damaged,       ///< it ends too early, contradicts itself, or is of a kind that no browser shows
  too_large,     ///< more pixels than may be
};
struct photo_fault {
  photo_errc code{};
  std::string detail;  ///< a sentence
};

/// Pixels a side, and altogether: whoever shows it decodes them all.
inline constexpr std::int64_t longest_photo_side = 12'000;
inline constexpr std::int64_t most_photo_pixels = 64'000'000;

/// What is kept of an upload.
struct examined_photo {
  photo_type type{};
  int width = 0;  ///< pixels, as stored: a JPEG may ask to be turned
  int height = 0;
  /// What shows the photo, with its colours and, of a JPEG, the way up (Exif orientation); without
  /// all that tells where, when and by what it was taken. Examined again they are the same.
  std::string bytes;
};

boost::system::result<examined_photo, photo_fault> examine_photo(std::string_view bytes);

}  // namespace rentwave::http
