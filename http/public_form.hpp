// Values of the domain as clients see them inside of events, for any type of ours: like the stored
// form, but money is {"amount", "currency"}, a duration ISO 8601, and personal text is left out.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "actors/domain/money.hpp"
#include "http/duration_text.hpp"
#include "http/problems.hpp"
#include "persistence/json_traits.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {

inline nlohmann::json money_json(money value, const std::string& currency) {
  return {{"amount", value.cents}, {"currency", currency}};
}

template <class T>
nlohmann::json to_public(const T& value, const std::string& currency) {
  using namespace json_form;
  if constexpr (std::same_as<T, money>) {
    return money_json(value, currency);
  } else if constexpr (std::same_as<T, instant>) {
    return format_instant(value);
  } else if constexpr (std::same_as<T, duration>) {
    return format_duration(value);
  } else if constexpr (is_id<T> || std::same_as<T, photo_id>) {
    return to_string(value);
  } else if constexpr (std::same_as<T, refusal_code>) {
    return public_code(value);
  } else if constexpr (described_enum<T>) {
    return enum_name(value);
  } else if constexpr (std::same_as<T, personal>) {
    return nullptr;
  } else if constexpr (is_optional<T>) {
    return value ? to_public(*value, currency) : nlohmann::json(nullptr);
  } else if constexpr (is_vector<T>) {
    auto array = nlohmann::json::array();
    for (const auto& element : value) array.push_back(to_public(element, currency));
    return array;
  } else if constexpr (is_id_map<T>) {
    auto object = nlohmann::json::object();
    for (const auto& [key, element] : value) object[to_string(key)] = to_public(element, currency);
    return object;
  } else if constexpr (is_variant<T>) {
    auto object = nlohmann::json::object();
    std::visit(
        [&](const auto& chosen) {
          object[alternative_name<T>(value.index())] = to_public(chosen, currency);
        },
        value);
    return object;
  } else if constexpr (described_struct<T>) {
    auto object = nlohmann::json::object();
    for_each_member<T>([&](auto member) {
      auto shown = to_public(value.*member.pointer, currency);
      if (!shown.is_null()) object[member.name] = std::move(shown);
    });
    return object;
  } else {
    return value;  // a number, a flag, a text
  }
}

}  // namespace rentwave::http
