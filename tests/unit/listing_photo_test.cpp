// The photos of an advert: its owner's, in order, each once and not too many.
#include <gmock/gmock.h>

#include "tests/unit/listing_scene.hpp"

namespace rentwave::listing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

photo photo_no(int n) {
  photo made{{}, photo_type::png, 640, 480, 1000 + n};
  made.id.digest[31] = static_cast<std::uint8_t>(n);
  return made;
}

struct photo_scene : scene {
  names show_photo(int n) { return play(add_photo{photo_no(n)}, owner); }
  names take_away(int n) { return play(remove_photo{photo_no(n).id}, owner); }
};

TEST(Photo, stands_behind_those_that_came_before) {
  photo_scene stage;
  for (const int n : {3, 1, 2}) EXPECT_EQ(stage.show_photo(n), names{"listing.add-photo"});
  EXPECT_THAT(stage.s.photos, ElementsAre(photo_no(3), photo_no(1), photo_no(2)));
  EXPECT_EQ(stage.show_photo(1), names{}) << "it is there";
  EXPECT_EQ(stage.take_away(1), names{"listing.remove-photo"});
  EXPECT_THAT(stage.s.photos, ElementsAre(photo_no(3), photo_no(2)));
  EXPECT_EQ(stage.take_away(1), names{}) << "it is gone";
  EXPECT_EQ(stage.show_photo(1), names{"listing.add-photo"});
  EXPECT_EQ(stage.s.photos.back(), photo_no(1));
}

TEST(Photo, changes_nothing_that_the_tag_is_of) {
  photo_scene stage;
  stage.show_photo(1);
  EXPECT_EQ(stage.s.revision, 1);
  EXPECT_EQ(stage.code(update{1, a_room(), {}}, owner), "already_exists") << "not stale";
}

TEST(Photo, is_one_of_eight_at_most) {
  photo_scene stage;
  for (int n = 1; n <= static_cast<int>(max_photos); ++n) stage.show_photo(n);
  EXPECT_EQ(stage.code(add_photo{photo_no(9)}, owner), "too_many_photos");
  EXPECT_EQ(stage.show_photo(8), names{}) << "which is there";
  stage.take_away(4);
  EXPECT_EQ(stage.show_photo(9), names{"listing.add-photo"});
}

TEST(Photo, is_its_owners_alone) {
  photo_scene stage;
  stage.show_photo(1);
  EXPECT_EQ(stage.code(add_photo{photo_no(2)}, stranger), "not_owner");
  EXPECT_EQ(stage.code(remove_photo{photo_no(1).id}, stranger), "not_owner");
  EXPECT_EQ(stage.code(add_photo{photo_no(2)}), "not_owner") << "nobody asked";
  stage.play(remove{}, owner);
  EXPECT_THAT(stage.s.photos, IsEmpty()) << "they go with the advert";
  EXPECT_EQ(stage.code(add_photo{photo_no(2)}, owner), "unknown_entity");
  EXPECT_EQ(stage.code(remove_photo{photo_no(1).id}, owner), "unknown_entity");
}

TEST(Photo, goes_with_an_owner_who_has_left_also_while_a_booking_is_open) {
  photo_scene stage;
  stage.show_photo(1);
  stage.show_photo(2);
  stage.reserve_for(1, hours(1, 2));
  EXPECT_EQ(stage.play(retire{1}),
            (names{"listing.hide", "listing.remove-photo", "listing.remove-photo"}));
  EXPECT_THAT(stage.s.photos, IsEmpty());
  EXPECT_TRUE(stage.has(1));
}

TEST(Photo, has_an_id_of_one_form) {
  const auto id = photo_no(0xAB).id;
  const auto text = to_string(id);
  EXPECT_EQ(text, std::string(62, '0') + "ab");
  EXPECT_EQ(parse_id<photo_id>(text), id);
  for (const auto& other : {std::string(62, '0') + "AB", text.substr(1), text + '0',
                            std::string(63, '0') + 'g', std::string{}})
    EXPECT_EQ(parse_id<photo_id>(other), std::nullopt) << other;
}

}  // namespace
}  // namespace rentwave::listing
