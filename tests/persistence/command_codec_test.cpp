#include "persistence/command_codec.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "persistence/json_writer.hpp"
#include "tests/persistence/filled.hpp"

namespace rentwave {
namespace {

using ::testing::ElementsAre;
using testing::filled;
using testing::for_each_command_of_all;
using testing::same;

std::vector<std::string> command_names(entity_kind of) {
  std::vector<std::string> names;
  for_each_command_of_all([&](entity_kind kind, auto, auto command) {
    if (kind == of) names.emplace_back(decltype(command)::type::type);
  });
  return names;
}

TEST(CommandCodec, has_every_kind_of_command) {
  constexpr auto kinds =
      boost::mp11::mp_size<boost::describe::describe_enumerators<entity_kind>>::value;
  static_assert(kinds == std::variant_size_v<any_command>);
  std::set<std::size_t> seen;
  for_each_command_of_all([&](entity_kind, auto commands, auto) {
    seen.insert(any_command{typename decltype(commands)::type{}}.index());
  });
  EXPECT_EQ(seen.size(), kinds);
}

TEST(CommandCodec, knows_every_member_of_every_command) {
  for_each_command_of_all([](entity_kind, auto, auto command) {
    using alternative = typename decltype(command)::type;
    EXPECT_TRUE(testing::fully_described<alternative>()) << alternative::type;
  });
}

TEST(CommandCodec, gives_every_command_back_as_it_was) {
  for_each_command_of_all([](entity_kind kind, auto commands, auto command) {
    using variant = typename decltype(commands)::type;
    const any_command asked = variant{filled<typename decltype(command)::type>()};
    const auto form = encode_command(asked);
    const auto read = decode_command(kind, form.type, form.schema, form.data);
    ASSERT_TRUE(read) << form.type << ": " << read.error().detail;
    EXPECT_TRUE(same(*read, asked)) << form.type << ": " << form.data;
  });
}

TEST(CommandCodec, gives_every_outcome_back_as_it_was) {
  testing::for_each_event<outcome>([](auto result) {
    using alternative = typename decltype(result)::type;
    const any_command home = rental::command{answered{"hold", filled<alternative>()}};
    const auto form = encode_command(home);
    const auto read = decode_command(entity_kind::rental, form.type, form.schema, form.data);
    ASSERT_TRUE(read) << form.data;
    EXPECT_TRUE(same(*read, home)) << form.data;
  });
}

// The names go between nodes of two releases: a change here means that they do not understand each
// other.
TEST(CommandCodec, keeps_the_wire_names) {
  EXPECT_THAT(command_names(entity_kind::login),
              ElementsAre("login/sign-up", "login/change-password", "login/add-session",
                          "login/drop-session", "login/reset-password", "login/set-gate",
                          "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::account),
              ElementsAre("account/open", "account/edit", "account/rate", "account/close",
                          "account/suspend", "account/reinstate", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::session),
              ElementsAre("session/start", "session/end", "answered", "wake"));
  EXPECT_THAT(
      command_names(entity_kind::listing),
      ElementsAre("listing/post", "listing/update", "listing/remove", "listing/reserve",
                  "listing/hand-over", "listing/release", "listing/reclaim", "listing/extend",
                  "listing/retract-extension", "listing/lose", "listing/rate", "listing/hide",
                  "listing/show", "listing/retire", "listing/block", "listing/unblock",
                  "listing/add-photo", "listing/remove-photo", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::book),
              ElementsAre("book/attach", "book/detach", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::rental),
              ElementsAre("rental/request", "rental/give-back", "rental/confirm", "rental/dispute",
                          "rental/cancel", "rental/extend", "rental/item-ready", "rental/review",
                          "rental/arbitrate", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::wallet),
              ElementsAre("wallet/top-up", "wallet/withdraw", "wallet/hold", "wallet/release",
                          "wallet/charge", "wallet/pay", "wallet/receive", "wallet/divide",
                          "wallet/close", "wallet/reopen", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::inbox),
              ElementsAre("inbox/deliver", "inbox/mark-read", "inbox/close", "inbox/attach",
                          "inbox/detach", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::keyed_request),
              ElementsAre("keyed_request/claim", "keyed_request/finish", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::topic),
              ElementsAre("topic/enlist", "topic/announce", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::audience),
              ElementsAre("audience/join", "audience/leave", "answered", "wake"));
  EXPECT_THAT(
      command_names(entity_kind::follower),
      ElementsAre("follower/follow", "follower/unfollow", "follower/close", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::webhook),
              ElementsAre("webhook/create", "webhook/ring", "webhook/remove", "answered", "wake"));
  EXPECT_THAT(command_names(entity_kind::payment),
              ElementsAre("payment/collect", "payment/pay-out"));
  EXPECT_THAT(command_names(entity_kind::crier), ElementsAre("crier/tell"));
  EXPECT_THAT(command_names(entity_kind::estate),
              ElementsAre("estate/survey", "estate/check", "estate/forget"));
  EXPECT_THAT(command_names(entity_kind::postman), ElementsAre("postman/post"));
}

TEST(CommandCodec, gives_each_name_to_one_command) {
  std::map<std::string_view, entity_kind> seen;
  for_each_command_of_all([&](entity_kind kind, auto, auto command) {
    const auto name = decltype(command)::type::type;
    if (name == answered::type || name == wake::type) return;
    EXPECT_TRUE(seen.emplace(name, kind).second) << name;
    EXPECT_TRUE(name.starts_with(std::string{to_string(kind)} + '/')) << name;
  });
}

TEST(CommandCodec, ignores_members_that_it_does_not_know_and_keeps_defaults) {
  for_each_command_of_all([](entity_kind kind, auto commands, auto command) {
    using alternative = typename decltype(command)::type;
    using variant = typename decltype(commands)::type;
    const auto read = decode_command(kind, alternative::type, 1, R"({"of a later release":[{}]})");
    ASSERT_TRUE(read) << alternative::type;
    EXPECT_TRUE(same(*read, any_command{variant{alternative{}}})) << alternative::type;
  });
}

TEST(CommandCodec, refuses_what_is_no_command_of_the_kind) {
  const auto why = [](entity_kind kind, std::string_view type, int schema, std::string_view data) {
    const auto read = decode_command(kind, type, schema, data);
    return read ? "none" : read.error().detail;
  };
  EXPECT_EQ(why(entity_kind::rental, "rental/extend", 1, "{}"), "none");
  EXPECT_EQ(why(entity_kind::rental, "rental/burn", 1, "{}"), "rental/burn: unknown type");
  EXPECT_EQ(why(entity_kind::wallet, "rental/extend", 1, "{}"), "rental/extend: unknown type");
  EXPECT_EQ(why(entity_kind::rental, "rental/extend", 2, "{}"), "rental/extend: schema 2");
  EXPECT_EQ(why(entity_kind::rental, "rental/extend", 1, R"({"ends_at":7})"),
            "rental/extend: the data does not fit");
  EXPECT_EQ(why(entity_kind::rental, "rental/extend", 1, ""),
            "rental/extend: the data does not fit");
  EXPECT_EQ(why(entity_kind::rental, "answered", 1, R"({"result":{"granted":{}}})"),
            "answered: the data does not fit");
}

}  // namespace
}  // namespace rentwave
