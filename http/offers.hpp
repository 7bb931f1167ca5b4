// What an owner offers, between its JSON in requests and the domain's `offer`: the form and every
// limit of an advert (api.md, Listings). Pure. What an advert may do later is the domain's
// business.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json_fwd.hpp>

#include <optional>

#include "actors/domain/offer.hpp"
#include "http/fields.hpp"

namespace rentwave::http {

// Lengths are in code points.
inline constexpr std::size_t max_advert_title = 200;
inline constexpr std::size_t max_description = 5000;
inline constexpr std::size_t max_place_name = 100;  ///< city, country
inline constexpr std::size_t max_time_zone = 64;
inline constexpr std::size_t max_isbn_text = 32;   ///< as typed, with hyphens and spaces
inline constexpr std::size_t max_book_text = 300;  ///< title, author
inline constexpr std::size_t max_vehicle_text = 100;
inline constexpr std::size_t max_amenity = 50;
inline constexpr std::size_t max_amenities = 50;
inline constexpr std::size_t max_extra_bytes = 4096;  ///< of its JSON text without blanks

inline constexpr integer_range model_years{1886, 2100};  ///< from the first motor car on
inline constexpr integer_range seat_counts{1, 100};
inline constexpr integer_range boot_sizes{0, 100'000};  ///< litres
inline constexpr integer_range guest_counts{1, 1000};
inline constexpr integer_range bed_counts{0, 1000};
inline constexpr integer_range bathroom_counts{0, 100};
inline constexpr integer_range late_period_caps{1, 1000};
inline constexpr number_range latitudes{-90, 90};
inline constexpr number_range longitudes{-180, 180};
inline constexpr duration_range rental_lengths{std::chrono::seconds{1}, one_day * 365};
inline constexpr duration_range grace_times{duration{}, one_day * 7};

inline constexpr int default_hourly_late_periods = 168;
inline constexpr int default_daily_late_periods = 30;

/// The advert's kind is that of the result's item. Errors are noted in `body`; then the result is
/// of no use.
offer read_offer(field_reader& body);

/// An offer in the form in which it is posted: `read_offer` gives the same offer again.
nlohmann::json posting_of(const offer& content);

/// What a PATCH wants of an advert; what is absent stays.
struct advert_change {
  std::optional<offer> content;
  std::optional<bool> active;
};

/// A JSON merge patch (RFC 7396) over what is there, checked as if it were posted as a whole. The
/// kind of an advert never changes. Errors: 400, 422.
boost::system::result<advert_change, problem> read_change(const request& asked,
                                                          const offer& present);

}  // namespace rentwave::http
