#include <gtest/gtest.h>

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "http/backend.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

json body_of(const problem& what) {
  return json::parse(to_response(what, {}).body);
}

TEST(Problems, have_a_status_and_a_title_for_every_refusal) {
  std::set<std::string> codes;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<refusal_code>>([&](auto each) {
    const auto made = to_problem(refusal{each.value, "Because.", {}});
    // Only for a while it is not the client's doing.
    const unsigned until = each.value == refusal_code::not_now ? 504 : 500;
    EXPECT_TRUE(made.status >= 400 && made.status < until) << each.name;
    EXPECT_FALSE(made.title.empty()) << each.name;
    EXPECT_EQ(made.detail, "Because.");
    EXPECT_TRUE(codes.insert(made.code).second) << each.name;
  });
  EXPECT_TRUE(codes.contains("not_available"));
}

TEST(Problems, have_the_statuses_that_clients_were_promised) {
  const auto status = [](refusal_code code) { return to_problem(refusal{code, "", {}}).status; };
  EXPECT_EQ(status(refusal_code::not_available), 409U);
  EXPECT_EQ(status(refusal_code::insufficient_funds), 402U);
  EXPECT_EQ(status(refusal_code::duration_not_permitted), 422U);
  EXPECT_EQ(status(refusal_code::stale_revision), 412U);
  EXPECT_EQ(status(refusal_code::not_owner), 403U);
  EXPECT_EQ(status(refusal_code::username_taken), 409U);
  EXPECT_EQ(status(refusal_code::already_reviewed), 409U);
}

TEST(Problems, say_when_it_is_free_next) {
  const period next{instant{std::chrono::hours{1}}, instant{std::chrono::hours{2}}};
  const auto body = body_of(to_problem(refusal{refusal_code::not_available, "Taken.", next}));
  EXPECT_EQ(body["free"]["start"].get<std::string>().substr(0, 19), "1970-01-01T01:00:00");
  EXPECT_EQ(body["free"]["end"].get<std::string>().substr(0, 19), "1970-01-01T02:00:00");
}

TEST(Problems, have_every_member_of_the_convention) {
  request asked;
  asked.trace.value.data[0] = 0xab;
  const auto made = to_response(invalid({{"price.amount", "range", "Too much."}}), asked);
  EXPECT_EQ(made.status, 422U);
  EXPECT_EQ(made.content_type, "application/problem+json");
  const auto body = json::parse(made.body);
  EXPECT_EQ(body["type"], "/problems/invalid");
  EXPECT_EQ(body["status"], 422);
  EXPECT_EQ(body["code"], "invalid");
  EXPECT_FALSE(body["title"].get<std::string>().empty());
  EXPECT_EQ(body["errors"], json::parse(R"([{"field": "price.amount", "code": "range",
                                             "detail": "Too much."}])"));
  EXPECT_EQ(body["trace_id"], to_string(asked.trace));
}

TEST(Problems, keep_their_members_whatever_is_added) {
  auto what = not_found("No.");
  what.extra_json = {{"status", "\"active\""}, {"more", "[1]"}};
  EXPECT_EQ(body_of(what)["status"], 404);
  EXPECT_EQ(body_of(what)["more"], json::parse("[1]"));
}

TEST(Problems, survive_text_that_is_no_utf8) {
  EXPECT_EQ(body_of(not_found("a\xff"))["detail"], "a\uFFFD");
}

TEST(Problems, say_when_to_come_back) {
  const auto made = to_response(try_later("overloaded", "Later."), {});
  EXPECT_EQ(made.status, 503U);
  ASSERT_EQ(made.headers.size(), 1U);
  EXPECT_EQ(made.headers[0].first, "Retry-After");
}

TEST(Problems, of_the_journal_keep_its_details_to_themselves) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<journal_errc>>([](auto each) {
    const auto made = to_problem(journal_error{each.value, "/some/path"});
    EXPECT_EQ(made.detail.find("path"), std::string::npos) << each.name;
    EXPECT_GE(made.status, 400U) << each.name;
  });
  EXPECT_EQ(to_problem(journal_error{journal_errc::bad_cursor, ""}).status, 422U);
}

}  // namespace
}  // namespace rentwave::http
