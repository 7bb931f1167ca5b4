// What is to be done about a message, without a socket; and the outbox.
#include "http/websocket/conversation.hpp"

#include <gtest/gtest.h>

#include "http/websocket/outbox.hpp"

namespace rentwave::http {
namespace {

constexpr const char* some_listing = "listing:0192aaaa-0000-7000-8000-00000000000a";

std::string watch_of(const std::string& topic) {
  return R"({"type":"watch","topic":")" + topic + "\"}";
}
template <class What>
const What* is(const conversation::reaction& reaction) {
  return std::get_if<What>(&reaction);
}

TEST(Conversation, takes_a_cursor_as_text_and_as_number) {
  for (const std::string after : {R"("12")", "12"}) {
    conversation talk{1, false};
    const auto reaction = talk.take(R"({"type":"hello","after":)" + after + "}");
    ASSERT_TRUE(is<conversation::greet>(reaction));
    EXPECT_EQ(is<conversation::greet>(reaction)->after, 12);
  }
}

TEST(Conversation, greets_once_unless_that_failed) {
  conversation talk{1, false};
  const char* hello = R"({"type":"hello"})";
  EXPECT_TRUE(is<conversation::greet>(talk.take(hello)));
  const auto again = talk.take(hello);
  ASSERT_TRUE(is<conversation::object>(again));
  EXPECT_EQ(is<conversation::object>(again)->why.code, "already_greeted");
  talk.give_up_greeting();
  EXPECT_TRUE(is<conversation::greet>(talk.take(hello)));
}

TEST(Conversation, knows_a_topic_however_it_is_spelt) {
  conversation talk{0, false};
  const auto first = talk.take(watch_of(some_listing));
  ASSERT_TRUE(is<conversation::follow>(first));
  EXPECT_EQ(to_string(is<conversation::follow>(first)->what), some_listing);
  EXPECT_TRUE(is<conversation::nothing>(
      talk.take(watch_of("listing:0192AAAA-0000-7000-8000-00000000000A"))));
  EXPECT_EQ(talk.watches(), 1U);
}

TEST(Conversation, gives_the_place_of_a_topic_back) {
  conversation talk{1, true};
  EXPECT_TRUE(is<conversation::follow>(talk.take(watch_of("admin:stats"))));
  EXPECT_TRUE(is<conversation::object>(talk.take(watch_of("admin:events"))));
  talk.give_up(*parse_topic("admin:stats"));
  EXPECT_TRUE(is<conversation::follow>(talk.take(watch_of("admin:events"))));
  EXPECT_TRUE(
      is<conversation::unfollow>(talk.take(R"({"type":"unwatch","topic":"admin:events"})")));
  EXPECT_EQ(talk.watches(), 0U);
}

TEST(Conversation, ends_at_the_third_misunderstanding_in_a_row) {
  conversation talk{0, false};
  const auto is_last = [&](const char* text) {
    const auto reaction = talk.take(text);
    return is<conversation::object>(reaction) && is<conversation::object>(reaction)->is_last;
  };
  EXPECT_FALSE(is_last("nonsense"));
  EXPECT_FALSE(is_last("nonsense"));
  EXPECT_FALSE(is_last(R"({"type":"watch","topic":"admin:stats"})")) << "refused, but understood";
  EXPECT_FALSE(is_last("nonsense"));
  EXPECT_FALSE(talk.refuse({"rate_limited", ""}).is_last);
  EXPECT_TRUE(is_last("nonsense"));
}

TEST(Outbox, keeps_order_and_bound) {
  const auto text = [](std::size_t size) {
    return std::make_shared<const std::string>(std::string(size, 'x'));
  };
  outbox waiting{100};
  EXPECT_TRUE(waiting.is_calm());
  EXPECT_TRUE(waiting.push(text(500))) << "one text always fits";
  EXPECT_FALSE(waiting.push(text(1)));
  EXPECT_EQ(waiting.pop()->size(), 500U);
  EXPECT_TRUE(waiting.push(text(60)));
  EXPECT_TRUE(waiting.push(text(40)));
  EXPECT_FALSE(waiting.push(text(1)));
  EXPECT_FALSE(waiting.is_calm());
  EXPECT_EQ(waiting.pop()->size(), 60U);
  EXPECT_EQ(waiting.bytes(), 40U);
  waiting.clear();
  EXPECT_EQ(waiting.pop(), nullptr);
  EXPECT_EQ(waiting.bytes(), 0U);
}

}  // namespace
}  // namespace rentwave::http
