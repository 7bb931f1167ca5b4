#include "application/demo/rentals.hpp"

#include <string>

#include "application/demo/people.hpp"

namespace rentwave::demo {
namespace {

using enum goal;
constexpr duration now{};
constexpr duration a_moment = std::chrono::seconds{1};

// clang-format off
constexpr rental_wish all[] = {
    // First, so that it is late soon.
    {"scooter", "demo.kofi", "scooter", late, now, a_moment},

    {"dune-1", "demo.noemi", "dune", completed, now, one_day * 7},
    {"dune-2", "demo.ingrid", "dune", completed, now, one_day * 14},
    {"dune-3", "demo.leila", "dune", completed, now, one_day * 3},
    {"dune-4", "demo.jonas", "dune", active, now, one_day * 10},
    {"dune-5", "demo.noemi", "dune", rejected, now, one_day * 2},  // somebody has it
    {"cargo-bike-1", "demo.tomasz", "cargo-bike", completed, now, one_hour * 4},
    {"cargo-bike-2", "demo.jonas", "cargo-bike", completed, now, one_hour * 6},
    {"vespa-1", "demo.marta", "vespa", completed, now, one_day},
    {"alfama-1", "demo.ingrid", "alfama", completed, now, one_day * 5},
    {"canoe-1", "demo.leila", "canoe", completed, now, one_day * 2},
    {"tandem-1", "demo.kofi", "tandem", completed, now, one_day},
    {"erlang-1", "demo.jonas", "erlang", completed, now, one_day * 7, money{500}},

    {"data-intensive-1", "demo.tomasz", "data-intensive", returned, now, one_day * 14},
    {"hitchhiker-1", "demo.marta", "hitchhiker", returned, now, one_day * 7},

    {"practice-1", "demo.tomasz", "practice", active, now, one_hour * 3},
    {"kazimierz-1", "demo.ingrid", "kazimierz", active, now, one_day * 4},
    {"pride-1", "demo.noemi", "pride", active, now, one_day * 14},

    {"alfama-2", "demo.leila", "alfama", booked, one_day * 21, one_day * 4},
    {"alfama-3", "demo.marta", "alfama", cancelled, one_day * 35, one_day * 3},
    {"golf-1", "demo.marta", "golf", called_off, one_day * 12, one_day * 2},
    {"altbau-1", "demo.kofi", "altbau", booked, one_day * 9, one_day * 6},
    {"camper-1", "demo.kofi", "camper", booked, one_day * 30, one_day * 7},
    {"camper-2", "demo.noemi", "camper", rejected, one_day * 45, one_day * 5},  // too dear for her
    {"bryggen-1", "demo.jonas", "bryggen", booked, one_day * 60, one_day * 3},
    {"hobbit-1", "demo.ingrid", "hobbit", booked, one_day * 5, one_day * 14},
};
// clang-format on

}  // namespace

std::span<const rental_wish> rentals() {
  return all;
}

rental_id rental_of(const rental_wish& wish, int attempt) {
  return rental_id{id_of("rental/" + std::string{wish.key} + '/' + std::to_string(attempt))};
}

command_id request_of(rental_id rental) {
  return derive_id<command_id>(rental, "request");
}

}  // namespace rentwave::demo
