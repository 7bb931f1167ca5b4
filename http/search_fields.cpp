#include "http/search_fields.hpp"

#include <cmath>

#include "actors/domain/isbn.hpp"
#include "http/offers.hpp"

namespace rentwave::http {
namespace {

/// Prices compare per day, so an hourly one counts 24 times.
constexpr integer_range price_range{0, max_amount.cents * 24};
constexpr integer_range rental_counts{0, 1'000'000'000};

std::optional<money> price_limit(query_reader& query, std::string_view name) {
  const auto cents = query.integer(name, price_range);
  return cents ? std::optional{money{*cents}} : std::nullopt;
}

// --- what only one kind has ---

struct kind_trait {
  const char* name;
  item_kind kind;
  trait what;
  std::size_t longest;
};
constexpr kind_trait kind_traits[] = {
    {"author", item_kind::book, trait::author, max_book_text},
    {"type", item_kind::vehicle, trait::type, max_vehicle_text},
    {"make", item_kind::vehicle, trait::make, max_vehicle_text},
    {"model", item_kind::vehicle, trait::model, max_vehicle_text},
    {"transmission", item_kind::vehicle, trait::transmission, max_vehicle_text},
    {"fuel", item_kind::vehicle, trait::fuel, max_vehicle_text},
};

struct kind_measure {
  const char* name;
  item_kind kind;
  measure what;
  integer_range range;
};
constexpr kind_measure kind_measures[] = {
    {"seats_min", item_kind::vehicle, measure::seats, {0, seat_counts.max}},
    {"boot_litres_min", item_kind::vehicle, measure::boot_litres, {0, boot_sizes.max}},
    {"year_min", item_kind::vehicle, measure::year, {0, model_years.max}},
    {"guests_min", item_kind::room, measure::guests, {0, guest_counts.max}},
    {"beds_min", item_kind::room, measure::beds, {0, bed_counts.max}},
    {"bathrooms_min", item_kind::room, measure::bathrooms, {0, bathroom_counts.max}},
};

/// The search is for this kind, or the filter is refused.
void imply(query_reader& query, listing_query& wanted, const char* filter, item_kind kind) {
  if (!wanted.kind) wanted.kind = kind;
  if (wanted.kind == kind) return;
  query.refuse(filter, "unexpected",
               "Only a " + std::string{name_of(kind)} + " has it, and the search is for a " +
                   std::string{name_of(*wanted.kind)} + ".");
}

void read_details(query_reader& query, listing_query& wanted) {
  if (const auto text = query.text("isbn")) {
    wanted.isbn = normalise_isbn(*text);
    if (!wanted.isbn) query.refuse("isbn", "check_digit", "It is no ISBN.");
    imply(query, wanted, "isbn", item_kind::book);
  }
  for (const auto& each : kind_traits)
    if (const auto text = query.text(each.name, {.max = each.longest})) {
      wanted.traits.push_back(trait_of(each.what, *text));
      imply(query, wanted, each.name, each.kind);
    }
  for (const auto& each : kind_measures)
    if (const auto count = query.integer(each.name, each.range)) {
      wanted.least.push_back({each.what, static_cast<int>(*count)});
      imply(query, wanted, each.name, each.kind);
    }
  for (const auto& text : query.texts("amenities", max_wanted_amenities, {.max = max_amenity})) {
    wanted.traits.push_back(trait_of(trait::amenity, text));
    imply(query, wanted, "amenities", item_kind::room);
  }
}

// --- where and when ---

void read_place(query_reader& query, listing_query& wanted) {
  if (const auto city = query.text("city", {.max = max_place_name}))
    wanted.traits.push_back(trait_of(trait::city, *city));
  const auto near = query.numbers("near", {latitudes, longitudes});
  const auto radius = query.number("radius_km", radii_km);
  if (radius && !near) query.refuse("radius_km", "unexpected", "It needs near.");
  if (near)
    wanted.near = circle{{near->front(), near->back()},
                         std::llround(radius.value_or(default_radius_km) * 1000)};
}

void read_free_time(query_reader& query, listing_query& wanted, instant now) {
  const auto from = query.instant("free_from");
  const auto to = query.instant("free_to");
  if (from && !to) query.refuse("free_to", "required", "free_from and free_to go together.");
  if (!to) return;
  const period when{from.value_or(now), *to};
  if (when.end <= when.start)
    query.refuse("free_to", "range", "It must be later than free_from.");
  else if (when.length() > longest_free_time)
    query.refuse("free_to", "range", "It must be at most 366 days after free_from.");
  else
    wanted.free = free_time{when, now};
}

std::optional<listing_sort> read_sort(query_reader& query, const listing_query& wanted) {
  const auto word = query.word(
      "sort", {"relevance", "price", "-price", "newest", "times_rented", "rating", "distance"});
  if (word == "distance" && !wanted.near)
    query.refuse("sort", "unexpected", "distance needs near.");
  if (word == "-price") return listing_sort::price_descending;
  return named<listing_sort>(word);
}

}  // namespace

listing_query read_search(query_reader& query, instant now) {
  listing_query wanted;
  wanted.words = query.text("q", {.min = 0}).value_or("");
  wanted.kind = query.choice<item_kind>("kind");
  wanted.min_price = price_limit(query, "min_price");
  wanted.max_price = price_limit(query, "max_price");
  if (wanted.min_price && wanted.max_price && *wanted.max_price < *wanted.min_price)
    query.refuse("max_price", "range", "It must not be below min_price.");
  // As averages are shown: with two decimals.
  if (const auto least = query.number("min_rating", {1, 5}))
    wanted.min_rating_hundredths = std::llround(*least * 100);
  wanted.owner = query.id<account_id>("owner");
  wanted.min_times_rented = query.integer("min_times_rented", rental_counts).value_or(0);
  read_details(query, wanted);
  read_place(query, wanted);
  read_free_time(query, wanted, now);
  const auto otherwise = wanted.words.empty() ? listing_sort::newest : listing_sort::relevance;
  wanted.sort = read_sort(query, wanted).value_or(otherwise);
  wanted.page = {query.limit(), query.cursor()};
  return wanted;
}

}  // namespace rentwave::http
