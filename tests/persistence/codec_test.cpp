#include "persistence/codec.hpp"

#include <gmock/gmock.h>

#include <set>

#include "persistence/event_form.hpp"
#include "tests/persistence/filled.hpp"

namespace rentwave {
namespace {

using ::testing::ElementsAre;
using testing::filled;
using testing::for_each_event_of_all;
using testing::same;

template <class Event>
std::vector<std::string> wire_names() {
  std::vector<std::string> names;
  testing::for_each_event<Event>(
      [&](auto event) { names.emplace_back(decltype(event)::type::type); });
  return names;
}

const auto each_state = [](auto visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, testing::all_states>>(
      visit);
};

nlohmann::json parsed(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false);
}

struct forgetful {
  int told = 0;
  bool untold = false;
};
BOOST_DESCRIBE_STRUCT(forgetful, (), (told))

TEST(Codec, knows_every_member_of_every_event_and_state) {
  static_assert(!testing::fully_described<forgetful>());
  for_each_event_of_all([](auto, auto event) {
    using alternative = typename decltype(event)::type;
    EXPECT_TRUE(testing::fully_described<alternative>()) << alternative::type;
  });
  each_state(
      [](auto state) { EXPECT_TRUE(testing::fully_described<typename decltype(state)::type>()); });
}

TEST(Codec, gives_every_event_back_as_it_was) {
  for_each_event_of_all([](auto entity, auto event) {
    using variant = typename decltype(entity)::type;
    using alternative = typename decltype(event)::type;
    const variant happened = filled<alternative>();

    const auto stored = encode(happened);
    const auto read = decode<variant>(stored.type, stored.schema, stored.data);

    ASSERT_TRUE(read) << stored.type << ": " << read.error().detail;
    EXPECT_TRUE(same(*read, happened)) << stored.type << ": " << stored.data;
  });
}

// The names are in journals: a change here means that they cannot be read any more.
TEST(Codec, keeps_the_wire_names) {
  EXPECT_THAT(wire_names<login::event>(),
              ElementsAre("user.register", "user.ready", "user.password", "user.login",
                          "user.logout", "user.reset", "user.gate"));
  EXPECT_THAT(
      wire_names<account::event>(),
      ElementsAre("account.open", "account.edit", "account.rate", "account.close",
                  "account.close-refuse", "account.erase", "account.suspend", "account.reinstate",
                  "account.look-again", "account.survey", "account.advert", "account.step"));
  EXPECT_THAT(wire_names<session::event>(), ElementsAre("session.start", "session.register",
                                                        "session.end", "session.unregister"));
  EXPECT_THAT(
      wire_names<listing::event>(),
      ElementsAre("book.add", "vehicle.add", "room.add", "book.update", "vehicle.update",
                  "room.update", "listing.remove", "listing.reserve", "listing.hand-over",
                  "listing.queue", "listing.release", "listing.reclaim", "listing.reschedule",
                  "listing.lose", "listing.rate", "listing.settle", "listing.hide", "listing.show",
                  "listing.free", "listing.block", "listing.unblock", "listing.delay",
                  "listing.add-photo", "listing.remove-photo"));
  EXPECT_THAT(wire_names<book::event>(), ElementsAre("isbn.attach", "isbn.detach"));
  EXPECT_THAT(
      wire_names<rental::event>(),
      ElementsAre("rent.request", "rent.reserve", "rent.book", "rent.hand-over", "rent.wait",
                  "rent.start", "rent.remind", "rent.late", "rent.charge", "rent.return",
                  "rent.dispute", "rent.complete", "rent.reject", "rent.cancel", "rent.lost",
                  "rent.extend-request", "rent.extend-reserve", "rent.extend", "rent.extend-reject",
                  "rent.review", "rent.settle", "rent.arbitrate"));
  EXPECT_THAT(
      wire_names<wallet::event>(),
      ElementsAre("wallet.top-up-request", "wallet.top-up", "wallet.top-up-fail", "wallet.withdraw",
                  "wallet.pay-out", "wallet.withdraw-fail", "wallet.hold", "wallet.release",
                  "wallet.charge", "wallet.pay", "wallet.repay", "wallet.send", "wallet.arrive",
                  "wallet.receive", "wallet.divide", "wallet.close", "wallet.reopen"));
  EXPECT_THAT(wire_names<inbox::event>(),
              ElementsAre("inbox.deliver", "inbox.read", "inbox.close", "inbox.attach",
                          "inbox.detach", "inbox.ring", "inbox.silence"));
  EXPECT_THAT(wire_names<keyed_request::event>(), ElementsAre("request.claim", "request.finish"));
  EXPECT_THAT(wire_names<topic::event>(),
              ElementsAre("topic.enlist", "topic.announce", "topic.step"));
  EXPECT_THAT(wire_names<audience::event>(), ElementsAre("audience.join", "audience.leave"));
  EXPECT_THAT(
      wire_names<follower::event>(),
      ElementsAre("follow.begin", "follow.end", "follow.settle", "follow.reject", "follow.close"));
  EXPECT_THAT(wire_names<webhook::event>(),
              ElementsAre("webhook.create", "webhook.attach", "webhook.reject", "webhook.ring",
                          "webhook.post", "webhook.fail", "webhook.resume", "webhook.switch-off",
                          "webhook.remove", "webhook.detach"));
}

TEST(Codec, gives_no_wire_name_twice) {
  std::set<std::string_view> seen;
  for_each_event_of_all([&](auto, auto event) {
    using alternative = typename decltype(event)::type;
    EXPECT_TRUE(seen.insert(alternative::type).second) << alternative::type;
  });
}

TEST(Codec, marks_the_events_and_states_with_personal_fields) {
  std::set<std::string_view> personal;
  for_each_event_of_all([&](auto entity, auto event) {
    using alternative = typename decltype(event)::type;
    const typename decltype(entity)::type happened = alternative{};
    if (encode(happened).personal) personal.insert(alternative::type);
  });
  EXPECT_THAT(personal, ElementsAre("account.edit", "account.open", "account.suspend",
                                    "request.finish", "session.start", "user.password",
                                    "user.register", "user.reset", "webhook.create"));
  bool is_personal = false;
  encode_state(account::state{}, is_personal);
  EXPECT_TRUE(is_personal);
  encode_state(rental::state{}, is_personal);
  EXPECT_FALSE(is_personal);
}

TEST(Codec, ignores_members_that_it_does_not_know) {
  for_each_event_of_all([](auto entity, auto event) {
    using variant = typename decltype(entity)::type;
    using alternative = typename decltype(event)::type;
    auto data = parsed(to_json_text(filled<alternative>()));
    data["of a later release"] = {{"deep", {1, 2, 3}}};
    const auto read = decode<variant>(alternative::type, 1, data.dump());
    ASSERT_TRUE(read) << alternative::type;
    EXPECT_TRUE(same(*read, variant{filled<alternative>()})) << alternative::type;
  });
}

TEST(Codec, keeps_the_default_of_absent_members) {
  for_each_event_of_all([](auto entity, auto event) {
    using variant = typename decltype(entity)::type;
    using alternative = typename decltype(event)::type;
    const auto read = decode<variant>(alternative::type, 1, "{}");
    ASSERT_TRUE(read) << alternative::type;
    EXPECT_TRUE(same(*read, variant{alternative{}})) << alternative::type;
  });
}

TEST(Codec, refuses_members_of_another_type) {
  for_each_event_of_all([](auto entity, auto event) {
    using alternative = typename decltype(event)::type;
    const auto fits = parsed(to_json_text(filled<alternative>()));
    for (const auto& member : fits.items()) {
      auto data = fits;
      data[member.key()] = nlohmann::json::array({nlohmann::json::array()});
      const auto read = decode<typename decltype(entity)::type>(alternative::type, 1, data.dump());
      ASSERT_FALSE(read) << alternative::type << " " << member.key();
      EXPECT_EQ(read.error().code, journal_errc::corrupt);
    }
  });
}

TEST(Codec, refuses_what_is_no_event) {
  const auto failure = [](std::string_view type, int schema, std::string_view data) {
    const auto read = decode<rental::event>(type, schema, data);
    return read ? "none" : boost::describe::enum_to_string(read.error().code, "?");
  };
  EXPECT_STREQ(failure("rent.unheard-of", 1, "{}"), "corrupt");
  EXPECT_STREQ(failure("wallet.hold", 1, "{}"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 1, ""), "corrupt");
  EXPECT_STREQ(failure("rent.late", 1, "{\"n\":"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 1, "[]"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 1, "{} {}"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 1, "{\"n\":\"\xFF\"}"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 1, "{\"n\":3000000000}"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 1, "{\"n\":1.0}"), "corrupt");
  EXPECT_STREQ(failure("rent.return", 1, "{\"by\":\"lender\"}"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 0, "{}"), "corrupt");
  EXPECT_STREQ(failure("rent.late", 2, "{}"), "too_new");
  EXPECT_STREQ(failure("rent.late", 1, "{}"), "none");
}

// --- upcasting ---

struct priced {
  static constexpr std::string_view type = "test.price";
  static constexpr int schema = 3;
  money amount;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(priced, (), (amount, reason))
using priced_event = std::variant<priced>;

/// Schema 1 counted whole euros, schema 2 had no reason.
constexpr event_form::upcaster ladder[] = {
    {"test.price", 1,
     [](nlohmann::json& data) {
       if (!data["euros"].is_number_integer()) return false;
       data["amount"] = data["euros"].get<int>() * 100;
       return true;
     }},
    {"test.price", 2,
     [](nlohmann::json& data) {
       data["reason"] = "none given";
       return true;
     }},
};

TEST(Upcasting, lifts_old_data_step_by_step) {
  const auto read = event_form::decode<priced_event>(ladder, "test.price", 1, R"({"euros":7})");
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(std::get<priced>(*read).amount, money{700});
  EXPECT_EQ(std::get<priced>(*read).reason, "none given");
}

TEST(Upcasting, leaves_data_of_the_current_schema_alone) {
  const priced_event now = priced{{5}, "fair"};
  const auto stored = event_form::encode(now);
  EXPECT_EQ(stored.schema, 3);
  const auto read =
      event_form::decode<priced_event>(ladder, stored.type, stored.schema, stored.data);
  ASSERT_TRUE(read);
  EXPECT_TRUE(same(*read, now));
}

TEST(Upcasting, fails_without_a_way_or_when_the_data_does_not_fit) {
  const auto code = [](event_form::upcasters table, int schema, std::string_view data) {
    return event_form::decode<priced_event>(table, "test.price", schema, data).error().code;
  };
  EXPECT_EQ(code({}, 2, "{}"), journal_errc::corrupt);
  EXPECT_EQ(code(ladder, 1, "{\"euros\":\"7\"}"), journal_errc::corrupt);
  EXPECT_EQ(code(ladder, 4, "{}"), journal_errc::too_new);
}

// --- snapshots ---

TEST(Snapshot, gives_every_state_back_as_it_was) {
  each_state([](auto type) {
    using state = typename decltype(type)::type;
    bool personal = false;
    const auto full = filled<state>();
    const auto text = encode_state(full, personal);
    const auto read = decode_state<state>(state_schema, text);
    ASSERT_TRUE(read) << text;
    EXPECT_TRUE(same(*read, full)) << text;
    const auto fresh = decode_state<state>(state_schema, encode_state(state{}, personal));
    ASSERT_TRUE(fresh);
    EXPECT_TRUE(same(*fresh, state{}));
  });
}

TEST(Snapshot, of_another_schema_or_form_is_not_used) {
  bool personal = false;
  const auto text = encode_state(filled<rental::state>(), personal);
  EXPECT_FALSE(decode_state<rental::state>(state_schema + 1, text));
  EXPECT_FALSE(decode_state<wallet::state>(state_schema, text));
  EXPECT_FALSE(decode_state<rental::state>(state_schema, "{}"));
  EXPECT_FALSE(decode_state<rental::state>(state_schema, "no JSON"));
  auto without_form = parsed(text);
  without_form.erase("form");
  EXPECT_FALSE(decode_state<rental::state>(state_schema, without_form.dump()));
}

enum class colour { red, green };
BOOST_DESCRIBE_ENUM(colour, red, green)
enum class more_colours { red, green, blue };
BOOST_DESCRIBE_ENUM(more_colours, red, green, blue)
struct plain {
  int size = 0;
  colour paint{};
};
BOOST_DESCRIBE_STRUCT(plain, (), (size, paint))
struct longer {
  int size = 0;
  colour paint{};
  bool sold = false;
};
BOOST_DESCRIBE_STRUCT(longer, (), (size, paint, sold))
struct recoloured {
  int size = 0;
  more_colours paint{};
};
BOOST_DESCRIBE_STRUCT(recoloured, (), (size, paint))
struct retyped {
  std::optional<int> size;
  colour paint{};
};
BOOST_DESCRIBE_STRUCT(retyped, (), (size, paint))

TEST(Snapshot, has_another_form_when_a_member_a_type_or_an_enumerator_is_another) {
  using event_form::form_of;
  const std::set<std::uint64_t> forms{form_of<plain>(), form_of<longer>(), form_of<recoloured>(),
                                      form_of<retyped>(), form_of<std::vector<plain>>()};
  EXPECT_EQ(forms.size(), 5u);
}

}  // namespace
}  // namespace rentwave
