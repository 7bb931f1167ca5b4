#include "application/demo/people.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace rentwave::demo {
namespace {

// The names are such as nobody else would want: the first steps of the README work beside them.
constexpr person all[] = {
    {"demo.marta", "Marta Lindner", "lets books, two rooms and a cargo bike in Vienna", {60'000}},
    {"demo.jonas", "Jonas Weber", "lets cars, a van and textbooks in Berlin", {80'000}},
    {"demo.leila", "Leila Haddad", "lets rooms and an electric car in Lyon", {70'000}},
    {"demo.tomasz", "Tomasz Nowak", "lets rooms, books and a car in Kraków", {40'000}},
    {"demo.ingrid", "Ingrid Solberg", "lets a house, a camper and a canoe in Bergen", {120'000}},
    {"demo.kofi", "Kofi Mensah", "lets two rooms in Lisbon; rents a lot, and is late", {250'000}},
    {"demo.noemi", "Noémi Varga", "a student in Budapest with a small wallet", {6'000}},
};

/// Random once, and for good.
constexpr boost::uuids::uuid space{{0xa3, 0x3a, 0x13, 0xa5, 0xfe, 0xe4, 0x4c, 0x9e, 0xb5, 0x1b,
                                    0x10, 0xae, 0xe7, 0xe7, 0xca, 0xf2}};

}  // namespace

std::span<const person> people() {
  return all;
}

const person& person_named(std::string_view username) {
  const auto found = std::ranges::find(all, username, &person::username);
  assert(found != std::end(all));
  return *found;
}

boost::uuids::uuid id_of(std::string_view name) {
  return uuid_v8(space, name);
}

account_id account_of(const person& who) {
  return account_id{id_of("account/" + std::string{who.username})};
}

command_id registration_of(const person& who) {
  return command_id{id_of("register/" + std::string{who.username})};
}

}  // namespace rentwave::demo
