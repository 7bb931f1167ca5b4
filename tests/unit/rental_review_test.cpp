// What the two sides of a rental write of each other once it is over, and who is told.
#include <gtest/gtest.h>

#include "tests/unit/rental_scene.hpp"

namespace rentwave::rental {
namespace {

/// Completed by the owner, everybody paid.
scene over() {
  auto stage = given_back(due);
  stage.play(confirm{}, owner);
  stage.acknowledge_all();
  return stage;
}

/// Never given back, everybody told.
scene lost_for_good() {
  auto stage = active();
  stage.wake_at(lost_at(daily, due));
  stage.acknowledge_all();
  return stage;
}

account::rate asks_account(const scene& stage, std::string_view key, account_id whom) {
  for (const auto& each : wants(stage.s)) {
    if (each.key != key) continue;
    EXPECT_EQ(each.to, account_ref(whom));
    return std::get<account::rate>(std::get<account::command>(each.body));
  }
  ADD_FAILURE() << "nothing is asked under " << key;
  return {};
}

TEST(Rental, reviewed_by_its_renter_rates_the_advert_and_its_owner) {
  auto stage = over();
  stage.now += one_day;
  EXPECT_EQ(stage.play(review{4, "Well kept."}, renter), names{"rent.review"});
  const auto& e = stage.event_at<reviewed>(0);
  EXPECT_EQ(e.about, stage.s.about);
  EXPECT_EQ(e.by, party::renter);
  EXPECT_EQ(e.rating, 4);
  EXPECT_EQ(e.text, "Well kept.");
  EXPECT_EQ(e.at, due + one_day);

  EXPECT_EQ(keys_of(stage.s), (names{"rate-listing", "rate-owner"}));
  const auto advert = stage.asks<listing::rate>("rate-listing");
  EXPECT_EQ(advert.rental, rental_one);
  EXPECT_EQ(advert.rating, 4);
  const auto person = asks_account(stage, "rate-owner", owner);
  EXPECT_EQ(person.id, owner);
  EXPECT_EQ(person.rental, rental_one);
  EXPECT_EQ(person.rating, 4);
  EXPECT_EQ(stage.answer("rate-owner"), names{"rent.settle"});
  EXPECT_EQ(stage.acknowledge_all(), names{"rate-listing"});
}

TEST(Rental, reviewed_by_its_owner_rates_the_renter_alone) {
  auto stage = over();
  EXPECT_EQ(stage.play(review{1, "Crumbs."}, owner), names{"rent.review"});
  EXPECT_EQ(stage.event_at<reviewed>(0).by, party::owner);
  EXPECT_EQ(keys_of(stage.s), names{"rate-renter"});
  const auto person = asks_account(stage, "rate-renter", renter);
  EXPECT_EQ(person.id, renter);
  EXPECT_EQ(person.rating, 1);
}

TEST(Rental, is_reviewed_once_a_side) {
  auto stage = over();
  EXPECT_EQ(review_by(stage.s, party::renter), nullptr);
  stage.play(review{4, "Good."}, renter);
  EXPECT_EQ(stage.refusal_of(review{5, "Better."}, renter), refusal_code::already_reviewed);
  EXPECT_EQ(stage.refusal_of(review{4, "Good."}, renter), refusal_code::already_reviewed);
  EXPECT_EQ(review_by(stage.s, party::owner), nullptr);
  stage.play(review{2, "So so."}, owner);
  EXPECT_EQ(stage.refusal_of(review{2, "So so."}, owner), refusal_code::already_reviewed);
  ASSERT_NE(review_by(stage.s, party::renter), nullptr);
  EXPECT_EQ(review_by(stage.s, party::renter)->text, "Good.");
  EXPECT_EQ(review_by(stage.s, party::owner)->rating, 2);
  // All three, whatever was said first.
  EXPECT_EQ(stage.acknowledge_all(), (names{"rate-listing", "rate-owner", "rate-renter"}));
}

TEST(Rental, is_reviewed_when_it_is_over_and_somebody_had_the_item) {
  const struct {
    const char* what;
    scene stage;
  } table[] = {{"pending", pending()},
               {"booked", booked_ahead()},
               {"waiting", waiting()},
               {"active", active()},
               {"returned", given_back(due)}};
  for (auto [what, stage] : table) {
    EXPECT_EQ(stage.refusal_of(review{3, "Early."}, renter), refusal_code::wrong_status) << what;
    EXPECT_EQ(stage.refusal_of(review{9, "Early."}, renter), refusal_code::wrong_status) << what;
  }
  auto cancelled = booked_ahead();
  cancelled.play(cancel{}, renter);
  EXPECT_EQ(cancelled.refusal_of(review{3, "Never."}, owner), refusal_code::wrong_status);
  EXPECT_EQ(scene{}.refusal_of(review{3, "?"}, renter), refusal_code::unknown_entity);
  for (const auto who : {renter, owner})
    EXPECT_EQ(lost_for_good().play(review{1, "Gone."}, who), names{"rent.review"});
}

TEST(Rental, whose_completion_is_due_completes_before_it_is_reviewed) {
  auto stage = given_back(due);
  stage.now = due + dispute_window;
  EXPECT_EQ(stage.play(review{5, "Thanks."}, renter), (names{"rent.complete", "rent.review"}));
}

TEST(Rental, is_reviewed_by_its_parties_with_1_to_5_stars) {
  auto stage = over();
  EXPECT_EQ(stage.refusal_of(review{5, "Hello."}, stranger), refusal_code::not_party);
  EXPECT_EQ(stage.refusal_of(review{5, "Hello."}), refusal_code::not_party);
  for (const int wrong : {-1, 0, 6})
    EXPECT_EQ(stage.refusal_of(review{wrong, "?"}, renter), refusal_code::rating_invalid) << wrong;
  for (const int right : {1, 5})
    EXPECT_EQ(stage.refusal_of(review{right, "!"}, renter), std::nullopt) << right;
}

TEST(Rental, forgets_a_rating_that_is_refused_for_good) {
  auto stage = over();
  stage.play(review{1, "Crumbs."}, owner);
  EXPECT_EQ(stage.answer("rate-renter", refusal{refusal_code::unknown_entity, "", {}}),
            names{"rent.settle"});
  EXPECT_EQ(keys_of(stage.s), names{});
}

TEST(Rental, rates_also_while_the_payment_is_refused) {
  auto stage = given_back(due);
  stage.play(confirm{}, owner);
  stage.play(review{5, "Quick."}, renter);
  EXPECT_EQ(keys_of(stage.s), (names{"rate-listing", "pay", "rate-owner"}));
}

}  // namespace
}  // namespace rentwave::rental
