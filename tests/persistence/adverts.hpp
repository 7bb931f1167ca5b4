// Adverts to search for, and what a search finds.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {

/// A book advert; day `n` at `n` cents.
inline listing_row a_book(std::uint32_t n, std::string title, std::string description = "") {
  listing_row row;
  row.id = nth<listing_id>(n);
  row.owner = anna;
  row.revision = 1;
  row.added_at = at(n);
  auto& content = row.content;
  content.title = std::move(title);
  content.description = std::move(description);
  content.terms.price = {{n}, time_unit::day};
  content.terms.late_fee = {{n * 2}, time_unit::hour};
  content.terms.grace = std::chrono::minutes{20};
  content.min_duration = one_hour;
  content.max_duration = one_day;
  content.where = {"Berlin", "DE", 52.5, 13.4, "Europe/Berlin"};
  content.item = book_details{"9780441172719", "Dune", "Frank Herbert"};
  return row;
}

inline listing_row a_car(std::uint32_t n, std::string title) {
  auto row = a_book(n, std::move(title));
  row.content.item =
      vehicle_details{"van", "Volkswagen", "Transporter", 2015, 6, 900, "manual", "diesel"};
  return row;
}

inline listing_row a_room(std::uint32_t n, std::string title) {
  auto row = a_book(n, std::move(title));
  row.content.item = room_details{2, 1, 1, {"Fireplace", "Wi-Fi"}};
  return row;
}

class Search : public Journal {
 protected:
  /// The adverts' numbers, in the order found.
  std::vector<int> found(listing_query wanted) {
    std::vector<int> numbers;
    for (const auto& row : value(journal_->search(wanted)).items)
      numbers.push_back(row.id.value.data[15] + 256 * row.id.value.data[14]);
    return numbers;
  }
  std::vector<int> by_words(std::string words) { return found({.words = std::move(words)}); }
};

}  // namespace rentwave::testing_journal
