#include <gmock/gmock.h>

#include "actors/domain/topic_name.hpp"
#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class Follows : public market_scene {
 protected:
  void SetUp() override { sign_up(owner, "olga"); }
  void sign_up(account_id who, const std::string& name) {
    market.send_inside(account_ref(who),
                       account::command{account::open{who, name, {name}, {}, {}}});
  }
  reply_to_test follow(const std::string& topic, account_id who = renter) {
    return call(put_follow, {.who = who, .parameters = {topic}});
  }
  reply_to_test unfollow(const std::string& topic, account_id who = renter) {
    return call(delete_follow, {.who = who, .parameters = {topic}});
  }
  json list(std::vector<std::pair<std::string, std::string>> query = {}) {
    const auto reply = call(get_follows, {.who = renter, .query = std::move(query)});
    EXPECT_EQ(reply.status, 200U) << reply.body;
    return reply.body;
  }
  std::vector<std::string> topics() {
    std::vector<std::string> all;
    const auto page = list({{"limit", "100"}});
    for (const auto& each : page["items"]) all.push_back(each["topic"]);
    return all;
  }
};

TEST_F(Follows, of_somebody_new_are_none) {
  EXPECT_EQ(list(), (json{{"items", json::array()}, {"next", nullptr}}));
}

TEST_F(Follows, begin_and_end_as_often_as_one_says_so) {
  for (int again = 0; again < 2; ++again) {
    const auto begun = follow("book");
    EXPECT_EQ(begun.status, 204U);
    EXPECT_TRUE(begun.body.is_null());
    EXPECT_EQ(list()["items"], (json{{{"topic", "book"}, {"since", "2024-05-01T10:00:00Z"}}}));
  }
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(unfollow("book").status, 204U);
    EXPECT_EQ(topics(), std::vector<std::string>{});
  }
}

TEST_F(Follows, are_of_every_kind_of_topic) {
  const auto id = advert();
  const std::string of_owner = "user:" + to_string(owner);
  for (const auto& topic : {std::string{"vehicle"}, std::string{"room"},
                            std::string{"isbn:0-306-40615-2"}, "listing:" + id, of_owner})
    EXPECT_EQ(follow(topic).status, 204U) << topic;
  EXPECT_EQ(topics(), (std::vector<std::string>{"vehicle", "room", "isbn:9780306406157",
                                                "listing:" + id, of_owner}));
  EXPECT_EQ(unfollow("isbn:978-0306406157").status, 204U);
  EXPECT_EQ(topics().size(), 4U);
}

TEST_F(Follows, are_of_nothing_else) {
  EXPECT_EQ(follow("").status, 404U) << "no route ends in a slash";
  for (const char* topic : {"books", "isbn:9780306406158", "listing:1", "user:olga", "*"}) {
    for (const auto& reply : {follow(topic), unfollow(topic)}) {
      EXPECT_EQ(reply.status, 422U) << topic;
      EXPECT_EQ(complaints_of(reply), complaints{"topic: unknown_value"}) << topic;
    }
  }
  EXPECT_EQ(topics(), std::vector<std::string>{});
}

TEST_F(Follows, are_of_what_there_is) {
  const std::string nothing = "listing:" + to_string(listing_id{});
  EXPECT_EQ(follow(nothing).status, 404U);
  EXPECT_EQ(follow("user:" + to_string(stranger)).status, 404U);
  EXPECT_EQ(unfollow(nothing).status, 204U);
}

TEST_F(Follows, of_an_advert_that_was_removed_can_be_ended) {
  const auto id = advert();
  const auto topic = "listing:" + id;
  EXPECT_EQ(follow(topic).status, 204U);
  EXPECT_EQ(act(delete_listing, owner, id).status, 204U);
  EXPECT_EQ(follow(topic).status, 404U);
  EXPECT_EQ(topics(), std::vector{topic});
  EXPECT_EQ(unfollow(topic).status, 204U);
  EXPECT_EQ(topics(), std::vector<std::string>{});
}

TEST_F(Follows, are_so_many_at_most) {
  // Thirteen digits that are an ISBN: one in ten is.
  std::size_t followed = 0;
  for (std::int64_t n = 9'780'000'000'000; followed < follower::max_topics; ++n) {
    const auto topic = "isbn:" + std::to_string(n);
    if (normalise_topic(topic)) followed += follow(topic).status == 204U;
  }
  const auto one_more = follow("book");
  EXPECT_EQ(one_more.status, 409U);
  EXPECT_EQ(one_more.code(), "too_many_follows");
  EXPECT_EQ(unfollow("isbn:9780000000002").status, 204U);
  EXPECT_EQ(follow("book").status, 204U);
}

TEST_F(Follows, of_a_topic_without_room_are_refused) {
  market.audiences_are_full = true;
  const auto late = follow("book");
  EXPECT_EQ(late.status, 409U);
  EXPECT_EQ(late.code(), "too_many_followers");
  EXPECT_EQ(topics(), std::vector<std::string>{});
  EXPECT_EQ(unfollow("book").status, 204U);
}

TEST_F(Follows, wait_for_those_that_are_under_way) {
  market.followers_are_busy = true;
  for (const auto& late : {follow("book"), unfollow("book")}) {
    EXPECT_EQ(late.status, 503U);
    EXPECT_EQ(late.code(), "not_now");
    EXPECT_EQ(late.headers.at("retry-after"), "1");
  }
}

TEST_F(Follows, are_listed_in_pages) {
  for (const char* topic : {"book", "vehicle", "room"}) EXPECT_EQ(follow(topic).status, 204U);
  const auto first = list({{"limit", "2"}});
  EXPECT_EQ(first["items"].size(), 2U);
  ASSERT_TRUE(first["next"].is_string());
  unfollow("vehicle");  // where the first page ended
  const auto second = list({{"limit", "2"}, {"cursor", first["next"]}});
  ASSERT_EQ(second["items"].size(), 1U);
  EXPECT_EQ(second["items"][0]["topic"], "room");
  EXPECT_TRUE(second["next"].is_null());
}

TEST_F(Follows, refuse_pages_that_there_cannot_be) {
  const auto wrong = call(get_follows, {.who = renter, .query = {{"cursor", "x"}, {"limit", "0"}}});
  EXPECT_EQ(wrong.status, 422U);
  EXPECT_EQ(complaints_of(wrong), (complaints{"cursor: type", "limit: range"}));
}

TEST_F(Follows, are_everybodys_own) {
  follow("book", owner);
  EXPECT_EQ(topics(), std::vector<std::string>{});
}

}  // namespace
}  // namespace rentwave::http
