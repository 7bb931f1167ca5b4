#include <gmock/gmock.h>

#include "http/resources/account_handlers.hpp"
#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

class Reviews : public market_scene {
 protected:
  Reviews() {
    for (const auto who : {owner, renter})
      market.send_inside(account_ref(who),
                         account::command{account::open{who, "someone", {"Someone"}, {}, {}}});
  }
  /// The id of a rental of that advert that is completed.
  std::string completed(const std::string& listing) {
    auto id = rental_of(listing);
    act(return_rental, renter, id);
    EXPECT_EQ(act(complete_rental, owner, id).body["status"], "completed");
    return id;
  }
  reply_to_test review(account_id who, const std::string& rental, int rating,
                       const std::string& text = "As described.") {
    return act(post_review, who, rental, {{"rating", rating}, {"text", text}});
  }
  reply_to_test review_under(const std::string& key, const std::string& rental, int rating) {
    return call(post_review, {.who = renter,
                              .parameters = {rental},
                              .headers = {{"idempotency-key", key}},
                              .body = {{"rating", rating}, {"text", "As described."}}});
  }
  json rating_of(const std::string& listing) {
    return call(get_listing, {.parameters = {listing}}).body["rating"];
  }
  json rating_of(account_id who) {
    return call(get_user, {.parameters = {to_string(who)}}).body["rating"];
  }
  json items(handler list, const std::string& id) {
    const auto reply = call(list, {.parameters = {id}});
    EXPECT_EQ(reply.status, 200U) << reply.body;
    return reply.body["items"];
  }
  std::vector<std::string> texts(const question& what, handler list) {
    std::vector<std::string> found;
    const auto reply = call(list, what);
    for (const auto& each : reply.body["items"]) found.push_back(each["text"]);
    return found;
  }
};

TEST_F(Reviews, of_the_renter_are_about_the_advert_and_its_owner) {
  const auto listing = advert();
  const auto rental = completed(listing);
  EXPECT_TRUE(rating_of(listing).is_null());
  const auto made = review(renter, rental, 4, "Well kept,\r\nquick answers.");
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.body["rental_id"], rental);
  EXPECT_EQ(made.body["listing_id"], listing);
  EXPECT_EQ(made.body["by"], "renter");
  EXPECT_EQ(made.body["author"], to_string(renter));
  EXPECT_EQ(made.body["about"], to_string(owner));
  EXPECT_EQ(made.body["rating"], 4);
  EXPECT_EQ(made.body["text"], "Well kept,\nquick answers.");
  EXPECT_EQ(made.body["reviewed_at"], "2024-05-01T10:00:00Z");
  EXPECT_TRUE(parse_uuid(made.body["id"].get<std::string>()));

  EXPECT_EQ(items(listing_reviews, listing), json::array({made.body}));
  EXPECT_EQ(items(user_reviews, to_string(owner)), json::array({made.body}));
  EXPECT_EQ(items(user_reviews, to_string(renter)), json::array());
  EXPECT_EQ(rating_of(listing), (json{{"average", 4.0}, {"count", 1}}));
  EXPECT_EQ(rating_of(owner), (json{{"average", 4.0}, {"count", 1}}));
  EXPECT_TRUE(rating_of(renter).is_null());
  const auto found = call(search_listings, {}).body["items"][0];
  EXPECT_EQ(found["rating"], (json{{"average", 4.0}, {"count", 1}}));
  EXPECT_EQ(act(get_rental, owner, rental).body["reviews"], json::array({made.body}));
}

TEST_F(Reviews, of_the_owner_are_about_the_renter) {
  const auto listing = advert();
  const auto rental = completed(listing);
  const auto made = review(owner, rental, 2);
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.body["by"], "owner");
  EXPECT_EQ(made.body["about"], to_string(renter));
  EXPECT_EQ(items(listing_reviews, listing), json::array());
  EXPECT_EQ(items(user_reviews, to_string(renter)), json::array({made.body}));
  EXPECT_TRUE(rating_of(listing).is_null());
  EXPECT_EQ(rating_of(renter), (json{{"average", 2.0}, {"count", 1}}));
  const auto other = review(renter, rental, 5);
  EXPECT_NE(other.body["id"], made.body["id"]);
  EXPECT_EQ(act(get_rental, renter, rental).body["reviews"], json::array({made.body, other.body}));
}

TEST_F(Reviews, are_averaged_with_two_decimals) {
  const auto listing = advert();
  for (const int rating : {5, 4, 4}) review(renter, completed(listing), rating);
  EXPECT_EQ(rating_of(listing), (json{{"average", 4.33}, {"count", 3}}));
}

TEST_F(Reviews, are_written_once_a_side) {
  const auto rental = completed(advert());
  EXPECT_EQ(review(renter, rental, 4).status, 201U);
  const auto again = review(renter, rental, 4);
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(again.code(), "already_reviewed");
}

TEST_F(Reviews, under_one_key_are_answered_alike) {
  const auto listing = advert();
  const auto rental = completed(listing);
  const auto first = review_under("key", rental, 4);
  ASSERT_EQ(first.status, 201U) << first.body;
  const auto again = review_under("key", rental, 4);
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(review_under("key", rental, 5).code(), "idempotency_mismatch");
  EXPECT_EQ(review_under("other", rental, 4).code(), "already_reviewed");
  EXPECT_EQ(rating_of(listing)["count"], 1);
}

TEST_F(Reviews, are_written_when_it_is_over) {
  const auto rental = rental_of(advert());
  const auto early = review(renter, rental, 4);
  EXPECT_EQ(early.status, 409U);
  EXPECT_EQ(early.code(), "wrong_status");
  EXPECT_EQ(early.body["rental_status"], "active");
  market.advance(one_day * 60);  // never given back
  EXPECT_EQ(act(get_rental, renter, rental).body["status"], "lost");
  EXPECT_EQ(review(owner, rental, 1).status, 201U);
}

TEST_F(Reviews, are_written_by_the_parties_with_stars_and_words) {
  const auto rental = completed(advert());
  EXPECT_EQ(review(stranger, rental, 4).status, 404U);
  EXPECT_EQ(review(renter, "nonsense", 4).status, 404U);
  const auto wrong = [&](const json& body) {
    const auto reply = act(post_review, renter, rental, body);
    EXPECT_EQ(reply.status, 422U);
    return complaints_of(reply);
  };
  EXPECT_EQ(wrong(json::object()), (complaints{"rating: required", "text: required"}));
  EXPECT_EQ(wrong({{"rating", 0}, {"text", " "}}),
            (complaints{"rating: range", "text: too_short"}));
  EXPECT_EQ(wrong({{"rating", 6}, {"text", std::string(2001, 'x')}}),
            (complaints{"rating: range", "text: too_long"}));
  EXPECT_EQ(wrong({{"rating", 4.5}, {"text", 7}}), (complaints{"rating: type", "text: type"}));
  EXPECT_EQ(wrong({{"rating", 4}, {"text", std::string("a\0b", 3)}}),
            complaints{"text: control_character"});
  EXPECT_EQ(review(renter, rental, 4, std::string(2000, 'x')).status, 201U);
}

TEST_F(Reviews, are_listed_newest_first_in_pages) {
  const auto listing = advert();
  for (const auto* text : {"One", "Two", "Three"}) {
    const auto rental = completed(listing);
    review(renter, rental, 5, text);
    market.advance(one_hour);
  }
  const std::pair<handler, std::string> lists[] = {{listing_reviews, listing},
                                                   {user_reviews, to_string(owner)}};
  for (const auto& [list, id] : lists) {
    const auto first = call(list, {.parameters = {id}, .query = {{"limit", "2"}}}).body;
    ASSERT_EQ(first["items"].size(), 2U);
    EXPECT_EQ(first["items"][0]["text"], "Three");
    const std::string next = first["next"];
    EXPECT_THAT(texts({.parameters = {id}, .query = {{"limit", "2"}, {"cursor", next}}}, list),
                ElementsAre("One"));
    const auto wrong = call(list, {.parameters = {id}, .query = {{"cursor", "x"}}});
    EXPECT_EQ(complaints_of(wrong), complaints{"cursor: unknown_value"});
    const auto unknown =
        call(list, {.parameters = {id}, .query = {{"limit", "101"}, {"sort", "best"}}});
    EXPECT_EQ(complaints_of(unknown), (complaints{"limit: range", "sort: unknown_parameter"}));
    EXPECT_EQ(call(list, {.parameters = {to_string(person(9))}}).status, 404U);
    EXPECT_EQ(call(list, {.parameters = {"nonsense"}}).status, 404U);
  }
}

TEST_F(Reviews, sort_and_choose_adverts) {
  const auto titled = [&](const char* title, std::vector<int> ratings) {
    auto body = posting(item_kind::vehicle);
    body["title"] = title;
    const auto listing = advert(body);
    for (const int each : ratings) review(renter, completed(listing), each);
  };
  titled("Good", {4, 5});
  titled("New", {});
  titled("Best", {5});
  titled("Well known", {4, 5, 5, 4});
  const auto titles = [&](std::vector<std::pair<std::string, std::string>> query) {
    std::vector<std::string> found;
    const auto reply = call(search_listings, {.query = std::move(query)});
    for (const auto& each : reply.body["items"]) found.push_back(each["title"]);
    return found;
  };
  EXPECT_THAT(titles({{"sort", "rating"}}), ElementsAre("Best", "Well known", "Good", "New"));
  EXPECT_THAT(titles({{"sort", "rating"}, {"min_rating", "4.5"}}),
              ElementsAre("Best", "Well known", "Good"));
  EXPECT_THAT(titles({{"min_rating", "4.51"}}), ElementsAre("Best"));
  EXPECT_THAT(titles({{"q", "best"}, {"min_rating", "5"}}), ElementsAre("Best"));
  for (const auto& [given, code] :
       {std::pair{"0.9", "range"}, std::pair{"5.01", "range"}, std::pair{"nan", "format"},
        std::pair{"1e999", "format"}, std::pair{"good", "format"}, std::pair{"4,5", "format"},
        std::pair{"", "format"}}) {
    const auto wrong = call(search_listings, {.query = {{"min_rating", given}}});
    EXPECT_EQ(complaints_of(wrong), complaints{std::string{"min_rating: "} + code}) << given;
  }
}

}  // namespace
}  // namespace rentwave::http
