// Every command of every entity, sent twice under one id: the second time the answer is the same
// and nothing new happens, with the answer in memory and, after a crash, out of the journal.
#include <gtest/gtest.h>

#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

class Twice : public ::testing::TestWithParam<bool> {
 protected:
  /// Sends it, and again; a crash comes between when the parameter says so.
  void twice(entity_ref to, any_command body, std::optional<account_id> caller = {}) {
    SCOPED_TRACE(to_string(to));
    const auto id = m.world.fresh_id();
    const auto sent_at = m.world.now();
    const auto first = answer(to, body, id, caller, sent_at);
    ASSERT_FALSE(std::holds_alternative<refusal>(first)) << std::get<refusal>(first).detail;
    ASSERT_FALSE(caused(to, id).empty()) << "a command without effect shows nothing";
    if (GetParam()) {
      m.world.crash();
      m.world.start();
      m.world.run();
    }
    const auto before = caused(to, id);
    EXPECT_EQ(answer(to, body, id, caller, sent_at), first);
    EXPECT_EQ(caused(to, id), before);
  }

  outcome answer(const entity_ref& to, const any_command& body, command_id id,
                 std::optional<account_id> caller, instant cause) {
    const auto waiting = m.world.send(to, body, id, caller, cause);
    m.world.run();
    const auto* found = waiting.value();
    EXPECT_TRUE(found);
    return found ? *found : outcome{refusal{}};
  }

  /// The versions of the entity's events by this command, and how many the entity has in all of its
  /// kind that only a command like this one makes.
  std::vector<std::string> caused(const entity_ref& by, command_id id) {
    std::vector<std::string> found;
    for (const auto& event : m.world.journal().all_events())
      if (event.entity == by && event.command == id)
        found.push_back(std::to_string(event.version) + ' ' + event.type);
    return found;
  }

  period in(duration start, duration end) { return {m.world.now() + start, m.world.now() + end}; }

  market m;
};

TEST_P(Twice, people_and_their_sessions) {
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
}

TEST_P(Twice, adverts_books_and_messages) {
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
}

TEST_P(Twice, the_calendar) {
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
}

TEST_P(Twice, money) {
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

TEST_P(Twice, rentals) {
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
  twice(later, rental::command{rental::cancel{}}, m.renter);
  // 2 h and the extension's hour, and the claim.
  EXPECT_EQ(m.wallet(m.owner).balance, (money{3 * 250 + 100}));
  EXPECT_EQ(m.wallet(m.renter).balance, (money{20'000 - 3 * 250 - 100}));
}

INSTANTIATE_TEST_SUITE_P(, Twice, ::testing::Bool(),
                         [](const auto& with) { return with.param ? "over_a_crash" : "at_once"; });

}  // namespace
}  // namespace rentwave::testing
