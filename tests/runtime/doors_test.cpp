// A partition's actor as the door to wherever the partition is: opened, closed, cut off, and with
// another node, which the test plays, behind a link.
#include <gtest/gtest.h>

#include "actors/runtime/waiting_calls.hpp"
#include "tests/runtime/market.hpp"
#include "tests/runtime/throwing_machine.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;
using placing = place_order::placing;

/// A market, and the partition of its renter's wallet.
struct Door : ::testing::Test {
  static node_options impatient() {
    auto options = market::small();
    options.placeless_time = 5s;
    return options;
  }

  market m{impatient()};
  entity_ref purse = wallet_ref(m.renter);
  partition_id home = partition_of(purse, 4);

  /// Another node: what it is asked.
  struct node_behind {
    std::shared_ptr<std::vector<remote_call>> calls = std::make_shared<std::vector<remote_call>>();
    caf::actor link;
  };
  node_behind make_node() {
    node_behind made;
    made.link = m.world.system().spawn([calls = made.calls]() -> caf::behavior {
      return {[calls](const remote_call& call) { calls->push_back(call); }};
    });
    return made;
  }
  node_behind other = make_node();

  const caf::actor& door() { return m.world.routes().find(purse); }
  door_state state() { return m.world.state_of(home); }
  void order(placing what, const caf::actor& link = {}) {
    m.world.order(home, {what, {}, link});
    m.world.run();
  }
  template <class Answer>
  void answer(std::uint64_t number, Answer what) {
    caf::anon_send(door(), remote_answer{number, std::move(what)});
    m.world.run();
  }
  void answer(std::uint64_t number, runtime_errc why) { answer(number, make_error(why)); }

  command_envelope top_up_of(money amount) {
    command_envelope letter;
    letter.to = purse;
    letter.id = m.world.fresh_id();
    letter.body = wallet::command{wallet::top_up{m.renter, m.fresh<payment_id>(), amount}};
    letter.caller = m.renter;
    return letter;
  }
  pending<outcome> top_up(money amount) {
    auto waiting = m.world.send(top_up_of(amount));
    m.world.run();
    return waiting;
  }
  pending<view_ptr> look() {
    auto waiting = m.world.query(purse);
    m.world.run();
    return waiting;
  }
  money balance() { return m.wallet(m.renter).balance; }

  /// What another node asks this one.
  template <class Answer>
  pending<Answer> ask_from_node(partition_call what, bool is_one_way = false) {
    pending<Answer> waiting;
    remote_call call{1, home, is_one_way, instant::max(), std::move(what)};
    m.world.system().spawn([=, to = door()](caf::event_based_actor* self) {
      self->request(to, caf::infinite, call)
          .then([waiting](const Answer& said) { waiting.slot->emplace(said); },
                [waiting](const caf::error& why) { waiting.slot->emplace(why); });
    });
    m.world.run();
    return waiting;
  }
  pending<view_ptr> look_from_node() {
    return ask_from_node<view_ptr>(query_ptr{std::make_shared<query_envelope>(purse)});
  }

  std::string owner_in_journal() {
    const auto connection = std::move(*m.world.journal().connect());
    for (const auto& row : *connection->partitions())
      if (row.partition == home) return row.owner;
    return "no row";
  }
};

// --- open and closed ---

TEST_F(Door, lets_what_comes_wait_until_the_partition_is_open_again) {
  top_up({500});
  order(placing::close);
  EXPECT_EQ(state(), door_state::nowhere);
  EXPECT_EQ(owner_in_journal(), "");
  EXPECT_FALSE(m.world.running().is_ready());
  const auto command = top_up({700});
  const auto question = look();
  EXPECT_FALSE(command.done());
  EXPECT_FALSE(question.done());
  EXPECT_EQ(m.world.report(purse)->kept, 2u);
  EXPECT_FALSE(m.world.report(purse)->open);

  m.world.order(home, {placing::open, "n1.17"});
  m.world.run();
  EXPECT_EQ(state(), door_state::open);
  EXPECT_EQ(owner_in_journal(), "n1.17");
  EXPECT_TRUE(m.world.running().is_ready());
  EXPECT_TRUE(is_accepted(command));
  EXPECT_TRUE(question.value());
  EXPECT_EQ(balance(), (money{1'200}));
}

TEST_F(Door, gives_up_what_waits_for_too_long) {
  order(placing::close);
  auto letter = top_up_of({100});
  letter.deadline = m.world.real_now() + 2s;
  const auto hurried = m.world.send(std::move(letter));
  const auto patient = top_up({100});
  m.pass(3s);
  EXPECT_EQ(code_of(hurried), runtime_errc::unavailable);
  EXPECT_FALSE(patient.done());
  m.pass(3s);
  EXPECT_EQ(code_of(patient), runtime_errc::unavailable);
  order(placing::open);
  EXPECT_EQ(balance(), money{});
}

TEST_F(Door, lets_no_more_wait_than_it_has_room_for) {
  order(placing::close);
  const auto same = std::make_shared<const command_envelope>(top_up_of({100}));
  for (std::size_t i = 0; i < waiting_calls::most; ++i) caf::anon_send(door(), command_ptr{same});
  EXPECT_EQ(code_of(top_up({100})), runtime_errc::overloaded);
}

TEST_F(Door, finishes_what_is_being_written_before_it_closes) {
  for (int steps = 0; steps < 40; ++steps) {
    SCOPED_TRACE("closed after step " + std::to_string(steps));
    const auto waiting = m.world.send(top_up_of({10}));
    for (int i = 0; i < steps && m.world.step(); ++i) {
    }
    order(placing::close);
    EXPECT_EQ(state(), door_state::nowhere);
    order(placing::open);
    EXPECT_TRUE(is_accepted(waiting));
  }
  m.pass(10s);
  EXPECT_EQ(balance(), (money{400}));
}

TEST_F(Door, cut_off_asks_again_what_may_have_been_written) {
  for (int steps = 0; steps < 40; ++steps) {
    SCOPED_TRACE("cut off after step " + std::to_string(steps));
    const auto waiting = m.world.send(top_up_of({10}));
    for (int i = 0; i < steps && m.world.step(); ++i) {
    }
    order(placing::cut);
    EXPECT_EQ(state(), door_state::nowhere);
    order(placing::open);
    EXPECT_TRUE(is_accepted(waiting));
  }
  m.pass(10s);
  EXPECT_EQ(balance(), (money{400}));
}

// Else its next owner would end the session of this node's writer, and with it what that is writing
// of others.
TEST_F(Door, cut_off_is_released_in_the_journal) {
  m.world.send(top_up_of({10}));
  for (int i = 0; i < 5 && m.world.step(); ++i) {
  }
  order(placing::cut);
  EXPECT_EQ(owner_in_journal(), "");
}

TEST_F(Door, asks_questions_again_that_waited_for_the_end_of_a_saga) {
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  order(placing::close);  // so that the wallet does not answer the rental
  const auto rental = rental_ref(m.rent(listing, 1h));
  const auto settled = m.world.query(rental, true);
  m.world.run();
  ASSERT_FALSE(settled.done());
  m.world.hand_over_all(placing::close);
  m.world.run();
  ASSERT_TRUE(settled.value());
  EXPECT_EQ((*settled.value())->as<rental::state>().now, rental::status::active);
}

TEST_F(Door, wakes_at_once_what_fell_due_meanwhile) {
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  const auto rental = m.rent(listing, 1h);
  for (partition_id each = 0; each < 4; ++each) m.world.order(each, {placing::close});
  m.pass(90min);  // due, and late once
  m.world.hand_over_all(placing::close);
  m.pass(1s);
  EXPECT_EQ(m.rental(rental).receipts.size(), 1u);
}

TEST_F(Door, that_cannot_be_opened_says_so_to_who_gives_orders) {
  auto options = impatient();
  options.opens_all = false;
  testing::world alone{options};
  int faults = 1;
  alone.journal().on_take_over(
      [&](std::uint64_t) { return faults-- > 0 ? append_fault::unavailable : append_fault::none; });
  alone.run();
  EXPECT_EQ(alone.state_of(0), door_state::nowhere);
  alone.order(0, {placing::open});
  alone.run();
  EXPECT_EQ(alone.state_of(0), door_state::nowhere);
  alone.order(0, {placing::open});
  alone.run();
  EXPECT_EQ(alone.state_of(0), door_state::open);
}

// Its next owner would end the session of this node, and with it what is being written of others.
TEST_F(Door, releases_also_what_it_has_not_taken_back_yet) {
  int faults = 1;
  m.world.journal().on_append([](std::uint64_t) { return append_fault::unknown_not_written; });
  m.world.journal().on_take_over(
      [&](std::uint64_t) { return faults-- > 0 ? append_fault::unavailable : append_fault::none; });
  top_up({500});
  EXPECT_EQ(faults, 0) << "it tried to take it back";
  m.world.journal().on_append({});
  order(placing::close);
  EXPECT_EQ(owner_in_journal(), "");
  order(placing::open);
  EXPECT_TRUE(is_accepted(top_up({500})));
}

TEST_F(Door, changes_its_mind_while_it_opens) {
  order(placing::close);
  m.world.order(home, {placing::open});
  m.world.order(home, {placing::close});
  m.world.run();
  EXPECT_EQ(state(), door_state::nowhere);
  EXPECT_EQ(owner_in_journal(), "");
  m.world.order(home, {placing::open});
  m.world.order(home, {placing::cut});
  m.world.run();
  EXPECT_EQ(state(), door_state::nowhere);
  order(placing::open);
  EXPECT_TRUE(is_accepted(top_up({500})));
}

TEST_F(Door, is_lost_with_the_epoch) {
  top_up({500});
  const auto connection = std::move(*m.world.journal().connect());
  ASSERT_TRUE(connection->take_over(home, "somebody"));
  EXPECT_EQ(code_of(top_up({700})), runtime_errc::unavailable);
  EXPECT_EQ(state(), door_state::nowhere);
  EXPECT_FALSE(m.world.running().is_ready());
  // There is no other node that one could wait for.
  EXPECT_EQ(code_of(look()), runtime_errc::unavailable);
  order(placing::open);
  EXPECT_EQ(balance(), (money{500}));
}

TEST_F(Door, lets_wait_for_the_next_owner_what_the_epoch_has_kept_from_being_written) {
  auto options = impatient();
  options.opens_all = false;
  testing::world alone{options};
  alone.order(home, {placing::open});
  alone.run();
  const auto connection = std::move(*alone.journal().connect());
  ASSERT_TRUE(connection->take_over(home, "somebody"));
  std::vector<pending<outcome>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(alone.send(top_up_of({100})));
  alone.run();
  EXPECT_EQ(alone.state_of(home), door_state::nowhere);
  for (const auto& each : waiting) EXPECT_FALSE(each.done());
  alone.order(home, {placing::open});
  alone.run();
  for (const auto& each : waiting) EXPECT_TRUE(is_accepted(each));
}

TEST_F(Door, opens_no_earlier_than_what_is_written) {
  order(placing::close);
  const auto ahead = m.world.now() + 10min;
  const auto connection = std::move(*m.world.journal().connect());
  const auto lease = *connection->take_over(home, "another node");
  new_event happened;
  happened.type = "wallet.any";
  happened.data = "{}";
  happened.time = ahead;
  entity_append written;
  written.entity = wallet_ref(m.fresh<account_id>());
  written.events = {happened};
  ASSERT_TRUE(connection->append({{home, lease.epoch, lease.position, {written}, {}}}));
  EXPECT_LT(m.world.now(), ahead);
  order(placing::open);
  EXPECT_EQ(m.world.now(), ahead);
  m.pass(10min + 1s);
  EXPECT_EQ(m.world.now(), ahead + 1s);
}

// --- elsewhere ---

TEST_F(Door, passes_on_what_comes_and_the_answers_back) {
  order(placing::close);
  const auto waited = top_up({100});
  order(placing::elsewhere, other.link);
  EXPECT_EQ(state(), door_state::elsewhere);
  const auto question = look();
  ASSERT_EQ(other.calls->size(), 2u);
  const auto& first = other.calls->at(0);
  const auto& second = other.calls->at(1);
  EXPECT_EQ(first.partition, home);
  EXPECT_NE(first.number, second.number);
  EXPECT_FALSE(first.is_one_way);
  EXPECT_EQ(std::get<command_ptr>(first.what)->to, purse);
  EXPECT_EQ(std::get<query_ptr>(second.what)->to, purse);

  const view_ptr found = std::make_shared<const entity_view>(entity_view{purse, 7, nullptr});
  answer(second.number, found);
  answer(first.number, outcome{accepted{}});
  EXPECT_TRUE(is_accepted(waited));
  ASSERT_TRUE(question.value());
  EXPECT_EQ((*question.value())->version, 7);
}

TEST_F(Door, asks_again_under_the_same_id_who_would_not_have_it) {
  order(placing::close);
  order(placing::elsewhere, other.link);
  const auto waiting = top_up({100});
  for (const auto why : {runtime_errc::not_mine, runtime_errc::link_down}) {
    answer(other.calls->back().number, why);
    EXPECT_FALSE(waiting.done());
    m.pass(1s);
  }
  ASSERT_EQ(other.calls->size(), 3u);
  const auto id_of = [](const remote_call& call) { return std::get<command_ptr>(call.what)->id; };
  EXPECT_EQ(id_of(other.calls->at(0)), id_of(other.calls->at(1)));
  EXPECT_EQ(id_of(other.calls->at(0)), id_of(other.calls->at(2)));
  // An answer to what was given up already is none.
  answer(other.calls->at(0).number, make_error(runtime_errc::crashed));
  EXPECT_FALSE(waiting.done());
  answer(other.calls->at(2).number, outcome{accepted{}});
  EXPECT_TRUE(is_accepted(waiting));
}

TEST_F(Door, tells_whoever_asks_of_other_failures) {
  order(placing::close);
  order(placing::elsewhere, other.link);
  const auto waiting = top_up({100});
  answer(other.calls->back().number, runtime_errc::quarantined);
  EXPECT_EQ(code_of(waiting), runtime_errc::quarantined);
}

TEST_F(Door, asks_the_next_node_when_a_link_ends_or_the_partition_moves_on) {
  order(placing::close);
  order(placing::elsewhere, other.link);
  const auto waiting = top_up({100});
  caf::anon_send_exit(other.link, caf::exit_reason::kill);
  m.world.run();
  EXPECT_EQ(state(), door_state::nowhere);
  EXPECT_FALSE(waiting.done());
  const auto third = make_node();
  order(placing::elsewhere, third.link);
  EXPECT_EQ(third.calls->size(), 1u);
  const auto fourth = make_node();
  order(placing::elsewhere, fourth.link);
  ASSERT_EQ(fourth.calls->size(), 1u);
  answer(fourth.calls->back().number, outcome{accepted{}});
  EXPECT_TRUE(is_accepted(waiting));
}

TEST_F(Door, serves_what_no_node_has_answered_once_the_partition_is_here) {
  order(placing::close);
  order(placing::elsewhere, other.link);
  const auto waiting = top_up({100});
  order(placing::open);
  EXPECT_TRUE(is_accepted(waiting));
  EXPECT_EQ(balance(), (money{100}));
}

TEST_F(Door, gives_up_what_no_node_answers) {
  order(placing::close);
  order(placing::elsewhere, other.link);
  const auto waiting = top_up({100});
  m.pass(6s);
  EXPECT_EQ(code_of(waiting), runtime_errc::unavailable);
  answer(other.calls->back().number, outcome{accepted{}});
}

TEST_F(Door, keeps_one_way_commands_until_they_are_taken) {
  order(placing::close);
  order(placing::elsewhere, other.link);
  caf::anon_send(door(), command_ptr{std::make_shared<command_envelope>(top_up_of({100}))});
  m.world.run();
  ASSERT_EQ(other.calls->size(), 1u);
  EXPECT_TRUE(other.calls->back().is_one_way);
  answer(other.calls->back().number, runtime_errc::link_down);
  m.pass(1s);
  ASSERT_EQ(other.calls->size(), 2u);
  answer(other.calls->back().number, taken{});
  m.pass(10s);
  EXPECT_EQ(other.calls->size(), 2u);
}

TEST_F(Door, refuses_at_once_what_is_with_a_node_that_cannot_be_reached) {
  order(placing::close);
  const auto waited = top_up({100});
  caf::anon_send(door(), command_ptr{std::make_shared<command_envelope>(top_up_of({100}))});
  m.world.run();
  order(placing::unreachable);
  EXPECT_EQ(code_of(waited), runtime_errc::unavailable);
  EXPECT_EQ(code_of(top_up({100})), runtime_errc::unavailable);
  EXPECT_EQ(code_of(look()), runtime_errc::unavailable);

  order(placing::elsewhere, other.link);
  EXPECT_EQ(other.calls->size(), 1u) << "nobody waits for it: it could wait";
  top_up({100});
  EXPECT_EQ(other.calls->size(), 2u);
  order(placing::unreachable);
  order(placing::nowhere);
  EXPECT_FALSE(top_up({100}).done()) << "its owner may have died: another one takes it";
  order(placing::open);
  EXPECT_TRUE(is_accepted(top_up({100})));
}

// --- asked by another node ---

TEST_F(Door, sends_other_nodes_away_unless_it_is_open) {
  EXPECT_TRUE(look_from_node().value());
  order(placing::close);
  EXPECT_EQ(code_of(look_from_node()), runtime_errc::not_mine);
  order(placing::elsewhere, other.link);
  EXPECT_EQ(code_of(look_from_node()), runtime_errc::not_mine);
  EXPECT_TRUE(other.calls->empty()) << "what comes from a node goes to no other";
}

TEST_F(Door, takes_one_way_commands_of_other_nodes_over) {
  const auto command = std::make_shared<command_envelope>(top_up_of({100}));
  EXPECT_TRUE(ask_from_node<taken>(command_ptr{command}, true).value());
  EXPECT_EQ(balance(), (money{100}));
  order(placing::close);
  EXPECT_EQ(code_of(ask_from_node<taken>(command_ptr{command}, true)), runtime_errc::not_mine);
}

TEST_F(Door, lets_other_nodes_wait_while_it_opens_and_sends_them_away_when_it_cannot) {
  auto options = impatient();
  options.opens_all = false;
  testing::world alone{options};
  bool fails = false;
  alone.journal().on_take_over(
      [&](std::uint64_t) { return fails ? append_fault::unavailable : append_fault::none; });
  const auto ask_while_opening = [&] {
    pending<view_ptr> waiting;
    remote_call call{1, home, false, instant::max(),
                     query_ptr{std::make_shared<query_envelope>(purse)}};
    alone.order(home, {placing::open});
    const auto& to = alone.routes().partitions.at(static_cast<std::size_t>(home));
    alone.system().spawn([waiting, to, call](caf::event_based_actor* self) {
      self->request(to, caf::infinite, call)
          .then([waiting](const view_ptr& said) { waiting.slot->emplace(said); },
                [waiting](const caf::error& why) { waiting.slot->emplace(why); });
    });
    alone.run();
    return waiting;
  };
  fails = true;
  EXPECT_EQ(code_of(ask_while_opening()), runtime_errc::not_mine);
  fails = false;
  EXPECT_TRUE(ask_while_opening().value());
}

// --- watching ---

struct Watched_door : Door {
  struct heard {
    std::vector<watch_answer> answers;
    std::vector<news> told;
  };
  using renew_atom = caf::atom_constant<caf::atom("renew")>;

  std::shared_ptr<heard> ear = std::make_shared<heard>();
  caf::actor watcher = m.world.system().spawn(
      [to = door(), ear = ear, purse = purse](caf::event_based_actor* self) -> caf::behavior {
        return {
            [=](renew_atom) {
              self->request(to, caf::infinite, watch_request{{purse}})
                  .then([ear](const watch_ptr& answer) { ear->answers.push_back(*answer); });
            },
            [ear](const news_ptr& what) { ear->told.push_back(*what); },
        };
      });

  void renew() {
    caf::anon_send(watcher, renew_atom::value);
    m.world.run();
  }
  void renew_there(std::vector<entity_ref> begun) {
    renew();
    ASSERT_FALSE(other.calls->empty());
    answer(other.calls->back().number,
           watch_ptr{std::make_shared<watch_answer>(watch_answer{std::move(begun)})});
  }
  void tell_there(news what) {
    caf::anon_send(door(), news_ptr{std::make_shared<news>(std::move(what))});
    m.world.run();
  }
};

TEST_F(Watched_door, says_that_it_watches_no_more) {
  renew();
  order(placing::close);
  ASSERT_EQ(ear->told.size(), 1u);
  EXPECT_TRUE(ear->told[0].ended);
  EXPECT_EQ(ear->told[0].partition, home);
  renew();  // waits for whoever has the partition next
  EXPECT_EQ(ear->answers.size(), 1u);
  order(placing::open);
  ASSERT_EQ(ear->answers.size(), 2u);
  EXPECT_EQ(ear->answers[1].begun, std::vector{purse});
}

TEST_F(Watched_door, watches_through_a_link) {
  order(placing::close);
  order(placing::elsewhere, other.link);
  renew_there({purse});
  ASSERT_EQ(ear->answers.size(), 1u);
  EXPECT_EQ(ear->answers[0].begun, std::vector{purse});
  tell_there({.entities = {purse, wallet_ref(m.owner)}});
  ASSERT_EQ(ear->told.size(), 1u);
  EXPECT_EQ(ear->told[0].entities, std::vector{purse});

  renew_there({});
  EXPECT_TRUE(ear->answers.back().begun.empty());
  renew_there({purse});
  EXPECT_EQ(ear->answers.back().begun, std::vector{purse}) << "that node had lost it";

  tell_there({.entities = {}, .ended = true});
  EXPECT_TRUE(ear->told.back().ended);
  renew_there({});
  EXPECT_EQ(ear->answers.back().begun, std::vector{purse}) << "here it was forgotten";
  order(placing::open);
  EXPECT_TRUE(ear->told.back().ended);
}

}  // namespace
}  // namespace rentwave::testing
