// Who watches an entity is told after the commit, for as long as they ask.
#include <gtest/gtest.h>

#include "actors/runtime/watch_table.hpp"
#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

// --- the table ---

const entity_ref some_book{entity_kind::book, "a"}, other_book{entity_kind::book, "b"};
constexpr instant early{1s}, late{2s};
using table = watch_table<int>;

std::vector<stored_event> events_of(std::initializer_list<entity_ref> entities) {
  std::vector<stored_event> events;
  for (const auto& entity : entities) events.emplace_back().entity = entity;
  return events;
}

TEST(Watch_table, tells_each_watcher_once_what_it_watches) {
  table watches{10};
  EXPECT_EQ(watches.watch(some_book, 1, late), table::result::begun);
  EXPECT_EQ(watches.watch(some_book, 2, late), table::result::begun);
  EXPECT_EQ(watches.watch(other_book, 2, late), table::result::begun);
  EXPECT_EQ(watches.watch(some_book, 2, late), table::result::renewed);
  EXPECT_EQ(watches.watch_everything(3, late), table::result::begun);
  EXPECT_EQ(watches.size(), 4u);
  const auto events = events_of({some_book, other_book, some_book});
  std::map<int, news> told;
  for (auto& [who, what] : watches.whom_to_tell(events))
    EXPECT_TRUE(told.emplace(who, what).second);
  EXPECT_EQ(told.at(1).entities, std::vector{some_book});
  EXPECT_EQ(told.at(2).entities, (std::vector{some_book, other_book}));
  EXPECT_FALSE(told.at(2).everything);
  EXPECT_TRUE(told.at(3).everything);
  EXPECT_TRUE(told.at(3).entities.empty());
  EXPECT_TRUE(watches.whom_to_tell({}).empty());
}

TEST(Watch_table, forgets_who_does_not_renew) {
  table watches{10};
  watches.watch(some_book, 1, early);
  watches.watch(some_book, 2, early);
  watches.watch_everything(3, early);
  watches.watch(some_book, 2, late);
  watches.forget(early);
  EXPECT_EQ(watches.size(), 1u);
  EXPECT_EQ(watches.whom_to_tell(events_of({some_book})).at(0).first, 2);
  EXPECT_EQ(watches.watch(some_book, 1, late), table::result::begun);
}

TEST(Watch_table, has_a_limit) {
  table watches{2};
  watches.watch(some_book, 1, late);
  watches.watch(some_book, 2, late);
  EXPECT_EQ(watches.watch(some_book, 3, late), table::result::full);
  EXPECT_EQ(watches.watch(other_book, 1, late), table::result::full);
  EXPECT_EQ(watches.watch_everything(1, late), table::result::full);
  EXPECT_EQ(watches.watch(some_book, 2, late), table::result::renewed);
  watches.clear();
  EXPECT_EQ(watches.watch(other_book, 1, late), table::result::begun);
}

// --- the partition ---

struct Watching : ::testing::Test {
  struct heard {
    std::vector<watch_answer> answers;
    std::vector<news> told;
  };
  using renew_atom = caf::atom_constant<caf::atom("renew")>;

  market m;
  std::shared_ptr<heard> ear = std::make_shared<heard>();
  entity_ref purse = wallet_ref(m.renter);
  caf::actor watcher =
      m.world.system().spawn([partition = m.world.routes().find(purse), ear = ear,
                              purse = purse](caf::event_based_actor* self) -> caf::behavior {
        return {
            [=](renew_atom) {
              self->request(partition, caf::infinite, watch_request{{purse}})
                  .then([ear](const watch_ptr& answer) { ear->answers.push_back(*answer); });
            },
            [ear](const news_ptr& what) { ear->told.push_back(*what); },
        };
      });

  void renew() {
    caf::anon_send(watcher, renew_atom::value);
    m.world.run();
  }
  ~Watching() override { watcher = nullptr; }
};

TEST_F(Watching, is_told_of_what_happens_and_of_nothing_else) {
  m.top_up(m.renter, {100});
  renew();
  ASSERT_EQ(ear->answers.size(), 1u);
  EXPECT_EQ(ear->answers[0].begun, std::vector{purse});
  m.top_up(m.owner, {100});
  EXPECT_TRUE(ear->told.empty());
  m.top_up(m.renter, {100});
  ASSERT_FALSE(ear->told.empty());
  for (const auto& each : ear->told) EXPECT_EQ(each.entities, std::vector{purse});
}

TEST_F(Watching, ends_when_it_is_not_renewed) {
  renew();
  m.pass(watch_time / 2);
  renew();
  EXPECT_TRUE(ear->answers.back().begun.empty());
  m.pass(watch_time / 2 + 1s);
  m.top_up(m.renter, {100});
  EXPECT_FALSE(ear->told.empty());
  ear->told.clear();
  m.pass(watch_time * 2);
  m.top_up(m.renter, {100});
  EXPECT_TRUE(ear->told.empty());
  renew();
  EXPECT_EQ(ear->answers.back().begun, std::vector{purse});
}

TEST_F(Watching, begins_anew_after_an_outcome_was_unknown) {
  renew();
  int faults = 1;
  m.world.journal().on_append([&](std::uint64_t) {
    return faults-- > 0 ? append_fault::unknown_written : append_fault::none;
  });
  m.try_top_up(m.renter, {100});
  m.pass(10s);
  EXPECT_TRUE(ear->told.empty()) << "nobody knew";
  renew();
  EXPECT_EQ(ear->answers.back().begun, std::vector{purse}) << "so it is to be read again";
}

}  // namespace
}  // namespace rentwave::testing
