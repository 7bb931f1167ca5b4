// Bytes of photos that nobody shows go, by themselves; those that somebody shows stay.
#include <gtest/gtest.h>

#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

photo a_photo(int n) {
  photo made{{}, photo_type::jpeg, 4, 3, 3};
  made.id.digest[0] = static_cast<std::uint8_t>(n);
  return made;
}

struct Photos : ::testing::Test {
  Photos() : in{*shop.world.journal().connect()} {
    advert = shop.advertise();
    for (const int n : {1, 2})
      EXPECT_TRUE(in->put_photo(a_photo(n).id, {photo_type::jpeg, "abc"}, shop.world.real_now()));
  }

  bool tell(listing::command what) {
    return shop.accepts(listing_ref(advert), std::move(what), shop.owner);
  }
  /// Whether the bytes are there, whoever shows them: another sweep finds nothing to remove.
  bool are_there(int n) {
    return in->sweep_photos(a_photo(n - 1).id, instant::max(), 1)->removed == 1;
  }

  market shop;
  std::unique_ptr<journal> in;
  listing_id advert;
};

TEST_F(Photos, that_no_advert_shows_are_swept_away_after_an_hour) {
  ASSERT_TRUE(tell(listing::add_photo{a_photo(1)}));
  shop.pass(59min);
  shop.pass(12min);
  EXPECT_TRUE(*in->get_photo(a_photo(1).id));
  EXPECT_FALSE(are_there(2));
}

TEST_F(Photos, that_were_just_put_are_left_alone) {
  shop.pass(50min);
  EXPECT_TRUE(are_there(2));
}

TEST_F(Photos, go_with_their_advert) {
  ASSERT_TRUE(tell(listing::add_photo{a_photo(1)}));
  shop.pass(2h);
  ASSERT_TRUE(tell(listing::remove{}));
  EXPECT_FALSE(*in->get_photo(a_photo(1).id)) << "at once";
  shop.pass(11min);
  EXPECT_FALSE(are_there(1));
}

TEST_F(Photos, are_swept_when_the_journal_is_there_again) {
  shop.world.journal().fail_settings(true);
  shop.pass(2h);
  shop.world.journal().fail_settings(false);
  shop.pass(11min);
  EXPECT_FALSE(are_there(2));
}

TEST_F(Photos, are_taken_on_and_read_up_to_a_limit) {
  auto& node = shop.world.running();
  const auto most = node_options{}.photo_queue;
  for (std::size_t i = 0; i < most; ++i) EXPECT_TRUE(node.keeper());
  EXPECT_FALSE(node.keeper()) << "as many wait as may";
  for (std::size_t i = 0; i < node_options{}.photo_fetches; ++i) EXPECT_TRUE(node.fetcher());
  EXPECT_FALSE(node.fetcher());
}

}  // namespace
}  // namespace rentwave::testing
