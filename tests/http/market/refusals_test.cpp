// What calls of the market say when they are refused, beside what the tests of each resource look
// at: every refusal that the contract describes has to be seen.
#include "actors/domain/wallet.hpp"
#include "persistence/timestamp.hpp"
#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;

/// "409 debt"
std::string refused(const reply_to_test& got) {
  return std::to_string(got.status) + ' ' + got.code();
}

class Refusals : public market_scene {
 protected:
  reply_to_test extend(const std::string& rental, const char* until) {
    return act(extend_rental, renter, rental, {{"ends_at", until}});
  }
  /// An id that nothing has yet.
  rental_id new_rental() { return rental_id{market.new_uuid()}; }
  static auto to(entity_kind kind) {
    return [kind](const want& each) { return each.to.kind == kind; };
  }
};

TEST_F(Refusals, of_actions_say_which_status_does_not_allow_them) {
  const auto rental = rental_of(advert());
  EXPECT_EQ(refused(act(cancel_rental, renter, rental)), "409 wrong_status") << "it has begun";
  act(return_rental, renter, rental);
  act(complete_rental, owner, rental);
  const std::pair<handler, account_id> calls[] = {
      {return_rental, renter}, {dispute_rental, owner}, {extend_rental, renter}};
  for (const auto& [action, who] : calls) {
    const auto got = act(action, who, rental, {{"ends_at", "2024-05-09T10:00:00Z"}});
    EXPECT_EQ(refused(got), "409 wrong_status");
    EXPECT_EQ(got.body["rental_status"], "completed");
  }
}

TEST_F(Refusals, of_bodies_that_are_no_objects_name_the_body) {
  const auto rental = rental_of(advert());
  for (const auto action :
       {return_rental, complete_rental, dispute_rental, cancel_rental, extend_rental})
    EXPECT_EQ(complaints_of(act(action, owner, rental, json::array())), complaints{"body: type"});
}

TEST_F(Refusals, of_disputes_are_those_of_others_and_of_long_ago) {
  const auto rental = rental_of(advert());
  act(return_rental, renter, rental);
  EXPECT_EQ(refused(act(dispute_rental, renter, rental)), "403 not_owner");
  market.advance(hours{48});
  EXPECT_EQ(refused(act(dispute_rental, owner, rental)), "409 too_late");
}

TEST_F(Refusals, of_cancelling_come_with_the_start) {
  pay_in(renter, 10'000);
  const auto made = rent(advert(), {{"starts_at", "2024-05-02T10:00:00Z"}, {"duration", "P1D"}});
  ASSERT_EQ(made.body["status"], "booked") << made.body;
  market.held_back = to(entity_kind::listing);  // which has not handed it over yet
  market.advance(hours{24});
  EXPECT_EQ(refused(act(cancel_rental, renter, made.body["id"])), "409 too_late");
}

TEST_F(Refusals, of_extensions_name_what_is_in_the_way) {
  const auto rental = rental_of(advert());  // from 10:00 to 12:00
  EXPECT_EQ(refused(extend(rental, "2024-05-01T11:00:00Z")), "422 period_invalid");
  EXPECT_EQ(refused(extend(rental, "2024-05-20T10:00:00Z")), "422 duration_not_permitted");
  market.advance(hours{2} + minutes{5});  // within the grace
  EXPECT_EQ(refused(extend(rental, "2024-05-02T10:00:00Z")), "409 too_late");
}

TEST_F(Refusals, of_extensions_are_those_of_debtors) {
  const auto long_one = advert(), short_one = advert();
  pay_in(renter, 1000);
  const std::string rental = rent(long_one, {{"duration", "P3D"}}).body["id"];
  ASSERT_EQ(rent(short_one).status, 201U);
  market.advance(hours{4});
  EXPECT_EQ(refused(extend(rental, "2024-05-09T10:00:00Z")), "409 debt");
}

TEST_F(Refusals, of_extensions_come_too_when_the_rental_ends_first) {
  const auto rental = rental_of(advert());
  const auto is_for_listing = to(entity_kind::listing);
  market.held_back = [&, returned = false](const want& each) mutable {
    if (!is_for_listing(each)) return false;
    // While the listing is asked for more time, the item comes back.
    if (!std::exchange(returned, true)) act(return_rental, owner, rental);
    return true;
  };
  EXPECT_EQ(refused(extend(rental, "2024-05-03T12:00:00Z")), "409 undone");
}

TEST_F(Refusals, of_withdrawals_are_those_of_debtors_and_of_wrong_amounts) {
  const auto withdraw = [&](std::int64_t cents) {
    return call(post_withdrawal, {.who = renter,
                                  .headers = {{"idempotency-key", std::to_string(cents)}},
                                  .body = {{"amount", cents}}});
  };
  EXPECT_EQ(complaints_of(withdraw(0)), complaints{"amount: range"});
  pay_in(renter, 251);
  EXPECT_EQ(withdraw(1).status, 201U);
  const auto other =
      call(post_withdrawal,
           {.who = renter, .headers = {{"idempotency-key", "1"}}, .body = {{"amount", 2}}});
  EXPECT_EQ(refused(other), "422 idempotency_mismatch");
  ASSERT_EQ(rent(advert()).status, 201U);  // until 12:00, and nothing is left
  market.advance(hours{4});
  ASSERT_EQ(wallet_of(renter)["owed"], euros(900));  // the late hours of 12:15, 13:00 and 14:00
  EXPECT_EQ(refused(withdraw(3)), "409 debt");
  EXPECT_EQ(refused(rent(advert())), "409 debt");
}

TEST_F(Refusals, of_rentals_are_those_of_ones_own_and_of_what_is_switched_off) {
  const auto id = advert();
  const auto own =
      call(post_rental, {.who = owner, .body = {{"listing_id", id}, {"duration", "PT2H"}}});
  EXPECT_EQ(refused(own), "409 own_listing");
  const auto off = call(patch_listing, {.who = owner,
                                        .parameters = {id},
                                        .headers = {{"if-match", "*"}},
                                        .body = {{"active", false}}});
  ASSERT_EQ(off.status, 200U) << off.body;
  EXPECT_EQ(refused(rent(id)), "409 listing_inactive");
}

TEST_F(Refusals, of_rentals_that_took_longer_than_their_period_say_so) {
  pay_in(renter, 10'000);
  const auto id = advert();
  const auto ask = [&] {
    return call(post_rental, {.who = renter,
                              .headers = {{"idempotency-key", "key"}},
                              .body = {{"listing_id", id}, {"duration", "PT2H"}}});
  };
  market.held_back = to(entity_kind::wallet);
  ASSERT_EQ(ask().status, 202U);
  market.advance(hours{3});
  market.held_back = {};
  EXPECT_EQ(refused(ask()), "409 too_late");
}

TEST_F(Refusals, of_rentals_end_what_grows_without_limit) {
  pay_in(renter, 1'000'000);
  const auto full = advert(), other = advert();
  const auto begin = *parse_instant("2024-06-01T00:00:00Z");
  for (std::size_t i = 0; i < listing::max_bookings; ++i) {
    const auto start = begin + hours{static_cast<int>(i)};
    const listing::reserve reserve{new_rental(), stranger, {start, start + hours{1}}};
    market.send_inside(listing_ref(*parse_id<listing_id>(full)), listing::command{reserve});
  }
  EXPECT_EQ(refused(rent(full)), "409 too_many_bookings");

  for (std::size_t i = 0; i < wallet::max_holds; ++i) {
    const wallet::hold hold{renter, new_rental(), 0, money{1}, money{}};
    market.send_inside(wallet_ref(renter), wallet::command{hold});
  }
  EXPECT_EQ(refused(rent(other)), "409 too_many_holds");
}

TEST_F(Refusals, of_postings_that_were_cut_off_say_that_the_advert_is_gone) {
  const question asked{
      .who = owner, .headers = {{"idempotency-key", "key"}}, .body = posting(item_kind::book)};
  // The commands: the key's claim, the advert, and what would keep the answer.
  market.before_next_send = [&] {
    market.before_next_send = [&] {
      market.before_next_send = [] { throw std::runtime_error("the program dies"); };
    };
  };
  EXPECT_EQ(call(post_listing, asked).status, 500U);
  const auto items = call(my_listings, {.who = owner}).body["items"];
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(act(delete_listing, owner, items[0]["id"]).status, 204U);
  EXPECT_EQ(refused(call(post_listing, asked)), "409 removed");
}

}  // namespace
}  // namespace rentwave::http
