#include "persistence/reindex.hpp"

#include <gmock/gmock.h>

#include "persistence/codec.hpp"
#include "persistence/memory/store.hpp"
#include "persistence/projection.hpp"
#include "tests/persistence/filled.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using rentwave::testing::filled;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Reindex : public ::testing::Test {
 protected:
  Reindex() : journal_(value(store_.connect())), lease_(value(journal_->take_over(1, "node-a"))) {}

  template <class Event>
  static new_event stored(std::uint32_t command, const Event& happened) {
    auto encoded = encode(happened);
    auto made = event(command, 0, std::string{encoded.type});
    made.schema = encoded.schema;
    made.data = std::move(encoded.data);
    return made;
  }

  void append(entity_append one) {
    const auto result = value(journal_->append({to_partition(1, lease_, {std::move(one)})}));
    ASSERT_FALSE(result.at(0).entities.at(0).failed);
    lease_.position = result.at(0).position;
  }

  static listing::event booking(std::uint32_t rental, std::int64_t from, std::int64_t to) {
    listing::reserved made;
    made.rental = nth<rental_id>(rental);
    made.agreed.when = {at(from), at(to)};
    return made;
  }

  /// In the order of `all_events`.
  static std::vector<entity_kind> kinds_with_events() {
    std::vector<entity_kind> kinds;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<entity_kind>>([&](auto each) {
      if (is_kept(each.value)) kinds.push_back(each.value);
    });
    return kinds;
  }

  memory_store store_;
  std::unique_ptr<journal> journal_;
  partition_lease lease_;
};

void ignored(std::int64_t, std::int64_t) {}

TEST_F(Reindex, reads_every_event_of_every_entity) {
  std::uint32_t n = 0;
  rentwave::testing::for_each_event_of_all([&](auto entity, auto event) {
    using variant = typename decltype(entity)::type;
    using alternative = typename decltype(event)::type;
    // All of one entity: what is read is each event by itself.
    const auto at = boost::mp11::mp_find<rentwave::testing::all_events, variant>::value;
    append(to_entity({kinds_with_events().at(at), to_string(nth<rental_id>(++n))}, 0,
                     {stored(n, variant{filled<alternative>()})}));
  });
  EXPECT_EQ(value(reindex(*journal_, ignored)).events, n);
}

TEST_F(Reindex, makes_the_rows_that_the_events_would_have_made) {
  session::event opened = filled<session::started>();
  const auto whose = std::get<session::started>(opened).account;
  append(to_entity(session_ref(nth<session_id>(1)), 0, {stored(1, opened)}));
  EXPECT_THAT(value(journal_->sessions(whose)), IsEmpty());
  EXPECT_EQ(value(reindex(*journal_, ignored)).events, 1);
  EXPECT_THAT(value(journal_->sessions(whose)), SizeIs(1));
}

TEST_F(Reindex, finds_bookings_that_overlap) {
  append(to_entity(listing_ref(nth<listing_id>(1)), 0,
                   {stored(1, booking(1, 0, 100)), stored(2, booking(2, 100, 200))}));
  EXPECT_THAT(value(value(reindex(*journal_, ignored)).overlaps), IsEmpty());
  append(to_entity(listing_ref(nth<listing_id>(1)), 2, {stored(3, booking(3, 199, 300))}));
  const auto found = value(value(reindex(*journal_, ignored)).overlaps);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].first, nth<rental_id>(2));
  EXPECT_EQ(found[0].second, nth<rental_id>(3));
}

TEST_F(Reindex, names_the_event_that_it_cannot_read) {
  append(to_entity(rental_n(1), 0, {event(1, 0, "rent.teleport")}));
  const auto failed = reindex(*journal_, ignored);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, journal_errc::corrupt);
  EXPECT_THAT(failed.error().detail, HasSubstr(to_string(rental_n(1)) + " version 1"));
  EXPECT_THAT(failed.error().detail, HasSubstr("rent.teleport"));
}

}  // namespace
}  // namespace rentwave::testing_journal
