// For tests of the stored forms: values in which no member has its default, equality by members,
// and a count of members that Boost.Describe cannot fool.
#pragma once

#include <boost/pfr.hpp>

#include <type_traits>

#include "actors/domain/commands.hpp"
#include "actors/domain/kinds.hpp"
#include "persistence/json_traits.hpp"

namespace rentwave::testing {

/// Fills with values that all differ from each other and from the defaults.
class filler {
 public:
  template <class T>
  void operator()(T& into) {
    using namespace json_form;
    ++count_;
    if constexpr (std::same_as<T, bool>) {
      into = !into;
    } else if constexpr (number<T>) {
      into = static_cast<T>(1000 + count_);
    } else if constexpr (std::same_as<T, double>) {
      into = count_ + 0.1;
    } else if constexpr (std::same_as<T, std::string>) {
      into = "text \"" + std::to_string(count_) + "\"\n\\ \xC3\xA9 \xF0\x9F\x93\x96";
    } else if constexpr (std::same_as<T, money>) {
      into.cents = -100 - count_;
    } else if constexpr (std::same_as<T, instant>) {
      into = instant{std::chrono::hours{24 * 365 * 40}} + duration{count_ * 1'000'001};
    } else if constexpr (std::same_as<T, duration>) {
      into = duration{count_ * 1'000'003};
    } else if constexpr (std::same_as<T, photo_id>) {
      into.digest[31] = static_cast<std::uint8_t>(count_);
    } else if constexpr (is_id<T>) {
      into.value.data[0] = 0xAB;
      into.value.data[15] = static_cast<std::uint8_t>(count_);
      into.value.data[14] = static_cast<std::uint8_t>(count_ >> 8);
    } else if constexpr (described_enum<T>) {
      // Never the first, which is the default.
      using all = boost::describe::describe_enumerators<T>;
      constexpr int size = boost::mp11::mp_size<all>::value;
      const int wanted = 1 + count_ % (size - 1);
      int at = 0;
      boost::mp11::mp_for_each<all>([&](auto each) {
        if (at++ == wanted) into = each.value;
      });
    } else if constexpr (is_optional<T>) {
      (*this)(into.emplace());
    } else if constexpr (is_vector<T>) {
      into.resize(2);
      for (auto& each : into) (*this)(each);
    } else if constexpr (is_id_map<T>) {
      typename T::key_type key;
      (*this)(key);
      (*this)(into[key]);
    } else if constexpr (is_variant<T>) {
      (*this)(into.template emplace<1>());
    } else {
      for_each_member<T>([&](auto member) { (*this)(into.*member.pointer); });
    }
  }

 private:
  int count_ = 0;
};

template <class T>
T filled() {
  T value{};
  filler fill;
  fill(value);
  return value;
}

template <class T>
bool same(const T& a, const T& b) {
  using namespace json_form;
  if constexpr (is_optional<T>) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else if constexpr (is_vector<T>) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return same(x, y); });
  } else if constexpr (is_id_map<T>) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
      return x.first == y.first && same(x.second, y.second);
    });
  } else if constexpr (is_variant<T>) {
    return a.index() == b.index() &&
           std::visit(
               [&](const auto& x) {
                 return same(x, std::get<std::remove_cvref_t<decltype(x)>>(b));
               },
               a);
  } else if constexpr (described_struct<T>) {
    bool all = true;
    for_each_member<T>(
        [&](auto member) { all = all && same(a.*member.pointer, b.*member.pointer); });
    return all;
  } else {
    return a == b;
  }
}

/// Whether Boost.Describe knows of every member of the struct and of the structs in it.
template <class T>
constexpr bool fully_described() {
  using namespace json_form;
  if constexpr (is_optional<T> || is_vector<T>) {
    return fully_described<typename T::value_type>();
  } else if constexpr (is_id_map<T>) {
    return fully_described<typename T::mapped_type>();
  } else if constexpr (is_variant<T>) {
    return []<class... Ts>(std::type_identity<std::variant<Ts...>>) {
      return (fully_described<Ts>() && ...);
    }(std::type_identity<T>{});
  } else if constexpr (described_struct<T>) {
    bool all = boost::pfr::tuple_size_v<T> == boost::mp11::mp_size<members_of<T>>::value;
    for_each_member<T>([&](auto member) {
      using field = std::remove_cvref_t<decltype(std::declval<T&>().*decltype(member)::pointer)>;
      all = all && fully_described<field>();
    });
    return all;
  } else {
    return true;
  }
}

/// Calls `visit` with a std::type_identity of each alternative.
template <class Event, class Visit>
void for_each_event(Visit&& visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Event>>(visit);
}

using all_events =
    boost::mp11::mp_list<login::event, account::event, session::event, listing::event, book::event,
                         rental::event, wallet::event, inbox::event, keyed_request::event,
                         topic::event, audience::event, follower::event, webhook::event>;
using all_states =
    boost::mp11::mp_list<login::state, account::state, session::state, listing::state, book::state,
                         rental::state, wallet::state, inbox::state, keyed_request::state,
                         topic::state, audience::state, follower::state, webhook::state>;

/// Calls `visit` with std::type_identity of the entity's variant and of the event, for every event.
template <class Visit>
void for_each_event_of_all(Visit&& visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, all_events>>(
      [&](auto entity) {
        for_each_event<typename decltype(entity)::type>([&](auto event) { visit(entity, event); });
      });
}

/// Calls `visit` with the kind, and std::type_identity of its commands' variant and of the command,
/// for every command of every kind.
template <class Visit>
void for_each_command_of_all(Visit&& visit) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<entity_kind>>([&](auto kind) {
    with_command_of(kind.value, [&](auto commands) {
      for_each_event<typename decltype(commands)::type>(
          [&](auto command) { visit(kind.value, commands, command); });
    });
  });
}

}  // namespace rentwave::testing
