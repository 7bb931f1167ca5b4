// The owner's blocks: they and the bookings never overlap, whoever comes first.
#include <gmock/gmock.h>

#include "tests/unit/listing_scene.hpp"

namespace rentwave::listing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

block_id no(int n) {
  return numbered<block_id>(n);
}

struct block_scene : scene {
  names block_out(int n, period when) { return play(block{no(n), when, "at home"}, owner); }
  std::string code_of_block(period when, account_id who = owner) const {
    return code(block{no(999), when, ""}, who);
  }
};

TEST(Block, keeps_renters_out) {
  block_scene stage;
  EXPECT_EQ(stage.block_out(1, hours(2, 5)), names{"listing.block"});
  const auto why = stage.refused(reserve{rental(1), renter, hours(4, 6)});
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, refusal_code::not_available);
  EXPECT_EQ(why->free, hours(5, 7)) << "after the block";
  EXPECT_EQ(stage.reserve_for(1, hours(5, 7)), names{"listing.reserve"});
  EXPECT_EQ(stage.reserve_for(2, hours(1, 2)), names{"listing.reserve"});
  EXPECT_EQ(next_free(stage.s, noon, 1h, noon), hours(0, 1));
  EXPECT_EQ(next_free(stage.s, noon, 2h, noon), hours(7, 9));
  EXPECT_EQ(busy(stage.s, hours(0, 9), noon), (std::vector{hours(1, 2), hours(2, 5), hours(5, 7)}));
}

TEST(Block, gives_way_to_bookings_and_blocks) {
  block_scene stage;
  stage.reserve_for(1, hours(2, 4));
  stage.block_out(1, hours(6, 8));
  const auto why = stage.refused(block{no(9), hours(3, 5), ""}, owner);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, refusal_code::not_available);
  EXPECT_EQ(why->free, hours(4, 6));
  EXPECT_EQ(stage.code_of_block(hours(7, 9)), "not_available");
  EXPECT_EQ(stage.code_of_block(hours(4, 6)), "");
  const auto taken = in_the_way(stage.s, hours(3, 7));
  ASSERT_THAT(taken, SizeIs(2));
  EXPECT_EQ(taken[0].when, hours(2, 4));
  EXPECT_EQ(taken[0].rental, rental(1));
  EXPECT_EQ(taken[1].block, no(1));
}

TEST(Block, ends_an_extension) {
  block_scene stage;
  stage.hand_out(1, hours(0, 2));
  stage.block_out(1, hours(3, 5));
  EXPECT_EQ(stage.code(extend{rental(1), noon + 4h, 1}), "not_available");
  EXPECT_EQ(stage.play_once(extend{rental(1), noon + 3h, 2}), names{"listing.reschedule"});
}

TEST(Block, is_taken_away_by_its_owner) {
  block_scene stage;
  stage.block_out(1, hours(2, 5));
  EXPECT_EQ(stage.code(unblock{no(1)}, stranger), "not_owner");
  EXPECT_EQ(stage.play(unblock{no(1)}, owner), names{"listing.unblock"});
  EXPECT_EQ(stage.play(unblock{no(7)}, owner), names{}) << "what is not there is away already";
  EXPECT_EQ(stage.reserve_for(1, hours(2, 5)), names{"listing.reserve"});
}

TEST(Block, that_is_taken_away_tells_who_waits_that_the_item_is_free) {
  block_scene stage;
  stage.block_out(1, hours(0, 5));
  stage.block_out(2, hours(6, 8));
  EXPECT_EQ(stage.play(unblock{no(2)}, owner), names{"listing.unblock"}) << "it is not now";
  stage.at(4);
  EXPECT_EQ(stage.play(unblock{no(1)}, owner), (names{"listing.unblock", "listing.free"}));
  EXPECT_EQ(stage.happened<freed>(1).isbn, "9780306406157");
  EXPECT_EQ(stage.answer(), outcome{accepted{}});
  stage.block_out(3, hours(4, 6));
  stage.at(6);
  EXPECT_EQ(stage.play(unblock{no(3)}, owner), names{"listing.unblock"}) << "it had ended before";
}

TEST(Block, that_is_taken_away_is_no_news_while_nobody_can_have_the_item) {
  block_scene late;
  late.hand_out(1, hours(0, 1));
  late.at(3);
  late.block_out(1, hours(3, 6));
  EXPECT_EQ(late.play(unblock{no(1)}, owner), names{"listing.unblock"});
  block_scene off;
  off.block_out(1, hours(0, 5));
  off.play(update{{}, {}, false}, owner);
  EXPECT_EQ(off.play(unblock{no(1)}, owner), names{"listing.unblock"});
}

TEST(Block, is_the_owners_alone_and_of_a_time_to_come) {
  block_scene stage;
  stage.at(3);
  EXPECT_EQ(stage.code_of_block(hours(4, 5), stranger), "not_owner");
  EXPECT_EQ(stage.code_of_block(hours(1, 3)), "period_invalid") << "it is over";
  EXPECT_EQ(stage.code_of_block(hours(5, 5)), "period_invalid");
  EXPECT_EQ(stage.code_of_block({stage.now, stage.now + block_horizon + 1us}), "period_invalid");
  EXPECT_EQ(stage.code_of_block({stage.now, stage.now + block_horizon}), "");
  stage.block_out(1, hours(1, 5));
  EXPECT_EQ(stage.s.blocks.at(0).when, hours(3, 5)) << "what has passed was free";
  EXPECT_EQ(scene{}.code(block{no(1), hours(1, 2), ""}, owner), "");
  EXPECT_EQ(decide(state{}, block{no(1), hours(1, 2), ""}, {noon, owner}).error().code,
            refusal_code::unknown_entity);
}

TEST(Block, may_be_made_while_the_item_is_late) {
  block_scene stage;
  stage.hand_out(1, hours(0, 1));
  stage.at(3);
  EXPECT_EQ(stage.block_out(1, hours(3, 6)), names{"listing.block"});
}

TEST(Block, made_after_a_return_bounds_what_a_dispute_brings_back) {
  block_scene stage;
  stage.hand_out(1, hours(0, 6));
  stage.at(2);
  stage.play(release{rental(1), true});
  stage.at(3);
  stage.block_out(1, hours(4, 5));
  stage.play_once(reclaim{rental(1), renter, hours(0, 6)});
  EXPECT_EQ(stage.of(1).when, hours(0, 4));
  EXPECT_EQ(stage.of(1).due, noon + 6h);
}

TEST(Block, goes_with_the_advert) {
  block_scene stage;
  stage.block_out(1, hours(2, 5));
  EXPECT_EQ(stage.play(remove{}, owner), names{"listing.remove"});
  EXPECT_TRUE(stage.s.blocks.empty());
}

TEST(Block, is_forgotten_long_after_its_end_and_makes_room) {
  block_scene stage;
  for (int n = 0; n < static_cast<int>(max_blocks); ++n) stage.block_out(n, hours(n + 1, n + 2));
  const int last = static_cast<int>(max_blocks) + 1;
  EXPECT_EQ(stage.code_of_block(hours(last, last + 1)), "too_many_bookings");
  // The first two ended more than 30 days ago, the third just that long.
  stage.now = noon + 4h + block_memory;
  const period later{stage.now + 300h, stage.now + 301h};
  EXPECT_THAT(stage.block_out(300, later),
              ElementsAre("listing.block", "listing.unblock", "listing.unblock"));
  EXPECT_THAT(stage.s.blocks, SizeIs(max_blocks - 1));
  EXPECT_EQ(stage.s.blocks.at(0).id, no(2));
}

}  // namespace
}  // namespace rentwave::listing
