// Values of the domain from JSON text, parsed by simdjson, for any type of ours: a described struct
// is an object, a described enum its enumerator's name, an id its text, money its cents, an
// instant RFC 3339, a duration its microseconds, personal {"personal": text}, item_details
// {"book": {...}} and so on, a map by id an object. Reading ignores unknown members and keeps the
// default of absent ones; nothing is thrown.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"
#include "persistence/json_traits.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {

/// False when the form does not fit; `into` is then half read. Call it with a default value.
template <class T>
bool from_json_value(simdjson::dom::element from, T& into);

/// The same of a text, which may hold several; false also when it is not JSON.
template <class... Ts>
bool from_json_text(std::string_view text, Ts&... into) {
  // Keeps its memory for the next text. Reading a value reads no other text in between.
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  return parser.parse(text.data(), text.size()).get(root) == simdjson::SUCCESS &&
         (from_json_value(root, into) && ...);
}

namespace json_form {

template <class T>
bool struct_from_json(simdjson::dom::element from, T& into) {
  simdjson::dom::object object;
  bool fits = from.get(object) == simdjson::SUCCESS;
  for_each_member<T>([&](auto member) {
    simdjson::dom::element found;
    if (fits && object.at_key(member.name).get(found) == simdjson::SUCCESS)
      fits = from_json_value(found, into.*member.pointer);
  });
  return fits;
}

template <number T>
bool number_from_json(simdjson::dom::element from, T& into) {
  const auto take = [&](auto value) {
    const bool fits = std::in_range<T>(value);
    if (fits) into = static_cast<T>(value);
    return fits;
  };
  std::int64_t integer = 0;
  if (from.get(integer) == simdjson::SUCCESS) return take(integer);
  std::uint64_t natural = 0;  // more than an int64 holds
  return from.get(natural) == simdjson::SUCCESS && take(natural);
}

inline bool text_from_json(simdjson::dom::element from, std::string& into) {
  std::string_view text;
  if (from.get(text) != simdjson::SUCCESS) return false;
  into = text;
  return true;
}

/// A sealed field has no "personal" member: it reads as no text.
inline bool personal_from_json(simdjson::dom::element from, personal& into) {
  simdjson::dom::object object;
  if (from.get(object) != simdjson::SUCCESS) return false;
  simdjson::dom::element found;
  return object.at_key(personal_member).get(found) != simdjson::SUCCESS ||
         text_from_json(found, into.text);
}

template <class Optional>
bool optional_from_json(simdjson::dom::element from, Optional& into) {
  into.reset();
  return from.is_null() || from_json_value(from, into.emplace());
}

template <class T>
bool vector_from_json(simdjson::dom::element from, std::vector<T>& into) {
  simdjson::dom::array array;
  if (from.get(array) != simdjson::SUCCESS) return false;
  into.clear();
  into.reserve(array.size());
  for (const auto element : array)
    if (!from_json_value(element, into.emplace_back())) return false;
  return true;
}

template <class Id, class T>
bool map_from_json(simdjson::dom::element from, std::map<Id, T>& into) {
  simdjson::dom::object object;
  if (from.get(object) != simdjson::SUCCESS) return false;
  into.clear();
  for (const auto& [name, element] : object) {
    const auto key = parse_id<Id>(name);
    if (!key || !from_json_value(element, into[*key])) return false;
  }
  return true;
}

template <class... Ts>
bool variant_from_json(simdjson::dom::element from, std::variant<Ts...>& into) {
  using variant = std::variant<Ts...>;
  simdjson::dom::object object;
  if (from.get(object) != simdjson::SUCCESS) return false;
  int chosen = 0;
  bool fits = true;
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<sizeof...(Ts)>>([&](auto index) {
    simdjson::dom::element found;
    if (object.at_key(alternative_name<variant>(index)).get(found) != simdjson::SUCCESS) return;
    ++chosen;
    fits = fits && from_json_value(found, into.template emplace<index>());
  });
  return fits && chosen == 1;
}

template <class Read, class T>
bool parsed_from_json(simdjson::dom::element from, T& into, Read&& read) {
  std::string_view text;
  if (from.get(text) != simdjson::SUCCESS) return false;
  const auto value = read(text);
  if (value) into = *value;
  return value.has_value();
}

}  // namespace json_form

template <class T>
bool from_json_value(simdjson::dom::element from, T& into) {
  using namespace json_form;
  if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
    return from.get(into) == simdjson::SUCCESS;
  } else if constexpr (number<T>) {
    return number_from_json(from, into);
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
