// An advert of a book and who wants it: what the tests of the listing share.
#pragma once

#include <stdexcept>

#include "actors/domain/listing.hpp"
#include "actors/domain/tariff.hpp"
#include "tests/unit/stage.hpp"

namespace rentwave::listing {

using namespace std::chrono_literals;

inline constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 12h};
inline const auto advert = numbered<listing_id>(1);
inline const auto owner = numbered<account_id>(2);
inline const auto stranger = numbered<account_id>(3);
inline const auto renter = numbered<account_id>(4);

inline rental_id rental(int n) {
  return numbered<rental_id>(100 + n);
}

/// From so many hours after noon until so many.
inline period hours(int from, int to) {
  return {noon + std::chrono::hours{from}, noon + std::chrono::hours{to}};
}

/// A book for 2.00 an hour, for one hour to ten days.
inline offer a_book(std::string isbn = "9780306406157") {
  offer o;
  o.title = "Advert";
  o.terms.price = {money{200}, time_unit::hour};
  o.terms.late_fee = {money{300}, time_unit::hour};
  o.terms.max_late_periods = 168;
  o.min_duration = 1h;
  o.max_duration = one_day * 10;
  o.item = book_details{std::move(isbn), "A Book", "An Author"};
  return o;
}

inline offer a_room() {
  offer o = a_book();
  o.item = room_details{2, 1, 1, {"garden"}};
  return o;
}

struct scene : stage<state> {
  scene() {
    now = noon;
    post_it(a_book());
  }
  explicit scene(const offer& content) {
    now = noon;
    post_it(content);
  }

  names reserve_for(int n, period when) { return play(reserve{rental(n), renter, when}); }
  /// Reserved from now on, so that the renter has it.
  void hand_out(int n, period when) {
    EXPECT_EQ(reserve_for(n, when), (names{"listing.reserve", "listing.hand-over"}));
  }
  void at(int hour) { now = noon + std::chrono::hours{hour}; }
  const booking& of(int n) const {
    const auto* found = booking_of(s, rental(n));
    if (!found) throw std::logic_error("no such booking");
    return *found;
  }
  bool has(int n) const { return booking_of(s, rental(n)) != nullptr; }

 private:
  void post_it(const offer& content) {
    has_alarms = true;
    play(post{advert, owner, content}, owner);
  }
};

/// The first two bookings, in order, that overlap.
inline std::optional<std::pair<booking, booking>> overlap(const state& s) {
  for (std::size_t i = 1; i < s.bookings.size(); ++i) {
    const auto& a = s.bookings[i - 1];
    const auto& b = s.bookings[i];
    if (b.when.start < a.when.end) return std::pair{a, b};
  }
  return std::nullopt;
}

}  // namespace rentwave::listing
