// How values of the domain are taken apart for their JSON form: the members listed by
// Boost.Describe, and what the templates of json.hpp and json_writer.hpp need to know about a type
// at compile time.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <cassert>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/offer.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/personal.hpp"
#include "actors/domain/photo.hpp"
#include "actors/domain/rare.hpp"

namespace rentwave::json_form {

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<id<Tag>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_optional<rare<T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// Maps have ids as keys, whose text is the member's name.
template <class T>
inline constexpr bool is_id_map = false;
template <class Tag, class T>
inline constexpr bool is_id_map<std::map<id<Tag>, T>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

/// An integer, but neither bool nor a character.
template <class T>
concept number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

template <class T>
concept described_enum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
concept described_struct = boost::describe::has_describe_members<T>::value;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_any_access |
                                                            boost::describe::mod_inherited>;

/// Calls `visit` with the descriptor of each member, in order.
template <class T, class Visit>
constexpr void for_each_member(Visit&& visit) {
  boost::mp11::mp_for_each<members_of<T>>(visit);
}

/// Personal text is stored as {"personal": text}, so that it can be found and sealed.
inline constexpr const char* personal_member = "personal";

/// The enumerator's name; the value must be one of them.
template <described_enum E>
const char* enum_name(E value) {
  const char* name = boost::describe::enum_to_string(value, nullptr);
  assert(name);
  return name;
}

/// The enumerator of this name, if there is one.
template <described_enum E>
std::optional<E> enum_named(std::string_view name) {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (name == enumerator.name) found = enumerator.value;
  });
  return found;
}

/// The enum that names the alternatives of a variant, in their order.
template <class Variant>
struct alternative_names;  // a variant without one has no stored form
template <>
struct alternative_names<item_details> {
  using type = item_kind;
};
template <>
struct alternative_names<outcome> {
  using type = outcome_kind;
  static_assert(boost::mp11::mp_size<boost::describe::describe_enumerators<type>>::value ==
                std::variant_size_v<outcome>);
};

/// The name that stands for the alternative at `index`.
template <class Variant>
const char* alternative_name(std::size_t index) {
  return enum_name(static_cast<typename alternative_names<Variant>::type>(index));
}

/// Whether a value of this type can have personal text anywhere in it.
template <class T>
struct has_personal;
template <class List>
struct any_has_personal;
template <template <class...> class List, class... Members>
struct any_has_personal<List<Members...>> {
  template <class Class, class Type>
  static Type type_of(Type Class::*);
  static constexpr bool value =
      (has_personal<decltype(type_of(Members::pointer))>::value || ... || false);
};

template <class T>
struct has_personal {
  static constexpr bool find() {
    if constexpr (std::same_as<T, personal>) {
      return true;
    } else if constexpr (described_struct<T>) {
      return any_has_personal<members_of<T>>::value;
    } else {
      return false;
    }
  }
  static constexpr bool value = find();
};
template <class T>
struct has_personal<std::optional<T>> : has_personal<T> {};
template <class T>
struct has_personal<rare<T>> : has_personal<T> {};
template <class T>
struct has_personal<std::vector<T>> : has_personal<T> {};
template <class Tag, class T>
struct has_personal<std::map<id<Tag>, T>> : has_personal<T> {};
template <class... Ts>
struct has_personal<std::variant<Ts...>> {
  static constexpr bool value = (has_personal<Ts>::value || ...);
};

}  // namespace rentwave::json_form
