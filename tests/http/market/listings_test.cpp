#include <gmock/gmock.h>

#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Listings : public market_scene {
 protected:
  reply_to_test get(const std::string& id) { return call(get_listing, {.parameters = {id}}); }
  reply_to_test patch(const std::string& id, const json& body, std::string tag = "*",
                      account_id who = owner) {
    return call(
        patch_listing,
        {.who = who, .parameters = {id}, .headers = {{"if-match", std::move(tag)}}, .body = body});
  }
  std::vector<std::string> titles(handler list, const question& what) {
    std::vector<std::string> found;
    const auto reply = call(list, what);
    EXPECT_EQ(reply.status, 200U) << reply.body;
    for (const auto& each : reply.body["items"]) found.push_back(each["title"]);
    return found;
  }
  void advert_named(const std::string& title, item_kind kind, std::int64_t price, const char* per) {
    auto body = posting(kind);
    body["title"] = title;
    body["price"] = {{"amount", price}, {"per", per}};
    advert(body);
  }
};

const std::string nowhere = "01920000-0000-7000-8000-00000000dead";

TEST_F(Listings, are_posted_and_read_again) {
  const auto made = call(post_listing, {.who = owner, .body = posting(item_kind::book)});
  ASSERT_EQ(made.status, 201U);
  const std::string id = made.body["id"];
  EXPECT_EQ(made.headers.at("location"), "/api/listings/" + id);
  EXPECT_EQ(made.headers.at("etag"), "\"1\"");

  const auto read = get(id);
  EXPECT_EQ(read.status, 200U);
  EXPECT_EQ(read.headers.at("etag"), "\"1\"");
  EXPECT_EQ(read.body, made.body);
  EXPECT_EQ(read.body["owner"], to_string(owner));
  EXPECT_EQ(read.body["price"], (json{{"amount", 250}, {"currency", "EUR"}, {"per", "day"}}));
  EXPECT_EQ(read.body["deposit"], euros(0));
  EXPECT_EQ(read.body["book"]["isbn"], "9780306406157");
  EXPECT_EQ(read.body["grace"], "PT15M");
  EXPECT_EQ(read.body["active"], true);
  EXPECT_EQ(read.body["next_free"], "2024-05-01T10:00:00Z");
  EXPECT_EQ(read.body["photos"], json::array());
  EXPECT_TRUE(read.body["rating"].is_null());
}

TEST_F(Listings, that_are_wrong_are_refused_field_by_field) {
  const auto reply = call(post_listing, {.who = owner, .body = {{"kind", "boat"}}});
  EXPECT_EQ(reply.status, 422U);
  EXPECT_EQ(complaints_of(reply).size(), 8U) << reply.body;
}

TEST_F(Listings, that_are_unknown_are_not_found) {
  for (const auto& id : {nowhere, std::string{"42"}, std::string{}}) {
    EXPECT_EQ(get(id).status, 404U);
    EXPECT_EQ(call(get_calendar, {.parameters = {id}}).status, 404U);
    EXPECT_EQ(patch(id, json::object()).status, 404U);
    EXPECT_EQ(act(delete_listing, owner, id).status, 404U);
  }
}

TEST_F(Listings, are_sent_again_because_their_tag_does_not_tell_all) {
  const auto id = advert();
  const auto before = get(id);
  rental_of(id);
  const auto after =
      call(get_listing, {.parameters = {id}, .headers = {{"if-none-match", "\"1\""}}});
  EXPECT_EQ(after.status, 200U);
  EXPECT_EQ(after.headers.at("etag"), before.headers.at("etag"));
  EXPECT_NE(after.body["next_free"], before.body["next_free"]);
}

TEST_F(Listings, are_changed_under_one_of_several_tags) {
  const auto id = advert();
  const auto change = [&](std::vector<std::pair<std::string, std::string>> tags) {
    for (auto& each : tags) each.first = "if-match";
    return call(patch_listing, {.who = owner,
                                .parameters = {id},
                                .headers = std::move(tags),
                                .body = {{"active", true}}})
        .status;
  };
  EXPECT_EQ(change({{"", "\"7\", \"1\""}}), 200U);
  EXPECT_EQ(change({{"", "\"7\""}, {"", "\"1\""}}), 200U) << "two lines are one list";
  EXPECT_EQ(change({{"", "\"7\""}, {"", "\"8\""}}), 412U);
  EXPECT_EQ(change({{"", "*"}}), 200U);
  EXPECT_EQ(change({{"", "\"7\", *"}}), 412U) << "a star is no tag";
}

TEST_F(Listings, are_changed_under_their_tag) {
  const auto id = advert();
  const auto changed = patch(id, {{"title", "Better"}, {"active", false}}, "\"1\"");
  EXPECT_EQ(changed.status, 200U);
  EXPECT_EQ(changed.headers.at("etag"), "\"2\"");
  EXPECT_EQ(changed.body["title"], "Better");
  EXPECT_EQ(changed.body["active"], false);
  EXPECT_TRUE(changed.body["next_free"].is_null());
  EXPECT_EQ(get(id).body, changed.body);
}

TEST_F(Listings, are_changed_only_by_who_owns_and_read_them) {
  const auto id = advert();
  // 403 comes before everything else, even before a body that makes no sense.
  EXPECT_EQ(call(patch_listing, {.who = stranger, .parameters = {id}, .body = 1}).status, 403U);
  EXPECT_EQ(act(patch_listing, owner, id, {{"title", "x"}}).status, 428U);
  EXPECT_EQ(patch(id, {{"title", "x"}}, "\"2\"").status, 412U);
  EXPECT_EQ(patch(id, {{"title", "x"}}, "W/\"1\"").status, 412U);
  EXPECT_EQ(patch(id, {{"title", ""}}, "\"1\"").status, 422U);
  EXPECT_EQ(patch(id, json::array(), "\"1\"").status, 422U);
  EXPECT_EQ(get(id).headers.at("etag"), "\"1\"");
}

TEST_F(Listings, lose_no_change_that_came_between) {
  const auto id = advert();
  market.before_next_send = [&] { patch(id, {{"title", "Other"}}, "\"1\""); };
  const auto lost = patch(id, {{"title", "Mine"}}, "\"1\"");
  EXPECT_EQ(lost.status, 412U);
  EXPECT_EQ(lost.code(), "stale_revision");
  EXPECT_EQ(get(id).body["title"], "Other");
  // Whoever asks for no condition gets both changes.
  market.before_next_send = [&] { patch(id, {{"description", "Between"}}, "\"2\""); };
  EXPECT_EQ(patch(id, {{"title", "Mine"}}, "*").status, 200U);
  EXPECT_EQ(get(id).body["title"], "Mine");
  EXPECT_EQ(get(id).body["description"], "Between");
}

TEST_F(Listings, are_taken_away_when_nothing_is_open) {
  const auto id = advert();
  EXPECT_EQ(act(delete_listing, stranger, id).status, 403U);
  const auto rental = rental_of(id);
  EXPECT_EQ(act(delete_listing, owner, id).code(), "listing_in_use");
  act(return_rental, renter, rental);
  EXPECT_EQ(act(delete_listing, owner, id).status, 204U);
  EXPECT_EQ(get(id).status, 404U);
  EXPECT_EQ(act(delete_listing, owner, id).status, 404U);
}

TEST_F(Listings, tell_when_they_are_taken) {
  const auto id = advert();
  pay_in(renter, 100'000);
  ASSERT_EQ(rent(id, {{"starts_at", "2024-05-03T00:00:00Z"}, {"duration", "P2D"}}).status, 201U);
  const auto items = [&](std::vector<std::pair<std::string, std::string>> window) {
    return call(get_calendar, {.parameters = {id}, .query = std::move(window)}).body["items"];
  };
  const json whole = {{"start", "2024-05-03T00:00:00Z"}, {"end", "2024-05-05T00:00:00Z"}};
  EXPECT_EQ(items({}), json::array({whole}));
  const json part = {{"start", "2024-05-04T00:00:00Z"}, {"end", "2024-05-05T00:00:00Z"}};
  EXPECT_EQ(items({{"from", "2024-05-04T00:00:00Z"}}), json::array({part}));
  EXPECT_EQ(items({{"to", "2024-05-02T00:00:00Z"}}), json::array());
}

TEST_F(Listings, have_calendars_of_at_most_two_years) {
  const auto id = advert();
  const auto ask = [&](std::vector<std::pair<std::string, std::string>> window) {
    return complaints_of(call(get_calendar, {.parameters = {id}, .query = std::move(window)}));
  };
  const std::string now = "2024-05-01T10:00:00Z";
  EXPECT_EQ(ask({{"from", now}, {"to", "2026-05-01T10:00:00Z"}}), complaints{});
  EXPECT_EQ(ask({{"from", now}, {"to", "2026-05-03T10:00:00Z"}}), complaints{"to: range"});
  EXPECT_EQ(ask({{"from", now}, {"to", now}}), complaints{"to: range"});
  EXPECT_EQ(ask({{"from", "today"}}), complaints{"from: format"});
}

TEST_F(Listings, are_posted_once_under_one_key) {
  const auto post = [&](const json& body, account_id who = owner) {
    return call(post_listing, {.who = who, .headers = {{"idempotency-key", "k-1"}}, .body = body});
  };
  const auto first = post(posting(item_kind::book));
  EXPECT_EQ(first.status, 201U);
  EXPECT_EQ(first.body["id"].get<std::string>()[14], '8');  // the version of the UUID
  const auto again = post(posting(item_kind::book));
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);
  const auto other = post(posting(item_kind::room));
  EXPECT_EQ(other.status, 422U);
  EXPECT_EQ(other.code(), "idempotency_mismatch");
  EXPECT_NE(post(posting(item_kind::book), renter).body["id"], first.body["id"]);
  EXPECT_EQ(titles(my_listings, {.who = owner}).size(), 1U);
}

TEST_F(Listings, that_are_gone_are_not_made_again_under_their_key) {
  const question post{
      .who = owner, .headers = {{"idempotency-key", "k-1"}}, .body = posting(item_kind::book)};
  const auto first = call(post_listing, post);
  ASSERT_EQ(act(delete_listing, owner, first.body["id"]).status, 204U);
  const auto again = call(post_listing, post);
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at("location"), first.headers.at("location"));
  EXPECT_EQ(get(first.body["id"]).status, 404U);
}

TEST_F(Listings, are_found_by_what_is_asked) {
  advert_named("Red van", item_kind::vehicle, 5000, "day");
  advert_named("Blue van", item_kind::vehicle, 300, "hour");  // 7200 a day
  advert_named("Quiet room", item_kind::room, 4000, "day");
  const auto found = [&](std::vector<std::pair<std::string, std::string>> query) {
    return titles(search_listings, {.query = std::move(query)});
  };
  EXPECT_THAT(found({}), UnorderedElementsAre("Red van", "Blue van", "Quiet room"));
  EXPECT_THAT(found({{"q", ""}}), UnorderedElementsAre("Red van", "Blue van", "Quiet room"));
  EXPECT_THAT(found({{"q", "van"}, {"sort", "price"}}), ElementsAre("Red van", "Blue van"));
  EXPECT_THAT(found({{"kind", "vehicle"}, {"sort", "-price"}}), ElementsAre("Blue van", "Red van"));
  EXPECT_THAT(found({{"min_price", "4001"}, {"max_price", "6000"}}), ElementsAre("Red van"));
  EXPECT_THAT(found({{"owner", to_string(stranger)}}), ElementsAre());
}

TEST_F(Listings, come_in_pages_with_a_total) {
  for (const auto* title : {"One", "Two", "Three"})
    advert_named(title, item_kind::book, 100, "day");
  const auto first = call(search_listings, {.query = {{"limit", "2"}}});
  EXPECT_EQ(first.body["items"].size(), 2U);
  EXPECT_EQ(first.body["total"], 3);
  EXPECT_EQ(first.body["total_is_more"], false);
  ASSERT_TRUE(first.body["next"].is_string());
  const std::string next = first.body["next"];
  const auto second = call(search_listings, {.query = {{"limit", "2"}, {"cursor", next}}});
  EXPECT_EQ(second.body["items"].size(), 1U);
  EXPECT_TRUE(second.body["next"].is_null());
}

TEST_F(Listings, are_not_searched_by_what_is_not_understood) {
  const auto refused = [&](std::vector<std::pair<std::string, std::string>> query) {
    const auto reply = call(search_listings, {.query = std::move(query)});
    EXPECT_EQ(reply.status, 422U);
    return complaints_of(reply);
  };
  EXPECT_EQ(
      refused({{"colour", "red"}, {"kind", "boat"}, {"sort", "best"}}),
      (complaints{"colour: unknown_parameter", "kind: unknown_value", "sort: unknown_value"}));
  EXPECT_EQ(refused({{"min_price", "5"}, {"max_price", "4"}}), complaints{"max_price: range"});
  EXPECT_EQ(refused({{"isbn", "9780306406158"}}), complaints{"isbn: check_digit"});
  EXPECT_EQ(refused({{"limit", "1000"}}), complaints{"limit: range"});
}

TEST_F(Listings, hang_on_their_book) {
  advert();
  advert();
  advert(item_kind::room);
  for (const auto* isbn : {"9780306406157", "0306406152", "978-0-306-40615-7"}) {
    const auto reply = call(get_book, {.parameters = {isbn}});
    EXPECT_EQ(reply.status, 200U) << isbn;
    EXPECT_EQ(reply.body["book"],
              (json{{"isbn", "9780306406157"}, {"title", "Error Control"}, {"author", "Clark"}}));
    EXPECT_EQ(reply.body["items"].size(), 2U);
  }
  EXPECT_EQ(call(get_book, {.parameters = {"9791090636071"}}).status, 404U);
  EXPECT_EQ(call(get_book, {.parameters = {"12345"}}).status, 404U);
}

TEST_F(Listings, of_ones_own_include_those_switched_off) {
  const auto id = advert();
  patch(id, {{"active", false}});
  EXPECT_EQ(titles(search_listings, {}).size(), 0U);
  EXPECT_EQ(titles(my_listings, {.who = owner}).size(), 1U);
  EXPECT_EQ(titles(my_listings, {.who = renter}).size(), 0U);
}

TEST_F(Listings, that_are_rented_most_are_on_top) {
  advert_named("Idle", item_kind::book, 100, "day");
  auto body = posting(item_kind::book);
  body["title"] = "Busy";
  const auto busy = advert(body);
  act(return_rental, renter, rental_of(busy));
  advert_named("Idle too", item_kind::book, 100, "day");
  EXPECT_EQ(titles(top_listings, {.query = {{"kind", "book"}, {"limit", "1"}}}),
            std::vector<std::string>{"Busy"});
  EXPECT_EQ(get(busy).body["times_rented"], 1);
}

}  // namespace
}  // namespace rentwave::http
