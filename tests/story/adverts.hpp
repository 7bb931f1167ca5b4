// What people of these stories offer.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace rentwave::testing {

/// For 2.50 a day and 3.00 for each late day; `details` are those of its kind.
inline nlohmann::json advert_of(const std::string& kind, const std::string& title,
                                nlohmann::json details) {
  nlohmann::json advert{{"kind", kind},
                        {"title", title},
                        {"description", ""},
                        {"price", {{"amount", 250}, {"per", "day"}}},
                        {"late_fee", {{"amount", 300}, {"per", "day"}}},
                        {"min_duration", "P1D"},
                        {"max_duration", "P14D"},
                        {"place", {{"city", "Kyiv"}, {"country", "UA"}}}};
  advert[kind] = std::move(details);
  return advert;
}

inline nlohmann::json room_advert(const std::string& title) {
  return advert_of("room", title,
                   {{"guests", 2}, {"beds", 1}, {"bathrooms", 1}, {"amenities", {"desk"}}});
}

/// Which not everybody can pay: 30.00 a day, and 5.00 for each late hour.
inline nlohmann::json dear_room() {
  auto advert = room_advert("A dear room");
  advert["price"] = {{"amount", 3000}, {"per", "day"}};
  advert["late_fee"] = {{"amount", 500}, {"per", "hour"}};
  return advert;
}

}  // namespace rentwave::testing
