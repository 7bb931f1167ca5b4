#include <gmock/gmock.h>

#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

rental_id rental_no(std::uint32_t n) {
  return nth<rental_id>(n);
}

rental_row rental(std::uint32_t n, account_id renter, std::optional<account_id> owner,
                  std::int64_t requested_s) {
  rental_row row;
  row.id = rental_no(n);
  row.listing = nth<listing_id>(n);
  row.renter = renter;
  row.owner = owner;
  row.title = "Dune";
  row.kind = item_kind::vehicle;
  row.status = rental::status::pending;
  row.when = {at(100), at(200)};
  row.rent = {1000};
  row.deposit = {500};
  row.late_fees = {0};
  row.requested_at = at(requested_s);
  return row;
}

std::vector<rental_id> ids(const std::vector<rental_row>& rows) {
  std::vector<rental_id> found;
  for (const auto& row : rows) found.push_back(row.id);
  return found;
}

// --- rentals ---

TEST_P(Journal, gives_rentals_back_as_written) {
  write({rental(1, anna, bert, 5)});
  const auto found = value(journal_->rentals({.account = anna})).items;
  ASSERT_THAT(found, SizeIs(1));
  const auto& row = found[0];
  EXPECT_EQ(row.listing, nth<listing_id>(1));
  EXPECT_EQ(row.renter, anna);
  EXPECT_EQ(row.owner, bert);
  EXPECT_EQ(row.title, "Dune");
  EXPECT_EQ(row.kind, item_kind::vehicle);
  EXPECT_EQ(row.status, rental::status::pending);
  EXPECT_EQ(row.when, (period{at(100), at(200)}));
  EXPECT_EQ(row.rent, money{1000});
  EXPECT_EQ(row.deposit, money{500});
  EXPECT_EQ(row.requested_at, at(5));
}

TEST_P(Journal, changes_of_a_rental_only_what_is_named) {
  write({rental(1, anna, std::nullopt, 5)});
  rental_changed agreed;
  agreed.id = rental_no(1);
  agreed.owner = bert;
  agreed.title = "Dune, second edition";
  agreed.kind = item_kind::book;
  agreed.rent = money{2000};
  agreed.deposit = money{600};
  rental_changed later;
  later.id = rental_no(1);
  later.status = rental::status::late;
  later.ends_at = at(300);
  later.further_rent = {50};
  later.further_late_fee = {70};
  write({agreed, later, later});
  const auto row = value(journal_->rentals({.account = bert})).items.at(0);
  EXPECT_EQ(row.title, "Dune, second edition");
  EXPECT_EQ(row.kind, item_kind::book);
  EXPECT_EQ(row.status, rental::status::late);
  EXPECT_EQ(row.when, (period{at(100), at(300)}));
  EXPECT_EQ(row.rent, money{2100});
  EXPECT_EQ(row.deposit, money{600});
  EXPECT_EQ(row.late_fees, money{140});
  EXPECT_EQ(row.renter, anna);
}

TEST_P(Journal, lists_rentals_by_side_and_status) {
  auto done = rental(3, anna, bert, 3);
  done.status = rental::status::completed;
  write({rental(1, anna, bert, 1), rental(2, bert, anna, 2), done, rental(4, bert, bert, 4)});
  const auto of = [&](const rental_query& wanted) {
    return ids(value(journal_->rentals(wanted)).items);
  };
  EXPECT_THAT(of({.account = anna}), ElementsAre(rental_no(3), rental_no(2), rental_no(1)));
  EXPECT_THAT(of({.account = anna, .as_owner = false}), ElementsAre(rental_no(3), rental_no(1)));
  EXPECT_THAT(of({.account = anna, .as_renter = false}), ElementsAre(rental_no(2)));
  EXPECT_THAT(of({.account = anna, .as_renter = false, .as_owner = false}), IsEmpty());
  EXPECT_THAT(of({.account = anna, .status = rental::status::pending}),
              ElementsAre(rental_no(2), rental_no(1)));
  EXPECT_THAT(of({.account = bert, .status = rental::status::completed}),
              ElementsAre(rental_no(3)));
  EXPECT_THAT(of({.account = bert}),
              ElementsAre(rental_no(4), rental_no(3), rental_no(2), rental_no(1)))
      << "who is both sides sees it once";
  EXPECT_THAT(of({.account = nth<account_id>(9)}), IsEmpty());
}

TEST_P(Journal, pages_rentals_without_gap_or_repeat_even_at_one_time) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 0; n < 25; ++n)
    rows.emplace_back(n % 2 ? rental(n, anna, bert, n / 5) : rental(n, bert, anna, n / 5));
  write(std::move(rows));
  rental_query wanted{.account = anna, .page = {.limit = 4}};
  std::vector<rental_row> all;
  for (int pages = 1;; ++pages) {
    const auto found = value(journal_->rentals(wanted));
    all.insert(all.end(), found.items.begin(), found.items.end());
    if (!found.next) {
      EXPECT_EQ(pages, 7);  // 25 in fours
      break;
    }
    ASSERT_LT(pages, 7);
    wanted.page.cursor = found.next;
  }
  ASSERT_THAT(all, SizeIs(25));
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_GE(all[i - 1].requested_at, all[i].requested_at);
    EXPECT_NE(all[i - 1].id, all[i].id);
  }
  std::ranges::sort(all, {}, &rental_row::id);
  for (std::uint32_t n = 0; n < 25; ++n) EXPECT_EQ(all[n].id, rental_no(n));
}

// --- wallet ---

TEST_P(Journal, pages_wallet_entries_newest_first) {
  std::vector<row_change> rows;
  for (std::int64_t version = 1; version <= 5; ++version)
    rows.emplace_back(wallet_entry{anna,
                                   version * 2,
                                   "wallet.top-up",
                                   {-version},
                                   {version * 100},
                                   version == 5 ? std::optional{rental_no(7)} : std::nullopt,
                                   at(version)});
  rows.emplace_back(wallet_entry{bert, 1, "wallet.pay", {1}, {1}, {}, at(0)});
  write(std::move(rows));
  const auto first = value(journal_->wallet_entries(anna, {.limit = 3}));
  ASSERT_THAT(first.items, SizeIs(3));
  EXPECT_EQ(first.items[0].version, 10);
  EXPECT_EQ(first.items[0].type, "wallet.top-up");
  EXPECT_EQ(first.items[0].amount, money{-5});
  EXPECT_EQ(first.items[0].balance, money{500});
  EXPECT_EQ(first.items[0].rental, rental_no(7));
  EXPECT_EQ(first.items[0].time, at(5));
  EXPECT_EQ(first.items[2].version, 6);
  EXPECT_EQ(first.items[2].rental, std::nullopt);
  ASSERT_TRUE(first.next);
  const auto rest = value(journal_->wallet_entries(anna, {.limit = 3, .cursor = first.next}));
  ASSERT_THAT(rest.items, SizeIs(2));
  EXPECT_EQ(rest.items[1].version, 2);
  EXPECT_FALSE(rest.next);
}

// --- notices ---

TEST_P(Journal, gives_notices_after_a_cursor_oldest_first) {
  std::vector<row_change> rows;
  for (std::int64_t cursor = 1; cursor <= 4; ++cursor)
    rows.emplace_back(notice_row{anna,
                                 cursor,
                                 {"rent.book", at(cursor), "Rented: \xC3\x89mile",
                                  nth<listing_id>(1), std::nullopt, "978"}});
  rows.emplace_back(notice_row{bert, 1, {"x", at(1), "", {}, rental_no(3), {}, "isbn=978"}});
  write(std::move(rows));
  const auto found = value(journal_->notices(anna, 1, 2));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].account, anna);
  EXPECT_EQ(found[0].cursor, 2);
  EXPECT_EQ(found[1].cursor, 3);
  EXPECT_EQ(found[0].what, (inbox::notice{"rent.book", at(2), "Rented: \xC3\x89mile",
                                          nth<listing_id>(1), std::nullopt, "978", std::nullopt}));
  EXPECT_THAT(value(journal_->notices(anna, 4, 9)), IsEmpty());
  EXPECT_EQ(value(journal_->notices(bert, 0, 9)).at(0).what.rental, rental_no(3));
  EXPECT_EQ(value(journal_->notices(bert, 0, 9)).at(0).what.alternatives, "isbn=978");
}

TEST_P(Journal, clears_the_notices_of_one_account_alone) {
  for (const auto whom : {anna, bert})
    write({notice_row{whom, 1, {"x", at(1), "", {}, {}, {}}},
           notice_row{whom, 2, {"x", at(2), "", {}, {}, {}}}});
  write({notices_cleared{anna}});
  EXPECT_THAT(value(journal_->notices(anna, 0, 9)), IsEmpty());
  EXPECT_THAT(value(journal_->notices(bert, 0, 9)), SizeIs(2));
  write({notices_cleared{anna}});  // nothing is there to be cleared
}

// --- sessions ---

TEST_P(Journal, lists_open_sessions_of_an_account) {
  write({session_row{nth<session_id>(1), anna}, session_row{nth<session_id>(2), anna},
         session_row{nth<session_id>(3), bert}});
  write({session_ended{nth<session_id>(1)}, session_ended{nth<session_id>(8)}});
  const auto found = value(journal_->sessions(anna));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].id, nth<session_id>(2));
  EXPECT_EQ(found[0].account, anna);
}

// --- reservations ---

class Reservations : public Journal {
 protected:
  void book(std::uint32_t listing, std::uint32_t rental, std::int64_t from, std::int64_t to) {
    write({reservation_row{nth<listing_id>(listing), rental_no(rental), {at(from), at(to)}}});
  }
  std::vector<std::pair<rental_id, rental_id>> overlaps() {
    std::vector<std::pair<rental_id, rental_id>> pairs;
    for (const auto& found : value(journal_->overlapping_reservations()))
      pairs.emplace_back(found.first, found.second);
    return pairs;
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Reservations, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Reservations, that_touch_do_not_overlap) {
  book(1, 1, 0, 10);
  book(1, 2, 10, 20);
  book(2, 3, 0, 20);
  EXPECT_THAT(overlaps(), IsEmpty());
}

TEST_P(Reservations, that_overlap_are_found_the_earlier_first) {
  book(1, 3, 0, 10);
  book(1, 2, 9, 20);
  book(1, 1, 15, 16);
  book(2, 4, 0, 20);
  EXPECT_THAT(overlaps(), ElementsAre(std::pair{rental_no(3), rental_no(2)},
                                      std::pair{rental_no(2), rental_no(1)}));
  EXPECT_EQ(value(journal_->overlapping_reservations()).at(0).listing, nth<listing_id>(1));
}

TEST_P(Reservations, move_and_go) {
  book(1, 1, 0, 10);
  book(1, 2, 20, 30);
  write({reservation_moved{rental_no(1), at(25)}});
  EXPECT_THAT(overlaps(), SizeIs(1));
  write({reservation_released{rental_no(1)}});
  EXPECT_THAT(overlaps(), IsEmpty());
  book(1, 2, 40, 50);
  book(1, 1, 20, 30);
  EXPECT_THAT(overlaps(), IsEmpty()) << "a rental has one booking";
}

TEST_P(Journal, takes_changes_of_rows_that_are_not_there) {
  write({listing_removed{nth<listing_id>(1)}, listing_deactivated{nth<listing_id>(1), 2},
         listing_rented{nth<listing_id>(1)}, listing_rated{nth<listing_id>(1), {5, 1}},
         reservation_moved{rental_no(1), at(1)}, reservation_released{rental_no(1)},
         reservation_handed_over{rental_no(1)}, block_removed{nth<block_id>(1)},
         rental_changed{.id = rental_no(1)}});
  EXPECT_THAT(value(journal_->rentals({.account = anna})).items, IsEmpty());
}

TEST_P(Journal, refuses_cursors_that_it_never_gave_out) {
  write({rental(1, anna, bert, 1), rental(2, anna, bert, 2)});
  const auto good = value(journal_->rentals({.account = anna, .page = {.limit = 1}})).next;
  ASSERT_TRUE(good);
  auto damaged = *good;
  damaged[3] = damaged[3] == 'A' ? 'B' : 'A';
  for (const std::string& cursor :
       {std::string{}, std::string{"x"}, std::string(39, '!'), damaged}) {
    EXPECT_EQ(failure(journal_->rentals({.account = anna, .page = {.limit = 1, .cursor = cursor}})),
              journal_errc::bad_cursor)
        << cursor;
    EXPECT_EQ(failure(journal_->wallet_entries(anna, {.limit = 1, .cursor = cursor})),
              journal_errc::bad_cursor)
        << cursor;
  }
  EXPECT_EQ(failure(journal_->wallet_entries(anna, {.limit = 1, .cursor = good})),
            journal_errc::bad_cursor)
      << "of another list";
}

}  // namespace
}  // namespace rentwave::testing_journal
