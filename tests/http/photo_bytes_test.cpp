// What an upload is by its bytes, and what of it is kept.
#include "http/photos/photo_bytes.hpp"

#include <gmock/gmock.h>

#include <map>

#include "tests/http/sample_photos.hpp"

namespace rentwave::http {
namespace {

using namespace sample;
using ::testing::HasSubstr;
using ::testing::Not;

/// Fails the test when it is refused.
examined_photo kept_of(const std::string& bytes) {
  const auto looked_at = examine_photo(bytes);
  if (!looked_at) {
    ADD_FAILURE() << looked_at.error().detail;
    return {};
  }
  return *looked_at;
}
std::string bytes_kept_of(const std::string& bytes) {
  return kept_of(bytes).bytes;
}
/// "format", "range" … of the refusal; empty: there is none.
std::string fault_of(const std::string& bytes) {
  const auto looked_at = examine_photo(bytes);
  if (looked_at) return "";
  EXPECT_FALSE(looked_at.error().detail.empty());
  switch (looked_at.error().code) {
    case photo_errc::unknown_form:
      return "unknown";
    case photo_errc::damaged:
      return "damaged";
    case photo_errc::too_large:
      break;
  }
  return "large";
}

const std::map<photo_type, std::string> one_of_each{
    {photo_type::jpeg, jpeg(640, 480)},
    {photo_type::png, png(640, 480)},
    {photo_type::webp, webp(640, 480)},
};

TEST(Photo_bytes, say_what_they_are) {
  for (const auto& [type, bytes] : one_of_each) {
    const auto kept = kept_of(bytes);
    EXPECT_EQ(kept.type, type);
    EXPECT_EQ(kept.width, 640);
    EXPECT_EQ(kept.height, 480);
    EXPECT_EQ(kept.bytes, bytes) << "there is nothing to drop";
  }
}

TEST(Photo_bytes, of_another_form_are_unknown) {
  for (const auto& other : {""s, "\xFF\xD8"s, "GIF89a"s, "<svg/>"s, "%PDF-1.7"s,
                            "RIFF\4\0\0\0WAVE"s, "\x89PNG"s, " " + jpeg(1, 1)})
    EXPECT_EQ(fault_of(other), "unknown") << other;
}

TEST(Photo_bytes, that_end_too_early_are_damaged) {
  for (const auto& [type, bytes] : one_of_each)
    for (std::size_t size = 12; size < bytes.size(); ++size)
      EXPECT_EQ(fault_of(bytes.substr(0, size)), "damaged") << size;
}

TEST(Photo_bytes, behind_the_end_are_dropped) {
  for (const auto& [type, bytes] : one_of_each)
    EXPECT_EQ(bytes_kept_of(bytes + "where I live"), bytes);
}

TEST(Photo_bytes, examined_again_are_the_same) {
  for (const auto& bytes : {jpeg(3, 2, jfif() + exif(6)), jpeg(3, 2, exif(8)),
                            jpeg(3, 2, exif(3) + jfif()), png(3, 2, chunk("tEXt", "a")),
                            webp_of(extended(0x3C, 3, 2) + riff_chunk("ICCP", "abc") + lossy(3, 2) +
                                    riff_chunk("EXIF", "where"))}) {
    const auto once = bytes_kept_of(bytes);
    EXPECT_EQ(bytes_kept_of(once), once);
  }
}

TEST(Photo_bytes, of_too_many_pixels_are_refused) {
  EXPECT_EQ(fault_of(jpeg(12'000, 5'333)), "");
  EXPECT_EQ(fault_of(jpeg(12'001, 1)), "large");
  EXPECT_EQ(fault_of(png(1, 12'001)), "large");
  EXPECT_EQ(fault_of(png(8'001, 8'000)), "large") << "all of them together";
  EXPECT_EQ(fault_of(png(0xFFFFFFFF, 0xFFFFFFFF)), "large");
  EXPECT_EQ(fault_of(webp(12'001, 1)), "large");
  EXPECT_EQ(fault_of(webp_of(extended(0, 1 << 24, 1 << 24) + lossy(1, 1))), "large");
}

TEST(Photo_bytes, without_pixels_are_damaged) {
  EXPECT_EQ(fault_of(jpeg(0, 5)), "damaged");
  EXPECT_EQ(fault_of(jpeg(5, 0)), "damaged") << "its height may come later, which nobody reads";
  EXPECT_EQ(fault_of(png(5, 0)), "damaged");
  EXPECT_EQ(fault_of(webp(5, 0)), "damaged");
  EXPECT_EQ(fault_of("\xFF\xD8" + frame(3, 2) + "\xFF\xD9"), "damaged");
  EXPECT_EQ(fault_of(png_start + png_header(3, 2) + chunk("IEND", "")), "damaged");
  EXPECT_EQ(fault_of(webp_of(extended(0, 3, 2))), "damaged");
}

// --- JPEG ---

TEST(Jpeg_bytes, lose_the_place_and_keep_the_way_up) {
  for (const bool intel : {false, true}) {
    const auto kept = bytes_kept_of(jpeg(3, 2, jfif() + exif(6, intel)));
    EXPECT_THAT(kept, Not(HasSubstr("GPS")));
    const auto only_orientation =
        segment(0xE1, "Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"s);
    EXPECT_EQ(kept, jpeg(3, 2, jfif() + only_orientation));
  }
  EXPECT_EQ(bytes_kept_of(jpeg(3, 2, jfif() + exif(1))), jpeg(3, 2)) << "it is the right way up";
  EXPECT_EQ(bytes_kept_of(jpeg(3, 2, jfif() + exif(9))), jpeg(3, 2)) << "that is no way";
}

TEST(Jpeg_bytes, lose_all_that_nobody_needs_to_see_them) {
  const auto dropped = segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x/>"s) +
                       segment(0xED, "Photoshop 3.0") + segment(0xFE, "a comment") +
                       segment(0xE0, "JFXX\0a thumbnail"s) + segment(0xE2, "MPF\0more"s);
  const auto needed = segment(0xE2, "ICC_PROFILE\0\1\1colours"s) + segment(0xEE, "Adobe\0d"s) +
                      segment(0xDD, "\0\1"s);
  EXPECT_EQ(bytes_kept_of(jpeg(3, 2, jfif() + dropped + needed)), jpeg(3, 2, jfif() + needed));
}

TEST(Jpeg_bytes, with_broken_exif_lose_it_and_are_fine) {
  const auto whole = exif(6);
  for (std::size_t size = 10; size < 20; ++size)
    EXPECT_EQ(bytes_kept_of(jpeg(3, 2, segment(0xE1, whole.substr(4, size)))), jpeg(3, 2, ""));
}

TEST(Jpeg_bytes, may_come_in_several_scans_and_with_fill_bytes) {
  const auto start = "\xFF\xD8" + frame(3, 2, 0xC2);
  EXPECT_EQ(fault_of(start + scan("\1") + segment(0xC4, "") + scan("\2") + "\xFF\xD9"), "");
  EXPECT_EQ(bytes_kept_of(start + scan("\1") + "\xFF\xFF\xD9"),
            start + scan("\1\xFF") + "\xFF\xD9");
}

TEST(Jpeg_bytes, that_contradict_themselves_are_damaged) {
  const auto end = scan() + "\xFF\xD9";
  EXPECT_EQ(fault_of("\xFF\xD8" + frame(3, 2) + frame(3, 2) + end), "damaged");
  EXPECT_EQ(fault_of("\xFF\xD8" + end), "damaged") << "pixels without a frame";
  EXPECT_EQ(fault_of("\xFF\xD8" + frame(3, 2, 0xC3) + end), "damaged") << "lossless";
  EXPECT_EQ(fault_of("\xFF\xD8" + frame(3, 2, 0xC9) + end), "damaged") << "arithmetic";
  EXPECT_EQ(fault_of("\xFF\xD8\xFF\xD0" + frame(3, 2) + end), "damaged");
  EXPECT_EQ(fault_of("\xFF\xD8\xFF\xE0\0\1"s + frame(3, 2) + end), "damaged") << "no length";
  EXPECT_EQ(fault_of("\xFF\xD8" + frame(3, 2) + "x" + end), "damaged");
  EXPECT_EQ(fault_of("\xFF\xD8" + frame(3, 2) + scan("") + "\xFF\xD9"), "damaged");
}

// --- PNG ---

TEST(Png_bytes, lose_all_that_nobody_needs_to_see_them) {
  const auto needed = chunk("gAMA", "1234") + chunk("pHYs", "123456789") + chunk("iCCP", "colours");
  const auto dropped = chunk("eXIf", "where") + chunk("tEXt", "who") + chunk("zTXt", "what") +
                       chunk("iTXt", "why") + chunk("tIME", "when") + chunk("prVW", "a thumbnail");
  EXPECT_EQ(bytes_kept_of(png(3, 2, dropped + needed)), png(3, 2, needed));
}

TEST(Png_bytes, with_one_bit_turned_are_damaged) {
  const auto whole = png(3, 2);
  for (std::size_t at = png_start.size(); at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(fault_of(changed), "") << at;
  }
}

TEST(Png_bytes, that_contradict_themselves_are_damaged) {
  const auto end = chunk("IDAT", "pixels") + chunk("IEND", "");
  EXPECT_EQ(fault_of(png_start + end), "damaged");
  EXPECT_EQ(fault_of(png_start + png_header(3, 2) + png_header(3, 2) + end), "damaged");
  EXPECT_EQ(fault_of(png_start + png_header(3, 2, 3) + end), "damaged") << "no palette";
  EXPECT_EQ(fault_of(png_start + png_header(3, 2, 3) + chunk("PLTE", "rgb") + end), "");
  EXPECT_EQ(fault_of(png_start + png_header(3, 2, 3) + chunk("PLTE", "rg") + end), "damaged");
  EXPECT_EQ(fault_of(png_start + png_header(3, 2, 5) + end), "damaged") << "no such colours";
  EXPECT_EQ(fault_of(png(3, 2, chunk("SECR", "et"))), "damaged") << "who knows what it needs";
  EXPECT_EQ(fault_of(png(3, 2, chunk("a1b2", ""))), "damaged");
}

// --- WebP ---

TEST(Webp_bytes, come_in_three_kinds) {
  EXPECT_EQ(kept_of(webp_of(lossless(300, 200))).width, 300);
  EXPECT_EQ(kept_of(webp_of(lossless(300, 200))).height, 200);
  const auto alpha = riff_chunk("ALPH", "abc");
  const auto whole =
      webp_of(extended(0x30, 300, 200) + riff_chunk("ICCP", "colours") + alpha + lossy(300, 200));
  EXPECT_EQ(bytes_kept_of(whole), whole);
}

TEST(Webp_bytes, lose_all_that_nobody_needs_to_see_them) {
  const auto dropped =
      riff_chunk("EXIF", "where") + riff_chunk("XMP ", "who") + riff_chunk("ABCD", "what");
  EXPECT_EQ(bytes_kept_of(webp_of(extended(0x1C, 3, 2) + lossless(3, 2) + dropped)),
            webp_of(extended(0x10, 3, 2) + lossless(3, 2)))
      << "nor say that it is there";
  EXPECT_EQ(bytes_kept_of(webp_of(lossy(3, 2) + dropped)), webp(3, 2));
}

TEST(Webp_bytes, that_move_are_no_photo) {
  EXPECT_EQ(fault_of(webp_of(extended(0x02, 3, 2) + lossy(3, 2))), "damaged");
  EXPECT_EQ(fault_of(webp_of(extended(0, 3, 2) + riff_chunk("ANMF", "frame"))), "damaged");
}

TEST(Webp_bytes, that_contradict_themselves_are_damaged) {
  EXPECT_EQ(fault_of(webp_of(extended(0, 3, 2) + lossy(3, 3))), "damaged") << "another size";
  EXPECT_EQ(fault_of(webp_of(lossy(3, 2) + lossy(3, 2))), "damaged");
  EXPECT_EQ(fault_of(webp_of(riff_chunk("ABCD", "what") + lossy(3, 2))), "damaged");
  EXPECT_EQ(fault_of(webp_of(riff_chunk("VP8 ", "\1\0\0\x9D\x01\x2A\3\0\2\0"s))), "damaged")
      << "it builds on another frame";
  EXPECT_EQ(fault_of(webp_of(riff_chunk("VP8 ", "\0\1\0\x9D\x01\x2A\3\0\2\0"s))), "damaged")
      << "its first part is not there";
  EXPECT_EQ(fault_of(webp_of(riff_chunk("VP8L", "\x2F\0\0\0\xE0"s))), "damaged") << "a version 7";
  EXPECT_EQ(fault_of("RIFF\2\0\0\0WEBP"s), "damaged");
}

}  // namespace
}  // namespace rentwave::http
