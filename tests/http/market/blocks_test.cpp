// The owner's blocks.
#include <gmock/gmock.h>

#include "persistence/timestamp.hpp"
#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class Blocks : public market_scene {
 protected:
  json between(const std::string& from, const std::string& to) {
    return {{"starts_at", "2024-05-01T" + from + ":00Z"}, {"ends_at", "2024-05-01T" + to + ":00Z"}};
  }
  reply_to_test block(const std::string& id, const json& body, account_id who = owner) {
    return act(post_block, who, id, body);
  }
  reply_to_test unblock(const std::string& id, const std::string& which, account_id who = owner) {
    return call(delete_block, {.who = who, .parameters = {id, which}});
  }
  json calendar(const std::string& id) {
    return call(get_calendar, {.parameters = {id}}).body["items"];
  }
};

TEST_F(Blocks, are_made_seen_and_taken_away) {
  const auto id = advert();
  auto body = between("12:00", "15:00");
  body["note"] = "at home";
  const auto made = block(id, body);
  ASSERT_EQ(made.status, 201U) << made.body;
  const std::string which = made.body["id"];
  EXPECT_EQ(made.headers.at("location"), "/api/listings/" + id + "/blocks/" + which);
  EXPECT_EQ(made.body, (json{{"id", which},
                             {"starts_at", "2024-05-01T12:00:00Z"},
                             {"ends_at", "2024-05-01T15:00:00Z"},
                             {"note", "at home"}}));
  EXPECT_EQ(act(get_blocks, owner, id).body["items"], json::array({made.body}));
  EXPECT_EQ(calendar(id),
            json::array({{{"start", "2024-05-01T12:00:00Z"}, {"end", "2024-05-01T15:00:00Z"}}}))
      << "not why, nor by whom";
  EXPECT_EQ(unblock(id, which).status, 204U);
  EXPECT_EQ(calendar(id), json::array());
  EXPECT_EQ(unblock(id, which).status, 404U);
}

TEST_F(Blocks, without_a_start_begin_now) {
  const auto id = advert();
  EXPECT_EQ(block(id, {{"ends_at", "2024-05-01T11:00:00Z"}}).body["starts_at"],
            "2024-05-01T10:00:00Z");
  EXPECT_EQ(call(get_listing, {.parameters = {id}}).body["next_free"], "2024-05-01T11:00:00Z");
}

TEST_F(Blocks, keep_renters_out_and_say_when_it_is_free) {
  const auto id = advert();
  pay_in(renter, 10'000);
  block(id, between("11:00", "15:00"));
  const auto refused = rent(id);
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.body["code"], "not_available");
  EXPECT_EQ(refused.body["free"]["start"], "2024-05-01T15:00:00Z");
  EXPECT_EQ(rent(id, {{"duration", "PT1H"}}).status, 201U);
}

TEST_F(Blocks, do_not_push_a_rental_aside) {
  const auto id = advert();
  const auto rental = rental_of(id);  // from 10:00 to 12:00
  block(id, between("14:00", "15:00"));
  const auto refused = block(id, between("11:00", "14:30"));
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.body["code"], "not_available");
  EXPECT_EQ(refused.body["free"],
            (json{{"start", "2024-05-01T15:00:00Z"}, {"end", "2024-05-01T18:30:00Z"}}));
  ASSERT_EQ(refused.body["conflicts"].size(), 2U);
  EXPECT_EQ(refused.body["conflicts"][0], (json{{"start", "2024-05-01T10:00:00Z"},
                                                {"end", "2024-05-01T12:00:00Z"},
                                                {"rental_id", rental}}));
  EXPECT_TRUE(refused.body["conflicts"][1].contains("block_id"));
}

TEST_F(Blocks, are_their_owners_alone) {
  const auto id = advert();
  const std::string which = block(id, between("12:00", "15:00")).body["id"];
  EXPECT_EQ(block(id, json::object(), stranger).status, 403U) << "before anything else";
  EXPECT_EQ(act(get_blocks, stranger, id).status, 403U);
  EXPECT_EQ(unblock(id, which, stranger).status, 403U);
  const std::string nowhere = "01920000-0000-7000-8000-00000000dead";
  EXPECT_EQ(block(nowhere, json::object()).status, 404U);
  EXPECT_EQ(act(get_blocks, owner, nowhere).status, 404U);
  EXPECT_EQ(unblock(id, "nothing").status, 404U);
}

TEST_F(Blocks, that_make_no_sense_are_refused_by_name) {
  const auto id = advert();
  EXPECT_EQ(complaints_of(block(id, {{"note", std::string(201, 'x')}})),
            (complaints{"ends_at: required", "note: too_long"}));
  EXPECT_EQ(complaints_of(block(id, between("15:00", "15:00"))), complaints{"ends_at: range"});
  EXPECT_EQ(block(id, between("08:00", "09:00")).body["code"], "period_invalid");
  EXPECT_EQ(block(id, {{"ends_at", "2044-05-01T10:00:00Z"}}).status, 422U) << "too far ahead";
}

TEST_F(Blocks, are_made_once_under_one_key) {
  const auto id = advert();
  const question ask{.who = owner,
                     .parameters = {id},
                     .headers = {{"idempotency-key", "k-1"}},
                     .body = between("12:00", "15:00")};
  const auto first = call(post_block, ask);
  const auto again = call(post_block, ask);
  EXPECT_EQ(first.status, 201U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(act(get_blocks, owner, id).body["items"].size(), 1U);
  auto other = ask;
  other.body = between("12:00", "16:00");
  EXPECT_EQ(call(post_block, other).code(), "idempotency_mismatch");
}

TEST_F(Blocks, are_not_too_many) {
  const auto id = advert();
  const instant first = *parse_instant("2024-05-01T12:00:00Z");
  const auto nth = [&](int n) {
    return json{{"starts_at", format_instant(first + one_day * n)},
                {"ends_at", format_instant(first + one_day * n + one_hour)}};
  };
  for (int n = 0; n < static_cast<int>(listing::max_blocks); ++n)
    ASSERT_EQ(block(id, nth(n)).status, 201U);
  EXPECT_EQ(block(id, nth(1000)).code(), "too_many_bookings");
}

}  // namespace
}  // namespace rentwave::http
