#include "cluster/door_table.hpp"

#include <gmock/gmock.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "tests/cluster/places.hpp"

namespace rentwave::testing_cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

/// This node is `a`; there is a peer for `b`.
class Doors : public testing::Test {
 protected:
  static caf::behavior idle(caf::event_based_actor* self) {
    return {[self](int) { self->quit(); }};
  }
  ~Doors() override { caf::anon_send_exit(b_, caf::exit_reason::user_shutdown); }
  auto turn(const std::vector<std::string>& places) {
    return doors_.turn(table_of(places), peers_, unreachable_);
  }
  bool leads_everywhere(const std::vector<std::string>& places) const {
    return doors_.leads_everywhere(table_of(places), life('a'));
  }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::actor b_ = system_.spawn(&idle);
  std::map<node_id, caf::actor> peers_{{life('b'), b_}};
  std::set<node_id> unreachable_;
  door_table doors_{3};
};

TEST_F(Doors, are_held_while_they_open_serve_or_close) {
  EXPECT_THAT(doors_.held(), IsEmpty());
  doors_.opens(0);
  doors_.moved(1, door_state::open);
  doors_.moved(2, door_state::closing);
  EXPECT_THAT(doors_.held(), ElementsAre(Pair(0, holding::opening), Pair(1, holding::open),
                                         Pair(2, holding::closing)));
  doors_.moved(0, door_state::nowhere);
  doors_.moved(1, door_state::elsewhere);
  EXPECT_THAT(doors_.held(), SizeIs(1));
}

TEST_F(Doors, close_only_while_they_are_held) {
  doors_.moved(0, door_state::open);
  EXPECT_TRUE(doors_.closes(0));
  EXPECT_THAT(doors_.held(), ElementsAre(Pair(0, holding::closing)));
  EXPECT_FALSE(doors_.closes(1)) << "it was lost meanwhile, and would not say so again";
  EXPECT_THAT(doors_.held(), SizeIs(1));
}

TEST_F(Doors, that_closed_or_were_refused_are_worth_a_look_at_the_table) {
  doors_.moved(0, door_state::closing);
  EXPECT_TRUE(doors_.moved(0, door_state::nowhere));
  doors_.moved(1, door_state::elsewhere);
  EXPECT_TRUE(doors_.moved(1, door_state::nowhere));
  doors_.opens(2);
  EXPECT_FALSE(doors_.moved(2, door_state::nowhere)) << "to open it is tried again later";
}

TEST_F(Doors, turn_to_where_the_table_says_and_once) {
  doors_.moved(0, door_state::open);
  EXPECT_THAT(turn({"a", "b", "c"}), ElementsAre(door_turn{1, b_}));
  doors_.moved(1, door_state::elsewhere);
  EXPECT_THAT(turn({"a", "b", "c"}), IsEmpty()) << "nobody knows a way to c";
  peers_.clear();
  EXPECT_THAT(turn({"a", "b", "c"}), ElementsAre(door_turn{1}));
}

TEST_F(Doors, turn_again_when_the_way_is_another) {
  turn({"b", "b", "b"});
  for (int i = 0; i < 3; ++i) doors_.moved(i, door_state::elsewhere);
  const auto other = system_.spawn(&idle);
  peers_[life('b')] = other;
  EXPECT_THAT(turn({"b", "b", "b"}), SizeIs(3));
  caf::anon_send_exit(other, caf::exit_reason::user_shutdown);
}

TEST_F(Doors, are_told_once_that_an_owner_lives_who_cannot_be_reached) {
  peers_.clear();
  EXPECT_THAT(turn({"b", "c", "-"}), IsEmpty()) << "they may have died, and be replaced soon";
  unreachable_ = {life('b')};
  const auto told = turn({"b", "c", "-"});
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0] == (door_turn{0, {}, true}));
  EXPECT_THAT(turn({"b", "c", "-"}), IsEmpty());
  EXPECT_THAT(turn({"c", "c", "-"}), ElementsAre(door_turn{0})) << "it has another owner";
  EXPECT_THAT(turn({"b", "c", "-"}), SizeIs(1));
  peers_[life('b')] = b_;
  EXPECT_THAT(turn({"b", "c", "-"}), ElementsAre(door_turn{0, b_}));
}

TEST_F(Doors, lead_everywhere_when_all_is_open_or_elsewhere) {
  doors_.moved(0, door_state::open);
  doors_.moved(1, door_state::elsewhere);
  doors_.moved(2, door_state::elsewhere);
  EXPECT_TRUE(leads_everywhere({"a", "b", "c"}));
  EXPECT_FALSE(leads_everywhere({"a", "b", "a"})) << "one of ours is not open";
  EXPECT_FALSE(leads_everywhere({"a", "b", "-"})) << "nobody has one";
  EXPECT_FALSE(leads_everywhere({"a", "b"})) << "there is no whole table";
  doors_.moved(0, door_state::closing);
  EXPECT_TRUE(leads_everywhere({"ab", "b", "c"})) << "the next one has it soon";
}

TEST_F(Doors, are_cut_anew_after_they_were_given_up) {
  doors_.moved(0, door_state::open);
  EXPECT_TRUE(doors_.is_cut_anew(0));
  EXPECT_FALSE(doors_.is_cut_anew(0));
  doors_.moved(0, door_state::nowhere);
  doors_.moved(0, door_state::open);
  EXPECT_TRUE(doors_.is_cut_anew(0));
}

}  // namespace
}  // namespace rentwave::testing_cluster
