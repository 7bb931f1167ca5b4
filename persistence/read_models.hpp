// Rows derived from events, for queries: what an append writes beside its events, and the questions
// that can be asked. A row is written by one entity's events only, in the transaction of those
// events.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/domain/entity.hpp"
#include "actors/domain/inbox.hpp"
#include "actors/domain/money.hpp"
#include "actors/domain/offer.hpp"
#include "actors/domain/photo.hpp"
#include "actors/domain/rating.hpp"
#include "actors/domain/rental.hpp"
#include "persistence/geography.hpp"
#include "persistence/journal_error.hpp"
#include "persistence/traits.hpp"

namespace rentwave {

// --- rows ---

/// An advert, as search shows it. Where there is a row of this id already it changes `active`,
/// `revision` and `content` only: an update of an advert knows nothing of the others.
struct listing_row {
  listing_id id;
  account_id owner;
  bool active = true;
  std::int64_t revision = 0;
  std::int64_t times_rented = 0;  ///< counted by `listing_rented`
  instant added_at;
  offer content;
  rating_total rating{};        ///< set by `listing_rated`
  std::vector<photo> photos{};  ///< in order; kept by `photo_row` and `photo_row_removed`
};
/// Its blocks and photos go with it.
struct listing_removed {
  listing_id id;
};
struct listing_deactivated {
  listing_id id;
  std::int64_t revision = 0;
};
struct listing_rented {
  listing_id id;
};
struct listing_rated {
  listing_id id;
  rating_total rating;  ///< all that its renters gave so far
};

/// An open booking: for the search of what is free, and for checks that no two of a listing
/// overlap.
struct reservation_row {
  listing_id listing;
  rental_id rental;
  period when;
  bool out = false;  ///< the renter has the item: when it is late, it is not free now
};
struct reservation_handed_over {
  rental_id rental;
};
struct reservation_moved {
  rental_id rental;
  instant ends_at;
};
struct reservation_released {
  rental_id rental;
};

/// A block of the owner's; stands among the reservations, under its own id.
struct block_row {
  listing_id listing;
  block_id id;
  period when;
};
struct block_removed {
  block_id id;
};

/// That an advert shows a photo: for its lists, and for what may be read and swept of the bytes.
struct photo_row {
  listing_id listing;
  std::int64_t version = 0;  ///< of the listing's event: photos stand in the order of these
  photo what;
};
struct photo_row_removed {
  listing_id listing;
  photo_id photo;
};

/// A rental as its parties' lists show it.
struct rental_row {
  rental_id id;
  listing_id listing;
  account_id renter;
  std::optional<account_id> owner;  ///< known once the listing agreed
  std::string title;
  item_kind kind{};
  rental::status status{};
  period when;
  money rent;
  money deposit;
  money late_fees;
  instant requested_at;
};
/// What is absent stays as it was.
struct rental_changed {
  rental_id id{};
  std::optional<rental::status> status{};
  std::optional<account_id> owner{};
  std::optional<std::string> title{};
  std::optional<item_kind> kind{};
  std::optional<instant> ends_at{};
  std::optional<money> rent{};
  std::optional<money> deposit{};
  money further_rent{};      ///< added to the rent
  money further_late_fee{};  ///< added to the late fees
};

/// What one side of a rental wrote. The renter's is about the advert, too.
struct review_row {
  rental_id rental;
  rental::party by{};
  account_id author;
  account_id about;  ///< the other side
  listing_id listing;
  int rating = 0;
  std::string text;
  instant at;
};

/// A line of a wallet's statement.
struct wallet_entry {
  account_id account;
  std::int64_t version = 0;  ///< of the wallet's event
  std::string type;          ///< of the event, for example "wallet.top-up"
  money amount;              ///< how the balance changed; negative when it sank
  money balance;             ///< afterwards
  std::optional<rental_id> rental;
  instant time;
};

struct notice_row {
  account_id account;
  std::int64_t cursor = 0;
  inbox::notice what;
};

/// The person has left: none of their notices stays.
struct notices_cleared {
  account_id account;
};

struct session_row {
  session_id id;
  account_id account;
};
struct session_ended {
  session_id id;
};

using row_change =
    std::variant<listing_row, listing_removed, listing_deactivated, listing_rented, reservation_row,
                 reservation_handed_over, reservation_moved, reservation_released, block_row,
                 block_removed, rental_row, rental_changed, wallet_entry, notice_row, session_row,
                 session_ended, listing_rated, review_row, notices_cleared, photo_row,
                 photo_row_removed>;

// --- questions ---

/// One page; `next` is the cursor of the following one, opaque to all but the journal that made it.
template <class Row>
struct page {
  std::vector<Row> items;
  std::optional<std::string> next;
};

struct page_request {
  int limit = 20;  ///< 1 to 100
  std::optional<std::string> cursor{};
};

/// The order of a search. What a row is sorted by depends on that row and the query alone, never on
/// what other adverts there are: only so can pages go on while adverts are written.
/// - relevance: by how many of the query's words occur in the title (the last one as a prefix where
///   the query takes it so; a word that was given twice counts twice), most first; of equally many
///   the newest first
/// - price: per day, lowest first; price_descending: highest first
/// - newest: by `added_at`, latest first
/// - times_rented: most first
/// - rating: best first, of equal averages (as they are seen) the one of more reviews; then those
///   without
/// - distance: nearest first, in whole metres
/// What is left equal is in some order that stays the same.
enum class listing_sort {
  relevance,
  price,
  price_descending,
  newest,
  times_rented,
  rating,
  distance
};
BOOST_DESCRIBE_ENUM(listing_sort, relevance, price, price_descending, newest, times_rented, rating,
                    distance)

/// At least so many of it; adverts of another kind have none of it.
struct at_least {
  measure what{};
  int count = 0;
};

/// Free from start to end, as the listings themselves would say at `now` (`listing::is_free`), but
/// for what is under way to them.
struct free_time {
  period when;
  instant now;  ///< domain time
};

/// Everything that is set must hold.
struct listing_query {
  /// Each must occur in title, description or the item's own texts, whatever case and diacritics;
  /// the last as a prefix, unless it is a single character (`is_prefix`). Empty: any.
  std::string words{};
  std::optional<item_kind> kind{};
  std::optional<money> min_price{};  ///< per day, an hourly price times 24
  std::optional<money> max_price{};
  std::optional<std::string> isbn{};
  std::optional<account_id> owner{};
  /// The average as it is seen, in hundredths of a star; whoever has no review has none.
  std::optional<std::int64_t> min_rating_hundredths{};
  std::vector<std::string> traits{};  ///< as `trait_of` makes them
  std::vector<at_least> least{};
  std::int64_t min_times_rented = 0;
  std::optional<circle> near{};
  std::optional<free_time> free{};
  bool only_active = true;
  /// `relevance` needs words, and `distance` needs `near`, else they mean newest.
  listing_sort sort = listing_sort::newest;
  page_request page{};
};

/// The order that the query comes to.
inline listing_sort effective_sort(const listing_query& wanted, bool has_words) {
  const bool cannot = (wanted.sort == listing_sort::relevance && !has_words) ||
                      (wanted.sort == listing_sort::distance && !wanted.near);
  return cannot ? listing_sort::newest : wanted.sort;
}

struct listing_page : page<listing_row> {
  std::int64_t total = 0;  ///< exact up to `counted_exactly`
  bool total_is_more = false;
};
inline constexpr std::int64_t counted_exactly = 1000;

struct rental_query {
  account_id account{};
  bool as_renter = true;
  bool as_owner = true;
  std::optional<rental::status> status{};
  page_request page{};  ///< newest request first
};

struct review_query {
  /// An advert: what its renters wrote. A person: what the other side of their rentals wrote.
  std::variant<listing_id, account_id> about;
  page_request page{};  ///< newest first
};

/// Two entries of one calendar; a block stands there with its id.
struct overlap {
  listing_id listing;
  rental_id first;
  rental_id second;
};

/// Asked on any connection of a journal; consistent with its events at some moment of the call.
class read_models {
 public:
  virtual ~read_models() = default;

  virtual journal_result<listing_page> search(const listing_query& wanted) = 0;
  virtual journal_result<page<rental_row>> rentals(const rental_query& wanted) = 0;
  virtual journal_result<page<review_row>> reviews(const review_query& wanted) = 0;
  /// Newest first.
  virtual journal_result<page<wallet_entry>> wallet_entries(account_id account,
                                                            const page_request& wanted) = 0;
  /// Oldest first, those with a cursor greater than `after`.
  virtual journal_result<std::vector<notice_row>> notices(account_id account, std::int64_t after,
                                                          int limit) = 0;
  /// Open sessions.
  virtual journal_result<std::vector<session_row>> sessions(account_id account) = 0;
  /// Pairs of open bookings and blocks of one listing that overlap: always empty, unless we have a
  /// bug.
  virtual journal_result<std::vector<overlap>> overlapping_reservations() = 0;
};

}  // namespace rentwave
