// Values of the domain from nlohmann::json trees, for any type of ours: a described struct
// is an object, a described enum its enumerator's name, an id its text, money its cents, an
// instant RFC 3339, a duration its microseconds, personal {"personal": text}, item_details
// {"book": {...}} and so on, a map by id an object. Reading ignores unknown members and keeps the
// default of absent ones; nothing is thrown.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <utility>

#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"
#include "persistence/json_traits.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {

/// False when the form does not fit; `into` is then half read. Call it with a default value.
template <class T>
bool from_json_value(const nlohmann::json& from, T& into);

namespace json_form {

template <class T>
bool struct_from_json(const nlohmann::json& from, T& into) {
  if (!from.is_object()) return false;
  bool fits = true;
  for_each_member<T>([&](auto member) {
    if (!fits) return;
    const auto found = from.find(member.name);
    if (found != from.end()) fits = from_json_value(*found, into.*member.pointer);
  });
  return fits;
}

template <number T>
bool number_from_json(const nlohmann::json& from, T& into) {
  if (const auto* natural = from.get_ptr<const std::uint64_t*>()) {
    if (!std::in_range<T>(*natural)) return false;
    into = static_cast<T>(*natural);
    return true;
  }
  const auto* integer = from.get_ptr<const std::int64_t*>();
  if (!integer || !std::in_range<T>(*integer)) return false;
  into = static_cast<T>(*integer);
  return true;
}

inline bool text_from_json(const nlohmann::json& from, std::string& into) {
  const auto* text = from.get_ptr<const std::string*>();
  if (text) into = *text;
  return text != nullptr;
}

/// A sealed field has no "personal" member: it reads as no text.
inline bool personal_from_json(const nlohmann::json& from, personal& into) {
  if (!from.is_object()) return false;
  const auto found = from.find(personal_member);
  return found == from.end() || text_from_json(*found, into.text);
}

template <class T>
bool optional_from_json(const nlohmann::json& from, std::optional<T>& into) {
  into.reset();
  return from.is_null() || from_json_value(from, into.emplace());
}

template <class T>
bool vector_from_json(const nlohmann::json& from, std::vector<T>& into) {
  if (!from.is_array()) return false;
  into.clear();
  into.reserve(from.size());
  for (const auto& element : from)
    if (!from_json_value(element, into.emplace_back())) return false;
  return true;
}

template <class Id, class T>
bool map_from_json(const nlohmann::json& from, std::map<Id, T>& into) {
  if (!from.is_object()) return false;
  into.clear();
  for (const auto& [name, element] : from.items()) {
    const auto key = parse_id<Id>(name);
    if (!key || !from_json_value(element, into[*key])) return false;
  }
  return true;
}

template <class... Ts>
bool variant_from_json(const nlohmann::json& from, std::variant<Ts...>& into) {
  using variant = std::variant<Ts...>;
  if (!from.is_object()) return false;
  int chosen = 0;
  bool fits = true;
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<sizeof...(Ts)>>([&](auto index) {
    const auto found = from.find(alternative_name<variant>(index));
    if (found == from.end()) return;
    ++chosen;
    fits = fits && from_json_value(*found, into.template emplace<index>());
  });
  return fits && chosen == 1;
}

template <class Read, class T>
bool parsed_from_json(const nlohmann::json& from, T& into, Read&& read) {
  const auto* text = from.get_ptr<const std::string*>();
  if (!text) return false;
  const auto value = read(*text);
  if (value) into = *value;
  return value.has_value();
}

}  // namespace json_form

template <class T>
bool from_json_value(const nlohmann::json& from, T& into) {
  using namespace json_form;
  if constexpr (std::same_as<T, bool>) {
    if (from.is_boolean()) into = *from.get_ptr<const bool*>();
    return from.is_boolean();
  } else if constexpr (number<T>) {
    return number_from_json(from, into);
  } else if constexpr (std::same_as<T, double>) {
    if (from.is_number()) into = from.get<double>();
    return from.is_number();
  } else if constexpr (std::same_as<T, std::string>) {
    return text_from_json(from, into);
  } else if constexpr (std::same_as<T, money>) {
    return number_from_json(from, into.cents);
  } else if constexpr (std::same_as<T, instant>) {
    return parsed_from_json(from, into, parse_instant);
  } else if constexpr (std::same_as<T, duration>) {
    std::int64_t count = 0;
    const bool fits = number_from_json(from, count);
    if (fits) into = duration{count};
    return fits;
  } else if constexpr (is_id<T> || std::same_as<T, photo_id>) {
    return parsed_from_json(from, into, parse_id<T>);
  } else if constexpr (described_enum<T>) {
    return parsed_from_json(from, into, enum_named<T>);
  } else if constexpr (std::same_as<T, personal>) {
    return personal_from_json(from, into);
  } else if constexpr (is_optional<T>) {
    return optional_from_json(from, into);
  } else if constexpr (is_vector<T>) {
    return vector_from_json(from, into);
  } else if constexpr (is_id_map<T>) {
    return map_from_json(from, into);
  } else if constexpr (is_variant<T>) {
    return variant_from_json(from, into);
  } else {
    static_assert(described_struct<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    return struct_from_json(from, into);
  }
}

}  // namespace rentwave
