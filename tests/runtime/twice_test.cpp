// Every command of every entity, sent twice under one id: the second time the answer is the same
// and nothing new happens, with the answer in memory, out of the journal after a crash or under the
// next owner, and while the first one is still under way. Every case notes the commands that it
// sent; who adds a command to an entity finds here that it was not.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

enum class repeat { at_once, over_a_crash, over_a_hand_over, together };

/// By the entity's kind, as `any_command` has them: the alternatives of its commands.
using sent_commands = std::map<std::size_t, std::set<std::size_t>>;

/// A market for one case, and how it repeats what it sends.
class twice_case {
 public:
  twice_case(repeat how, sent_commands& sent) : how_{how}, sent_{sent} {}

  void people_and_their_sessions();
  void adverts_books_and_messages();
  void the_calendar();
  void money_moves();
  void rentals();
  void standings();
  void followers_and_topics();
  void webhooks();
  void answers_and_alarms();
  void waiting_and_waking();

 private:
  void twice(const entity_ref& to, const any_command& body, std::optional<account_id> caller = {}) {
    SCOPED_TRACE(to_string(to));
    note(body);
    const auto id = m.world.fresh_id();
    const auto sent_at = m.world.now();
    auto other =
        how_ == repeat::together ? m.world.send(to, body, id, caller, sent_at) : pending<outcome>{};
    const auto first = answer(to, body, id, caller, sent_at);
    if (how_ == repeat::together) {
      ASSERT_TRUE(other.value());
      EXPECT_EQ(*other.value(), first);
    }
    check_again(to, body, id, caller, sent_at, first);
  }

  /// It had an effect, and a repeat has none but the same answer.
  void check_again(const entity_ref& to, const any_command& body, command_id id,
                   std::optional<account_id> caller, instant sent_at, const outcome& first) {
    ASSERT_FALSE(std::holds_alternative<refusal>(first)) << std::get<refusal>(first).detail;
    ASSERT_FALSE(caused(to, id).empty()) << "a command without effect shows nothing";
    if (how_ == repeat::over_a_crash) {
      m.world.crash();
      m.world.start();
      m.world.run();
    }
    if (how_ == repeat::over_a_hand_over) m.world.hand_over_all(place_order::placing::close);
    const auto before = caused(to, id);
    EXPECT_EQ(answer(to, body, id, caller, sent_at), first);
    EXPECT_EQ(caused(to, id), before);
  }

  /// What an entity does nothing for, whenever it comes: it is answered, twice, and leaves nothing.
  void in_vain(const entity_ref& to, const any_command& body) {
    SCOPED_TRACE(to_string(to));
    note(body);
    const auto id = m.world.fresh_id();
    const auto sent_at = m.world.now();
    const auto first = answer(to, body, id, {}, sent_at);
    EXPECT_EQ(answer(to, body, id, {}, sent_at), first);
    EXPECT_TRUE(caused(to, id).empty());
  }

  /// The answer to a want that the command gives rise to, right behind that command: before whoever
  /// was asked can answer.
  template <class Command>
  void answered_twice(const entity_ref& to, const Command& command, account_id caller,
                      const std::string& want, outcome result = accepted{}) {
    SCOPED_TRACE(to_string(to) + " is told of " + want);
    const any_command answer_home = answered_command(to.kind, {want, std::move(result)});
    const any_command body = command_of(command);
    m.world.send(to, body, m.world.fresh_id(), caller);
    twice(to, answer_home);
  }
  static any_command command_of(const login::command& c) { return c; }
  static any_command command_of(const session::command& c) { return c; }
  static any_command command_of(const listing::command& c) { return c; }
  static any_command command_of(const rental::command& c) { return c; }
  static any_command command_of(const wallet::command& c) { return c; }
  static any_command command_of(const follower::command& c) { return c; }
  static any_command command_of(const topic::command& c) { return c; }
  static any_command command_of(const webhook::command& c) { return c; }

  void note(const any_command& body) {
    std::visit([&](const auto& command) { sent_[body.index()].insert(command.index()); }, body);
  }

  outcome answer(const entity_ref& to, const any_command& body, command_id id,
                 std::optional<account_id> caller, instant cause) {
    const auto waiting = m.world.send(to, body, id, caller, cause);
    m.world.run();
    const auto* found = waiting.value();
    EXPECT_TRUE(found);
    return found ? *found : outcome{refusal{}};
  }

  /// The versions and types of the entity's events by this command.
  std::vector<std::string> caused(const entity_ref& by, command_id id) {
    std::vector<std::string> found;
    for (const auto& event : m.world.journal().all_events())
      if (event.entity == by && event.command == id)
        found.push_back(std::to_string(event.version) + ' ' + event.type);
    return found;
  }

  period in(duration start, duration end) { return {m.world.now() + start, m.world.now() + end}; }

  repeat how_;
  sent_commands& sent_;
  market m;
};

/// Of one kind.
template <std::size_t Kind>
void expect_all_sent_of(const sent_commands& sent) {
  using command = std::variant_alternative_t<Kind, any_command>;
  // These are no entities: they have no memory and no events.
  if (std::is_same_v<command, payment::command> || std::is_same_v<command, crier::command> ||
      std::is_same_v<command, estate::command> || std::is_same_v<command, postman::command>)
    return;
  const auto found = sent.find(Kind);
  for (std::size_t i = 0; i < std::variant_size_v<command>; ++i)
    EXPECT_TRUE(found != sent.end() && found->second.contains(i))
        << "command " << i << " of entity kind " << Kind << " was not sent";
}

void expect_all_sent(const sent_commands& sent) {
  [&]<std::size_t... Kinds>(std::index_sequence<Kinds...>) {
    (expect_all_sent_of<Kinds>(sent), ...);
  }
  (std::make_index_sequence<std::variant_size_v<any_command>>{});
}

void twice_case::people_and_their_sessions() {
  const auto ada = m.fresh<account_id>();
  const auto session = m.fresh<session_id>();
  twice(login_ref("ada"), login::command{login::sign_up{"ada", ada, {"hash"}, {"Ada"}, {}, {}}});
  twice(account_ref(ada), account::command{account::edit{personal{"Lady Ada"}, {}, {}}}, ada);
  twice(session_ref(session),
        session::command{session::start{session, ada, "ada", 1, {"browser"}, {"::1"}}});
  const auto other = m.fresh<session_id>();
  twice(login_ref("ada"), login::command{login::add_session{other, 1}});
  twice(login_ref("ada"), login::command{login::drop_session{other}});
  twice(login_ref("ada"), login::command{login::change_password{1, {"other hash"}, session}}, ada);
  twice(session_ref(session), session::command{session::end{}}, ada);
  const auto bob = m.fresh<account_id>();
  twice(account_ref(bob), account::command{account::open{bob, "bob", {"Bob"}, {}, {}}});
  twice(account_ref(bob), account::command{account::rate{bob, m.fresh<rental_id>(), 4}});
}

void twice_case::adverts_books_and_messages() {
  const auto id = m.fresh<listing_id>();
  twice(listing_ref(id), listing::command{listing::post{id, m.owner, sample_book()}}, m.owner);
  twice(listing_ref(id), listing::command{listing::update{1, {}, false}}, m.owner);
  twice(listing_ref(id), listing::command{listing::remove{}}, m.owner);
  twice(
      book_ref("9780140449334"),
      book::command{book::attach{"9780140449334", m.fresh<listing_id>(), "Meditations", "M. A."}});
  twice(book_ref("9780140449334"), book::command{book::detach{id}});
  twice(inbox_ref(m.owner),
        inbox::command{inbox::deliver{m.owner, {"rent.book", {}, "Hello", {}, {}, {}}}});
  twice(inbox_ref(m.owner), inbox::command{inbox::mark_read{1}}, m.owner);
  const auto request = keyed_request_ref(m.fresh<command_id>().value);
  twice(request, keyed_request::command{keyed_request::claim{m.owner, "hash"}}, m.owner);
  twice(request, keyed_request::command{keyed_request::finish{{201, "/here", "", {"{}"}}}},
        m.owner);
}

void twice_case::the_calendar() {
  const auto to = listing_ref(m.advertise());
  const auto rental = m.fresh<rental_id>();
  const auto when = in(1h, 3h);
  twice(to, listing::command{listing::reserve{rental, m.renter, when}});
  twice(to, listing::command{listing::extend{rental, when.end + 1h, 1}});
  twice(to, listing::command{listing::retract_extension{rental, when.end, 1}});
  twice(to, listing::command{listing::hand_over{rental}});
  twice(to, listing::command{listing::release{rental}});
  twice(to, listing::command{listing::reclaim{rental, m.renter, when, {}}});
  twice(to, listing::command{listing::lose{rental}});
  const auto block = m.fresh<block_id>();
  twice(to, listing::command{listing::block{block, in(24h, 25h), "ours"}}, m.owner);
  twice(to, listing::command{listing::unblock{block}}, m.owner);
  const photo shown{{}, photo_type::png, 3, 2, 100};
  twice(to, listing::command{listing::add_photo{shown}}, m.owner);
  twice(to, listing::command{listing::remove_photo{shown.id}}, m.owner);
  twice(to, listing::command{listing::rate{rental, 1}});
}

void twice_case::money_moves() {
  const auto to = wallet_ref(m.renter);
  const auto first = m.fresh<rental_id>();
  const auto second = m.fresh<rental_id>();
  twice(to, wallet::command{wallet::top_up{m.renter, m.fresh<payment_id>(), {9'000}}}, m.renter);
  twice(to, wallet::command{wallet::hold{m.renter, first, 0, {500}, {2'000}}});
  twice(to, wallet::command{wallet::charge{first, 1, m.owner, {300}}});
  twice(to, wallet::command{wallet::pay{first, m.owner, {500}, {100}}});
  twice(to, wallet::command{wallet::hold{m.renter, second, 0, {500}, {}}});
  twice(to, wallet::command{wallet::release{m.renter, second, 0}});
  twice(to, wallet::command{wallet::withdraw{m.renter, m.fresh<payment_id>(), {1'000}}}, m.renter);
  twice(to,
        wallet::command{wallet::receive{m.renter, m.fresh<transfer_id>(), m.owner, second, {50}}});
  EXPECT_EQ(m.wallet(m.renter).balance, (money{9'000 - 500 - 300 - 100 - 1'000 + 50}));
  EXPECT_EQ(m.wallet(m.owner).balance, (money{500 + 300 + 100}));
}

void twice_case::rentals() {
  m.top_up(m.renter, {20'000});
  const auto listing = m.advertise();
  const auto request = [&](duration start) {
    rental::request asked;
    asked.id = m.fresh<rental_id>();
    asked.listing = listing;
    asked.renter = m.renter;
    asked.starts_at = m.world.now() + start;
    asked.length = duration{2h};
    twice(rental_ref(asked.id), rental::command{asked}, m.renter);
    return asked.id;
  };
  const auto later = rental_ref(request(5h));
  const auto now = rental_ref(request(0h));
  const auto due = m.world.look(now)->as<rental::state>().when.end;
  twice(now, rental::command{rental::extend{due + 1h}}, m.renter);
  twice(now, rental::command{rental::give_back{}}, m.renter);
  twice(now, rental::command{rental::dispute{"not in the shed"}}, m.owner);
  twice(now, rental::command{rental::give_back{}}, m.owner);
  twice(now, rental::command{rental::confirm{{100}, "a scratch"}}, m.owner);
  twice(now, rental::command{rental::review{5, "Dry and warm."}}, m.renter);
  twice(now, rental::command{rental::review{3, "Late."}}, m.owner);
  EXPECT_EQ(m.world.look(listing_ref(listing))->as<listing::state>().rating, (rating_total{5, 1}));
  EXPECT_EQ(m.world.look(account_ref(m.owner))->as<account::state>().rating, (rating_total{5, 1}));
  EXPECT_EQ(m.world.look(account_ref(m.renter))->as<account::state>().rating, (rating_total{3, 1}));
  twice(later, rental::command{rental::cancel{}}, m.renter);
  // 2 h and the extension's hour, and the claim.
  EXPECT_EQ(m.wallet(m.owner).balance, (money{3 * 250 + 100}));
  EXPECT_EQ(m.wallet(m.renter).balance, (money{20'000 - 3 * 250 - 100}));
}

void twice_case::standings() {
  const auto admin = m.fresh<account_id>();
  const auto ada = account_ref(m.person("ada"));
  const auto bob = m.person("bob");
  twice(ada, account::command{account::suspend{{"spam"}, {}}}, admin);
  twice(ada, account::command{account::reinstate{}}, admin);
  twice(ada, account::command{account::close{}}, m.person("ada"));
  EXPECT_EQ(m.world.look(ada)->as<account::state>().standing.now, account::standing::erased);
  twice(login_ref("bob"), login::command{login::reset_password{{"once"}}}, admin);
  twice(login_ref("bob"), login::command{login::set_gate{1, login::gate::locked}});
  twice(wallet_ref(bob), wallet::command{wallet::close{bob, 1}});
  twice(wallet_ref(bob), wallet::command{wallet::reopen{bob, 2}});
  twice(inbox_ref(bob), inbox::command{inbox::close{bob}});
  const auto listing = listing_ref(m.advertise());
  twice(listing, listing::command{listing::hide{{}, 0, "spam", false}}, admin);
  twice(listing, listing::command{listing::show{}}, admin);
  twice(listing, listing::command{listing::retire{1}});

  m.top_up(m.renter, {20'000});
  const auto rental = m.rent(m.advertise(), 2h);
  twice(rental_ref(rental), rental::command{rental::give_back{}}, m.renter);
  twice(rental_ref(rental), rental::command{rental::arbitrate{money{100}, {}, {}, "half"}}, admin);
  EXPECT_EQ(m.wallet(m.owner).balance, (money{100}));
  const auto other = m.fresh<rental_id>();
  twice(wallet_ref(m.renter), wallet::command{wallet::hold{m.renter, other, 0, {500}, {}}});
  twice(wallet_ref(m.renter), wallet::command{wallet::divide{other, m.owner, {200}, {}, {}}});
  EXPECT_EQ(m.wallet(m.owner).balance, (money{300}));
}

void twice_case::followers_and_topics() {
  const auto ada = m.fresh<account_id>();
  twice(follower_ref(ada), follower::command{follower::follow{ada, "room"}}, ada);
  twice(follower_ref(ada), follower::command{follower::unfollow{"room"}}, ada);
  twice(follower_ref(ada), follower::command{follower::close{ada}});
  const auto fans = audience::ref("book", audience::shard_of(ada));
  twice(fans, audience::command{audience::join{ada}});
  twice(topic_ref("book"), topic::command{topic::enlist{"book", audience::shard_of(ada)}});
  twice(topic_ref("book"),
        topic::command{topic::announce{
            "book", m.fresh<command_id>(), m.owner, {"book.add", {}, "New", {}, {}, {}}}});
  EXPECT_EQ(m.inbox(ada).last, 1);
  twice(fans, audience::command{audience::leave{ada}});
}

void twice_case::webhooks() {
  const auto ada = m.fresh<account_id>();
  const auto hook = m.fresh<webhook_id>();
  const webhook::create made{hook, ada, {"https://example.org/"}, {"whsec_x"}, {}};
  twice(webhook_ref(hook), webhook::command{made}, ada);
  twice(webhook_ref(hook), webhook::command{webhook::ring{1}});
  twice(webhook_ref(hook), webhook::command{webhook::remove{}}, ada);
  const auto other = m.fresh<webhook_id>();
  twice(inbox_ref(ada), inbox::command{inbox::attach{ada, other, {}}});
  twice(inbox_ref(ada), inbox::command{inbox::detach{other}});
}

void twice_case::answers_and_alarms() {
  const auto ada = m.fresh<account_id>();
  const auto session = m.fresh<session_id>();
  const auto listing = m.fresh<listing_id>();
  const auto payment = m.fresh<payment_id>();
  rental::request asked;
  asked.id = m.fresh<rental_id>();
  asked.listing = m.advertise();
  asked.renter = m.renter;
  asked.length = duration{2h};
  const refusal no{refusal_code::not_available, "It is gone.", {}};
  answered_twice(login_ref("ada"), login::sign_up{"ada", ada, {"hash"}, {"Ada"}, {}, {}}, ada,
                 "open");
  answered_twice(session_ref(session), session::start{session, ada, "ada", 1, {"browser"}, {"::1"}},
                 ada, "announce");
  answered_twice(listing_ref(listing), listing::post{listing, m.owner, sample_book()}, m.owner,
                 "attach-1");
  answered_twice(rental_ref(asked.id), asked, m.renter, "reserve", no);
  answered_twice(wallet_ref(m.renter), wallet::top_up{m.renter, payment, {500}}, m.renter,
                 "payment-" + to_string(payment));
  EXPECT_EQ(m.wallet(m.renter).balance, (money{500}));
  answered_twice(follower_ref(ada), follower::follow{ada, "book"}, ada, "join-3");
  answered_twice(
      topic_ref("book"),
      topic::announce{"book", m.fresh<command_id>(), m.owner, {"book.add", {}, "New", {}, {}, {}}},
      m.owner, "tell-1-0", told_so_far{0, {}});
  const auto hook = m.fresh<webhook_id>();
  answered_twice(webhook_ref(hook),
                 webhook::create{hook, ada, {"https://example.org/"}, {"whsec_x"}, {}}, ada,
                 "attach", attachment{});
  // These owe nothing to anybody, and have no alarm.
  const auto isbn = book_ref("9780140449334");
  const auto request = keyed_request_ref(m.fresh<command_id>().value);
  const auto fans = audience::ref("book", audience::shard_of(ada));
  for (const auto& to : {account_ref(ada), isbn, inbox_ref(m.renter), request, fans})
    in_vain(to, answered_command(to.kind, {"open", accepted{}}));
  for (const auto& to : {login_ref("ada"), account_ref(ada), session_ref(session),
                         listing_ref(listing), isbn, wallet_ref(m.renter), inbox_ref(m.renter),
                         request, fans, follower_ref(ada), topic_ref("book"), webhook_ref(hook)})
    in_vain(to, wake_command(to.kind));
}

void twice_case::waiting_and_waking() {
  m.top_up(m.renter, {20'000});
  const auto listing = m.advertise();
  const auto first = m.rent(listing, 2h);
  const auto next = m.book(listing, m.renter, m.rental(first).when.end, 2h);
  m.pass(2h + 1min);
  ASSERT_EQ(m.rental(next).now, rental::status::waiting);
  twice(rental_ref(next), rental::command{rental::item_ready{}});

  // The first fee, which falls due a quarter of an hour after the end: by a wake that comes before
  // the alarm's own.
  const auto to = rental_ref(first);
  note(wake_command(to.kind));
  const auto id = m.world.fresh_id();
  const auto sent_at = m.world.now();
  const auto waking = m.world.send(to, wake_command(to.kind), id, {}, sent_at);
  ASSERT_TRUE(m.world.step());
  dynamic_cast<caf::scheduler::test_coordinator&>(m.world.system().scheduler()).advance_time(15min);
  m.world.run();
  ASSERT_TRUE(waking.value());
  check_again(to, wake_command(to.kind), id, {}, sent_at, *waking.value());
}

std::string name_of(repeat how) {
  if (how == repeat::at_once) return "at_once";
  if (how == repeat::over_a_hand_over) return "over_a_hand_over";
  return how == repeat::together ? "together" : "over_a_crash";
}

class Twice : public ::testing::TestWithParam<repeat> {};

TEST_P(Twice, every_command_of_every_entity_has_one_effect) {
  sent_commands sent;
  for (const auto each :
       {&twice_case::people_and_their_sessions, &twice_case::adverts_books_and_messages,
        &twice_case::the_calendar, &twice_case::money_moves, &twice_case::rentals,
        &twice_case::standings, &twice_case::followers_and_topics, &twice_case::webhooks,
        &twice_case::answers_and_alarms, &twice_case::waiting_and_waking}) {
    twice_case fresh{GetParam(), sent};
    (fresh.*each)();
  }
  expect_all_sent(sent);
}

INSTANTIATE_TEST_SUITE_P(, Twice,
                         ::testing::Values(repeat::at_once, repeat::over_a_crash,
                                           repeat::over_a_hand_over, repeat::together),
                         [](const auto& with) { return name_of(with.param); });

}  // namespace
}  // namespace rentwave::testing
