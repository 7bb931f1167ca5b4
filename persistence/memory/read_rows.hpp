// The read models in memory: plain maps that are gone through from end to end. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "persistence/read_models.hpp"
#include "persistence/search_text.hpp"

namespace rentwave {

class memory_rows {
 public:
  void apply(const row_change& change);

  journal_result<listing_page> search(const listing_query& wanted) const;
  journal_result<page<rental_row>> rentals(const rental_query& wanted) const;
  journal_result<page<review_row>> reviews(const review_query& wanted) const;
  journal_result<page<wallet_entry>> wallet_entries(account_id account,
                                                    const page_request& wanted) const;
  std::vector<notice_row> notices(account_id account, std::int64_t after, int limit) const;
  std::vector<session_row> sessions(account_id account) const;
  std::vector<overlap> overlapping_reservations() const;
  /// What adverts show of it, if any does.
  std::optional<photo> shown(const photo_id& id) const;

 private:
  struct listing {
    listing_row row;
    std::vector<std::string> title;  ///< its words, without case and diacritics
    std::vector<std::string> words;  ///< all of them
    std::vector<std::string> traits;
  };

  void apply_one(const listing_row& row);
  void apply_one(const listing_removed& row);
  void apply_one(const listing_deactivated& row);
  void apply_one(const listing_rented& row);
  void apply_one(const listing_rated& row);
  void apply_one(const reservation_row& row);
  void apply_one(const reservation_handed_over& row);
  void apply_one(const reservation_moved& row);
  void apply_one(const reservation_released& row);
  void apply_one(const block_row& row);
  void apply_one(const block_removed& row);
  void apply_one(const rental_row& row);
  void apply_one(const rental_changed& row);
  void apply_one(const review_row& row);
  void apply_one(const wallet_entry& row);
  void apply_one(const notice_row& row);
  void apply_one(const session_row& row);
  void apply_one(const session_ended& row);
  void apply_one(const notices_cleared& row);
  void apply_one(const photo_row& row);
  void apply_one(const photo_row_removed& row);

  /// The words of a query, folded.
  struct sought_words {
    std::vector<std::string> words;
    bool last_is_prefix = false;

    explicit sought_words(const std::string& text);
    /// How many of the first `most` of them are among `in`.
    std::int64_t occurring(const std::vector<std::string>& in,
                           int most = static_cast<int>(max_search_words)) const;
  };

  bool fits(const listing& one, const listing_query& wanted, const sought_words& sought) const;
  bool is_free(listing_id id, const free_time& wanted) const;
  listing_row seen(const listing& one) const;
  static std::int64_t sort_key(const listing& one, const listing_query& wanted, listing_sort sort,
                               const sought_words& sought);

  std::map<listing_id, listing> listings_;
  std::map<listing_id, std::map<std::int64_t, photo>> photos_;  ///< by the event's version
  std::map<rental_id, reservation_row> reservations_;           ///< and blocks, under their own id
  std::map<rental_id, rental_row> rentals_;
  std::map<std::pair<rental_id, rental::party>, review_row> reviews_;
  std::map<account_id, std::map<std::int64_t, wallet_entry>> entries_;
  std::map<account_id, std::map<std::int64_t, notice_row>> notices_;
  std::map<session_id, account_id> sessions_;
};

}  // namespace rentwave
