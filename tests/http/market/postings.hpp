// Valid postings of each kind, for tests to send as they are or with one thing changed.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "actors/domain/offer.hpp"

namespace rentwave::http {

inline nlohmann::json posting(item_kind kind) {
  using nlohmann::json;
  auto body = json::parse(R"({
    "title": "For rent", "description": "As new.\nAsk me.",
    "price": {"amount": 250, "per": "day"}, "late_fee": {"amount": 300, "per": "hour"},
    "min_duration": "PT1H", "max_duration": "P14D",
    "place": {"city": "Köln", "country": "DE", "lat": 50.94, "lon": 6.96,
              "time_zone": "Europe/Berlin"}})");
  switch (kind) {
    case item_kind::book:
      body["kind"] = "book";
      body["book"] = {{"isbn", "0-306-40615-2"}, {"title", "Error Control"}, {"author", "Clark"}};
      break;
    case item_kind::vehicle:
      body["kind"] = "vehicle";
      body["vehicle"] = {
          {"type", "van"}, {"make", "VW"},       {"model", "T6"},    {"year", 2019},
          {"seats", 7},    {"boot_litres", 900}, {"fuel", "diesel"}, {"transmission", "manual"}};
      break;
    case item_kind::room:
      body["kind"] = "room";
      body["room"] = {
          {"guests", 2}, {"beds", 1}, {"bathrooms", 1}, {"amenities", {"wifi", "desk"}}};
      break;
  }
  return body;
}

/// The posting with the member at `pointer` ("/price/amount") set to a value.
inline nlohmann::json posting_with(item_kind kind, const std::string& pointer,
                                   nlohmann::json value) {
  auto body = posting(kind);
  body[nlohmann::json::json_pointer{pointer}] = std::move(value);
  return body;
}

/// The posting without the member at `pointer`.
inline nlohmann::json posting_without(item_kind kind, const std::string& pointer) {
  auto body = posting(kind);
  const nlohmann::json::json_pointer at{pointer};
  body[at.parent_pointer()].erase(at.back());
  return body;
}

}  // namespace rentwave::http
