#include <algorithm>

#include "persistence/paging.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"

namespace rentwave::postgres {
namespace {

using paging::finish;
using paging::rental_list;
using paging::review_list;
using paging::start_of;
using paging::wallet_list;

/// The rentals of one side.
std::string one_side(const char* side, const char* also) {
  return std::string{
             "(SELECT id, listing, renter, owner, title, kind, status,"
             " starts_at, ends_at, rent, deposit, late_fees, requested_at FROM rentals"
             " WHERE "} +
         side + " = $1 AND ($2::text IS NULL OR status = $2) AND (requested_at, id) <" +
         " ($3, $4)" + also + " ORDER BY requested_at DESC, id DESC LIMIT $5)";
}

}  // namespace

journal_result<page<rental_row>> postgres_journal::rentals(const rental_query& wanted) {
  return guarded(purpose::reading, [&]() -> journal_result<page<rental_row>> {
    const auto from = start_of(wanted.page, rental_list);
    if (!from) return from.error();
    page<rental_row> found;
    if (!wanted.as_renter && !wanted.as_owner) return found;
    std::string sql = wanted.as_renter ? one_side("renter", "") : one_side("owner", "");
    if (wanted.as_renter && wanted.as_owner)
      sql += " UNION ALL " + one_side("owner", " AND renter <> $1") +
             " ORDER BY requested_at DESC, id DESC LIMIT $5";
    const int limit = std::clamp(wanted.page.limit, 1, 100);
    auto stored = db_.query(sql, wanted.account, wanted.status, from->key, from->id, limit + 1);
    while (stored.next()) {
      auto& row = found.items.emplace_back();
      stored.read(row.id, row.listing, row.renter, row.owner, row.title, row.kind, row.status,
                  row.when.start, row.when.end, row.rent, row.deposit, row.late_fees,
                  row.requested_at);
    }
    finish(found, limit);
    return found;
  });
}

journal_result<page<review_row>> postgres_journal::reviews(const review_query& wanted) {
  return guarded(purpose::reading, [&]() -> journal_result<page<review_row>> {
    const auto from = start_of(wanted.page, review_list);
    if (!from) return from.error();
    page<review_row> found;
    const auto* advert = std::get_if<listing_id>(&wanted.about);
    const auto about = advert ? advert->value : std::get<account_id>(wanted.about).value;
    const int limit = std::clamp(wanted.page.limit, 1, 100);
    auto stored =
        db_.query(std::string{"SELECT rental, side, author, about, listing, rating, text, time"
                              " FROM reviews WHERE "} +
                      (advert ? "listing = $1 AND side = 'renter'" : "about = $1") +
                      " AND (time, rental) < ($2, $3) ORDER BY time DESC, rental DESC LIMIT $4",
                  about, from->key, from->id, limit + 1);
    while (stored.next()) {
      auto& row = found.items.emplace_back();
      stored.read(row.rental, row.by, row.author, row.about, row.listing, row.rating, row.text,
                  row.at);
    }
    finish(found, limit);
    return found;
  });
}

journal_result<page<wallet_entry>> postgres_journal::wallet_entries(account_id account,
                                                                    const page_request& wanted) {
  return guarded(purpose::reading, [&]() -> journal_result<page<wallet_entry>> {
    const auto from = start_of(wanted, wallet_list);
    if (!from) return from.error();
    page<wallet_entry> found;
    const int limit = std::clamp(wanted.limit, 1, 100);
    auto stored = db_.query(
        "SELECT account, version, type, amount, balance, rental, time"
        " FROM wallet_entries WHERE account = $1 AND version < $2"
        " ORDER BY version DESC LIMIT $3",
        account, from->key, limit + 1);
    while (stored.next()) {
      auto& row = found.items.emplace_back();
      stored.read(row.account, row.version, row.type, row.amount, row.balance, row.rental,
                  row.time);
    }
    finish(found, limit);
    return found;
  });
}

journal_result<std::vector<notice_row>> postgres_journal::notices(account_id account,
                                                                  std::int64_t after, int limit) {
  return guarded(purpose::reading, [&]() -> journal_result<std::vector<notice_row>> {
    auto stored = db_.query(
        "SELECT account, cursor, type, time, text, listing, rental, isbn, alternatives"
        " FROM notices WHERE account = $1 AND cursor > $2 ORDER BY cursor LIMIT $3",
        account, after, std::max(limit, 0));
    std::vector<notice_row> found;
    while (stored.next()) {
      auto& row = found.emplace_back();
      auto& what = row.what;
      stored.read(row.account, row.cursor, what.type, what.time, what.text, what.listing,
                  what.rental, what.isbn, what.alternatives);
    }
    return found;
  });
}

journal_result<std::vector<session_row>> postgres_journal::sessions(account_id account) {
  return guarded(purpose::reading, [&]() -> journal_result<std::vector<session_row>> {
    auto stored =
        db_.query("SELECT id, account FROM sessions WHERE account = $1 ORDER BY id", account);
    std::vector<session_row> found;
    while (stored.next()) {
      auto& row = found.emplace_back();
      stored.read(row.id, row.account);
    }
    return found;
  });
}

journal_result<std::vector<overlap>> postgres_journal::overlapping_reservations() {
  return guarded(purpose::reading, [&]() -> journal_result<std::vector<overlap>> {
    transaction whole(db_, long_statement);
    auto stored = db_.query(
        "SELECT a.listing, a.rental, b.rental FROM reservations a"
        " JOIN reservations b ON a.listing = b.listing"
        " AND (a.starts_at, a.rental) < (b.starts_at, b.rental)"
        " AND b.starts_at < a.ends_at AND a.starts_at < b.ends_at"
        " ORDER BY a.listing, a.starts_at, a.rental, b.starts_at, b.rental");
    std::vector<overlap> found;
    while (stored.next()) {
      auto& pair = found.emplace_back();
      stored.read(pair.listing, pair.first, pair.second);
    }
    whole.commit();
    return found;
  });
}

}  // namespace rentwave::postgres
