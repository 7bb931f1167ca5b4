// The sample rentals, in the order in which they are asked for. Values only.
#pragma once

#include <span>
#include <string_view>

#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"

namespace rentwave::demo {

/// How far a rental goes by our doing. From there it goes on by itself, as any other.
enum class goal {
  booked,      ///< asked for, to start later
  active,      ///< begun
  late,        ///< begun, due at once, not brought back
  returned,    ///< brought back; its owner has not said a word
  completed,   ///< the owner has
  cancelled,   ///< booked, and cancelled by the renter
  called_off,  ///< booked, and cancelled by the owner
  rejected,    ///< asked for, and refused
};

/// What one side writes of a completed rental; no stars: nothing.
struct opinion {
  int rating = 0;
  std::string_view text;
};

struct rental_wish {
  std::string_view key;     ///< among all of them; ids are made of it
  std::string_view renter;  ///< a username
  std::string_view advert;  ///< its key
  demo::goal goal{};
  duration starts_in{};
  duration length{};
  money claim{};  ///< of the deposit, by the owner at the end
  opinion by_renter{};
  opinion by_owner{};
};

/// The last one is booked: when it has been asked for, the demo is complete.
std::span<const rental_wish> rentals();

/// Some are asked for again when something came between, such as the end of the program.
inline constexpr int most_attempts = 4;
rental_id rental_of(const rental_wish& wish, int attempt);
/// Of the command that asks for it.
command_id request_of(rental_id rental);

}  // namespace rentwave::demo
