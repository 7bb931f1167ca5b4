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

    {"dune-1", "demo.noemi", "dune", completed, now, one_day * 7, money{},
     {5, "Spice stains on one page, sand in none. Read it in two nights."}, {5, "Back early."}},
    {"dune-2", "demo.ingrid", "dune", completed, now, one_day * 14, money{},
     {4, "Well thumbed, but all there."}},
    {"dune-3", "demo.leila", "dune", completed, now, one_day * 3, money{},
     {4, "Handed over at the station, very convenient."}},
    {"dune-4", "demo.jonas", "dune", active, now, one_day * 10},
    {"dune-5", "demo.noemi", "dune", rejected, now, one_day * 2},  // somebody has it
    {"cargo-bike-1", "demo.tomasz", "cargo-bike", completed, now, one_hour * 4, money{},
     {5, "Carried a washing machine. Brakes like new."},
     {4, "Washed it before he brought it back, and forgot to oil it."}},
    {"cargo-bike-2", "demo.jonas", "cargo-bike", completed, now, one_hour * 6},
    {"vespa-1", "demo.marta", "vespa", completed, now, one_day, money{},
     {3, "Lovely, once it starts."}, {5, "Anytime again."}},
    {"alfama-1", "demo.ingrid", "alfama", completed, now, one_day * 5, money{},
     {5, "The view, the stairs, the bakery at the corner: all as described."},
     {5, "Left it tidier than she found it."}},
    {"canoe-1", "demo.leila", "canoe", completed, now, one_day * 2},
    {"tandem-1", "demo.kofi", "tandem", completed, now, one_day},
    {"erlang-1", "demo.jonas", "erlang", completed, now, one_day * 7, money{500},
     {4, "A classic. Mind the coffee."}, {2, "Page 112 will never be the same."}},

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
