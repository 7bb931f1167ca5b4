// What an owner offers: the item, its price and the rules of renting it. Values only; http/ checks
// their form, listing.hpp keeps them.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"

namespace rentwave {

/// The names are stored and seen by clients.
enum class item_kind { book, vehicle, room };
BOOST_DESCRIBE_ENUM(item_kind, book, vehicle, room)

enum class time_unit { hour, day };
BOOST_DESCRIBE_ENUM(time_unit, hour, day)

constexpr duration length_of(time_unit unit) {
  return unit == time_unit::hour ? one_hour : one_day;
}

/// An amount for every started hour or day.
struct rate {
  money amount;
  time_unit per{};

  friend bool operator==(const rate&, const rate&) = default;
};
BOOST_DESCRIBE_STRUCT(rate, (), (amount, per))

/// What a renter gets back who cancels before the start (docs/decisions/0004).
enum class cancellation_policy {
  flexible,  ///< everything, until the start
  moderate,  ///< everything until 24 h before the start, then half of the rent
  strict,    ///< half of the rent until 7 days before the start, then none
};
BOOST_DESCRIBE_ENUM(cancellation_policy, flexible, moderate, strict)

/// The rules that are fixed for a rental when it is reserved.
struct rental_terms {
  rate price;
  rate late_fee;
  duration grace = std::chrono::minutes{15};  ///< how long after due nothing is charged
  int max_late_periods = 0;                   ///< after so many charged periods the item is lost
  money deposit;
  cancellation_policy cancellation = cancellation_policy::flexible;

  friend bool operator==(const rental_terms&, const rental_terms&) = default;
};
BOOST_DESCRIBE_STRUCT(rental_terms, (),
                      (price, late_fee, grace, max_late_periods, deposit, cancellation))

struct place {
  std::string city;
  std::string country;
  std::optional<double> lat;  ///< degrees, -90 to 90
  std::optional<double> lon;  ///< degrees, -180 to 180
  std::optional<std::string> time_zone;

  friend bool operator==(const place&, const place&) = default;
};
BOOST_DESCRIBE_STRUCT(place, (), (city, country, lat, lon, time_zone))

struct book_details {
  std::string isbn;  ///< ISBN-13, digits only
  std::string title;
  std::string author;

  friend bool operator==(const book_details&, const book_details&) = default;
};
BOOST_DESCRIBE_STRUCT(book_details, (), (isbn, title, author))

struct vehicle_details {
  std::string type;
  std::string make;
  std::string model;
  int year = 0;
  int seats = 0;
  int boot_litres = 0;
  std::string transmission;
  std::string fuel;

  friend bool operator==(const vehicle_details&, const vehicle_details&) = default;
};
BOOST_DESCRIBE_STRUCT(vehicle_details, (),
                      (type, make, model, year, seats, boot_litres, transmission, fuel))

struct room_details {
  int guests = 0;
  int beds = 0;
  int bathrooms = 0;
  std::vector<std::string> amenities;

  friend bool operator==(const room_details&, const room_details&) = default;
};
BOOST_DESCRIBE_STRUCT(room_details, (), (guests, beds, bathrooms, amenities))

/// The alternatives are in the order of `item_kind`.
using item_details = std::variant<book_details, vehicle_details, room_details>;

/// The whole content of an advert.
struct offer {
  std::string title;
  std::string description;
  rental_terms terms;
  duration min_duration{};
  duration max_duration{};
  place where;
  item_details item;
  std::string extra;  ///< further attributes as given: the text of a JSON object, or empty

  item_kind kind() const { return static_cast<item_kind>(item.index()); }
  /// Of a book.
  std::optional<std::string> isbn() const {
    const auto* book = std::get_if<book_details>(&item);
    return book ? std::optional{book->isbn} : std::nullopt;
  }
  friend bool operator==(const offer&, const offer&) = default;
};
BOOST_DESCRIBE_STRUCT(offer, (),
                      (title, description, terms, min_duration, max_duration, where, item, extra))

}  // namespace rentwave
