#include "persistence/traits.hpp"

#include <boost/describe/enum_to_string.hpp>

#include "actors/domain/decision.hpp"
#include "persistence/fold.hpp"

namespace rentwave {

std::string trait_of(trait what, std::string_view value) {
  std::string token{trait_mark};
  token += boost::describe::enum_to_string(what, "");
  for (const auto& word : folded_words(value)) token += word;
  return token;
}

std::vector<std::string> traits_of(const offer& content) {
  std::vector<std::string> all{trait_of(trait::city, content.where.city)};
  std::visit(
      overloaded{
          [&](const book_details& book) { all.push_back(trait_of(trait::author, book.author)); },
          [&](const vehicle_details& vehicle) {
            all.push_back(trait_of(trait::type, vehicle.type));
            all.push_back(trait_of(trait::make, vehicle.make));
            all.push_back(trait_of(trait::model, vehicle.model));
            all.push_back(trait_of(trait::transmission, vehicle.transmission));
            all.push_back(trait_of(trait::fuel, vehicle.fuel));
          },
          [&](const room_details& room) {
            for (const auto& each : room.amenities) all.push_back(trait_of(trait::amenity, each));
          },
      },
      content.item);
  return all;
}

std::optional<int> measure_of(const offer& content, measure what) {
  const auto* vehicle = std::get_if<vehicle_details>(&content.item);
  const auto* room = std::get_if<room_details>(&content.item);
  switch (what) {
    case measure::seats:
      return vehicle ? std::optional{vehicle->seats} : std::nullopt;
    case measure::boot_litres:
      return vehicle ? std::optional{vehicle->boot_litres} : std::nullopt;
    case measure::year:
      return vehicle ? std::optional{vehicle->year} : std::nullopt;
    case measure::guests:
      return room ? std::optional{room->guests} : std::nullopt;
    case measure::beds:
      return room ? std::optional{room->beds} : std::nullopt;
    case measure::bathrooms:
      return room ? std::optional{room->bathrooms} : std::nullopt;
  }
  return std::nullopt;
}

std::optional<coordinates> coordinates_of(const offer& content) {
  const auto& where = content.where;
  if (!where.lat || !where.lon) return std::nullopt;
  return coordinates{*where.lat, *where.lon};
}

}  // namespace rentwave
