// The templates behind codec.hpp and command_codec.hpp, over any variant of events or commands and
// any table of upcasters. Included by their .cpp files and tests only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "persistence/codec.hpp"
#include "persistence/json.hpp"
#include "persistence/json_writer.hpp"

namespace rentwave::event_form {

/// Lifts the data of an event of `type` from `schema` to the next one; false when it does not fit.
struct upcaster {
  std::string_view type;
  int schema = 1;
  bool (*lift)(nlohmann::json& data) = nullptr;
};
using upcasters = std::span<const upcaster>;

/// The schema of an event is 1 until its struct says otherwise, as `static constexpr int schema`.
template <class Alternative>
constexpr int schema_of() {
  if constexpr (requires { Alternative::schema; }) {
    return Alternative::schema;
  } else {
    return 1;
  }
}

/// Calls `visit` with the index of each alternative of the variant.
template <class Variant, class Visit>
void for_each_alternative(Visit&& visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<Variant>>>(visit);
}

template <class Event>
encoded_event encode(const Event& event) {
  return std::visit(
      []<class Alternative>(const Alternative& happened) {
        return encoded_event{Alternative::type, schema_of<Alternative>(), to_json_text(happened),
                             json_form::has_personal<Alternative>::value};
      },
      event);
}

inline journal_error corrupt(std::string_view type, std::string_view why) {
  return {journal_errc::corrupt, std::string{type} + ": " + std::string{why}};
}

/// The data in the form of `current`, from an older one.
inline journal_result<std::string> lifted(upcasters table, std::string_view type, int schema,
                                          int current, std::string_view text) {
  auto data = nlohmann::json::parse(text, nullptr, false);
  if (!data.is_object()) return corrupt(type, "not a JSON object");
  for (; schema < current; ++schema) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const upcaster& candidate) {
      return candidate.type == type && candidate.schema == schema;
    });
    if (found == table.end()) return corrupt(type, "no way from schema " + std::to_string(schema));
    if (!found->lift(data)) return corrupt(type, "the data does not fit its schema");
  }
  return data.dump();
}

template <class Alternative>
journal_result<Alternative> decode_as(upcasters table, int schema, std::string_view text) {
  constexpr int current = schema_of<Alternative>();
  constexpr std::string_view type = Alternative::type;
  if (schema > current)
    return journal_error{journal_errc::too_new,
                         std::string{type} + ": schema " + std::to_string(schema)};
  std::string now;
  if (schema < current) {
    auto older = lifted(table, type, schema, current, text);
    if (!older) return older.error();
    text = now = std::move(*older);
  }
  Alternative happened{};
  if (!from_json_text(text, happened)) return corrupt(type, "the data does not fit");
  return happened;
}

template <class Event>
journal_result<Event> decode(upcasters table, std::string_view type, int schema,
                             std::string_view text) {
  journal_result<Event> result = corrupt(type, "unknown type");
  for_each_alternative<Event>([&](auto index) {
    using alternative = std::variant_alternative_t<index, Event>;
    if (type != alternative::type) return;
    auto happened = decode_as<alternative>(table, schema, text);
    if (happened)
      result = Event{std::in_place_index<index>, std::move(*happened)};
    else
      result = happened.error();
  });
  return result;
}

// A snapshot of another release's form must not be read, not even with a member more or less: what
// is not in it would be missing in every later state. So it carries a fingerprint of its form, and
// is refolded from the events when that is another. `state_schema` stands for changed meanings.

constexpr std::uint64_t mixed(std::uint64_t hash, std::string_view text) {
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;  // FNV-1a
  return (hash ^ 0xFF) * 0x100000001B3ULL;
}

template <class T>
struct fingerprint;
template <class T>
constexpr std::uint64_t mix_form(std::uint64_t hash) {
  return fingerprint<T>::mix(hash);
}

template <class T>
struct fingerprint {
  template <class Class, class Type>
  static Type type_of(Type Class::*);

  static constexpr std::uint64_t mix(std::uint64_t hash) {
    using namespace json_form;
    if constexpr (is_id<T> || std::same_as<T, photo_id>) {
      return mixed(hash, is_id<T> ? "id" : "photo id");
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, personal>) {
      return mixed(hash, std::same_as<T, personal> ? "personal" : "string");
    } else if constexpr (std::same_as<T, instant> || std::same_as<T, duration>) {
      return mixed(hash, std::same_as<T, instant> ? "instant" : "duration");
    } else if constexpr (std::same_as<T, money> || number<T>) {
      return mixed(hash, std::same_as<T, money> ? "money" : "number");
    } else if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
      return mixed(hash, std::same_as<T, bool> ? "bool" : "double");
    } else if constexpr (described_enum<T>) {
      boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
          [&](auto enumerator) { hash = mixed(hash, enumerator.name); });
      return mixed(hash, "enum");
    } else {
      static_assert(described_struct<T>);
      for_each_member<T>([&](auto member) {
        using field = decltype(type_of(decltype(member)::pointer));
        hash = mix_form<field>(mixed(hash, member.name));
      });
      return mixed(hash, "struct");
    }
  }
};
template <class T>
struct fingerprint<std::optional<T>> {
  static constexpr auto mix(std::uint64_t hash) { return mixed(mix_form<T>(hash), "optional"); }
};
template <class T>
struct fingerprint<rare<T>> : fingerprint<std::optional<T>> {};
template <class T>
struct fingerprint<std::vector<T>> {
  static constexpr auto mix(std::uint64_t hash) { return mixed(mix_form<T>(hash), "vector"); }
};
template <class Tag, class T>
struct fingerprint<std::map<id<Tag>, T>> {
  static constexpr auto mix(std::uint64_t hash) { return mixed(mix_form<T>(hash), "map"); }
};
template <class... Ts>
struct fingerprint<std::variant<Ts...>> {
  static constexpr auto mix(std::uint64_t hash) {
    ((hash = mix_form<Ts>(hash)), ...);
    return mixed(hash, "variant");
  }
};

/// Different whenever a member, an enumerator or a type within the state is.
template <class State>
constexpr std::uint64_t form_of() {
  return mix_form<State>(0xCBF29CE484222325ULL);
}

/// The fingerprint in a state's text.
struct form_mark {
  std::string form;
};
BOOST_DESCRIBE_STRUCT(form_mark, (), (form))

template <class State>
std::string encode_state(const State& state, bool& personal) {
  personal = json_form::has_personal<State>::value;
  std::string text = "{";
  json_form::separator members{text};
  json_form::append_members(text, members, form_mark{std::to_string(form_of<State>())});
  json_form::append_members(text, members, state);
  text += '}';
  return text;
}

template <class State>
std::optional<State> decode_state(int schema, std::string_view text) {
  if (schema != state_schema) return std::nullopt;
  form_mark mark;
  State state{};
  if (!from_json_text(text, mark, state) || mark.form != std::to_string(form_of<State>()))
    return std::nullopt;
  return state;
}

}  // namespace rentwave::event_form
