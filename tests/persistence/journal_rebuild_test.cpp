#include <gmock/gmock.h>

#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

session_row session_no(std::uint32_t n) {
  return {nth<session_id>(n), anna};
}

/// Session n opens with command n and ends with command 100 + n.
journal_result<std::vector<row_change>> as_sessions(const stored_event& event) {
  const std::uint32_t n = event.command.value.data[15];
  if (n < 100) return std::vector<row_change>{session_no(n)};
  return std::vector<row_change>{session_ended{nth<session_id>(n - 100)}};
}

std::vector<session_id> open_sessions(journal& in) {
  std::vector<session_id> found;
  for (const auto& row : value(in.sessions(anna))) found.push_back(row.id);
  return found;
}

void ignored(std::int64_t, std::int64_t) {}

listing_row advert(std::uint32_t n, const std::string& title) {
  listing_row row;
  row.id = nth<listing_id>(n);
  row.owner = anna;
  row.content.title = title;
  row.content.item = book_details{"9780441013593", title, "Frank Herbert"};
  row.added_at = at(n);
  return row;
}

TEST_P(Journal, makes_the_rows_anew_from_all_events_in_order) {
  // Rows that no event accounts for, and events without their rows.
  write({session_no(50), advert(1, "Gone")});
  append({to_entity(rental_n(1), 0, {event(1), event(2)})});
  append({to_entity(rental_n(2), 0, {event(3)}), to_entity(rental_n(1), 2, {event(101)})});
  std::int64_t last = 0;
  value(journal_->rebuild_rows(as_sessions, [&](std::int64_t at, std::int64_t latest) {
    EXPECT_LE(at, latest);
    last = at;
  }));
  EXPECT_EQ(last, value(journal_->read_log(1, 0, 10)).back().sequence);
  EXPECT_THAT(open_sessions(*journal_), ElementsAre(nth<session_id>(2), nth<session_id>(3)));
  EXPECT_THAT(value(journal_->search({})).items, IsEmpty());
  EXPECT_THAT(value(journal_->search({.words = "gone"})).items, IsEmpty());
  // The journal goes on as before, and so do the rows.
  auto next = to_entity(rental_n(2), 1, {event(103)});
  next.rows = {session_ended{nth<session_id>(3)}};
  append({next});
  EXPECT_THAT(open_sessions(*journal_), ElementsAre(nth<session_id>(2)));
}

TEST_P(Journal, finds_adverts_by_their_words_after_a_rebuild) {
  append({to_entity(rental_n(1), 0, {event(1)})});
  const auto as_advert = [](const stored_event&) -> journal_result<std::vector<row_change>> {
    return std::vector<row_change>{advert(7, "Dune")};
  };
  for (int i = 0; i < 2; ++i) {
    value(journal_->rebuild_rows(as_advert, ignored));
    EXPECT_THAT(value(journal_->search({.words = "dune"})).items, SizeIs(1));
  }
}

TEST_P(Journal, leaves_the_rows_as_they_are_when_a_rebuild_fails) {
  write({session_no(50)});
  append({to_entity(rental_n(1), 0, {event(1), event(2)})});
  const auto second_fails =
      [](const stored_event& event) -> journal_result<std::vector<row_change>> {
    if (event.version == 2) return journal_error{journal_errc::corrupt, "planted"};
    return as_sessions(event);
  };
  EXPECT_EQ(failure(journal_->rebuild_rows(second_fails, ignored)), journal_errc::corrupt);
  EXPECT_THAT(open_sessions(*journal_), ElementsAre(nth<session_id>(50)));
  value(journal_->rebuild_rows(as_sessions, ignored));
  EXPECT_THAT(open_sessions(*journal_), ElementsAre(nth<session_id>(1), nth<session_id>(2)));
}

TEST_P(Journal, makes_the_rows_of_more_events_than_a_page_has) {
  constexpr std::uint32_t count = 2'500;
  std::vector<new_event> many;
  for (std::uint32_t n = 0; n < count; ++n) many.push_back(event(n));
  append({to_entity(rental_n(1), 0, std::move(many))});
  std::int64_t seen = 0;
  value(journal_->rebuild_rows(
      [&](const stored_event& event) -> journal_result<std::vector<row_change>> {
        EXPECT_EQ(event.version, ++seen);
        return std::vector<row_change>{};
      },
      ignored));
  EXPECT_EQ(seen, count);
}

}  // namespace
}  // namespace rentwave::testing_journal
