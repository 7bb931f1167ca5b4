// Values of the domain straight to JSON text, in the same form as json.hpp and without a tree
// between: every event that is written goes through here.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"
#include "persistence/json_traits.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {

/// Adds the JSON text of `value` to `out`; always one valid JSON value.
template <class T>
void append_json(std::string& out, const T& value);

template <class T>
std::string to_json_text(const T& value) {
  std::string text;
  append_json(text, value);
  return text;
}

/// Adds a JSON string. What is not UTF-8 becomes U+FFFD: text that cannot be read back is never
/// stored.
void append_json_string(std::string& out, std::string_view text);
/// NaN and infinities, which JSON lacks, become null.
void append_json_double(std::string& out, double value);
/// With its quotes.
void append_json_uuid(std::string& out, const boost::uuids::uuid& value);

namespace json_form {

template <number T>
void append_number(std::string& out, T value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

/// Puts the commas between what is added.
class separator {
 public:
  explicit separator(std::string& out) : out_(out) {}
  void next() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  /// For names that need no escaping.
  void next(std::string_view name) {
    next();
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

 private:
  std::string& out_;
  bool first_ = true;
};

template <class T>
void append_members(std::string& out, separator& members, const T& value) {
  for_each_member<T>([&](auto member) {
    const auto& field = value.*member.pointer;
    using field_type = std::remove_cvref_t<decltype(field)>;
    if constexpr (is_optional<field_type>) {
      if (!field) return;
    }
    members.next(member.name);
    append_json(out, field);
  });
}

template <class T>
void append_container(std::string& out, const T& value) {
  separator elements{out};
  if constexpr (is_vector<T>) {
    out += '[';
    for (const auto& element : value) {
      elements.next();
      append_json(out, element);
    }
    out += ']';
  } else {
    out += '{';
    for (const auto& [key, element] : value) {
      elements.next();
      append_json_uuid(out, key.value);
      out += ':';
      append_json(out, element);
    }
    out += '}';
  }
}

template <class T>
void append_variant(std::string& out, const T& value) {
  out += '{';
  separator{out}.next(alternative_name<T>(value.index()));
  std::visit([&](const auto& chosen) { append_json(out, chosen); }, value);
  out += '}';
}

}  // namespace json_form

template <class T>
void append_json(std::string& out, const T& value) {
  using namespace json_form;
  if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (number<T>) {
    append_number(out, value);
  } else if constexpr (std::same_as<T, double>) {
    append_json_double(out, value);
  } else if constexpr (std::same_as<T, std::string>) {
    append_json_string(out, value);
  } else if constexpr (std::same_as<T, money>) {
    append_number(out, value.cents);
  } else if constexpr (std::same_as<T, instant>) {
    out += '"';
    append_instant(out, value);
    out += '"';
  } else if constexpr (std::same_as<T, duration>) {
    append_number(out, static_cast<std::int64_t>(value.count()));
  } else if constexpr (std::same_as<T, photo_id>) {
    append_json_string(out, to_string(value));
  } else if constexpr (is_id<T>) {
    append_json_uuid(out, value.value);
  } else if constexpr (described_enum<T>) {
    out += '"';
    out += enum_name(value);
    out += '"';
  } else if constexpr (std::same_as<T, personal>) {
    out += '{';
    separator{out}.next(personal_member);
    append_json_string(out, value.text);
    out += '}';
  } else if constexpr (is_optional<T>) {
    value ? append_json(out, *value) : void(out += "null");
  } else if constexpr (is_vector<T> || is_id_map<T>) {
    append_container(out, value);
  } else if constexpr (is_variant<T>) {
    append_variant(out, value);
  } else {
    static_assert(described_struct<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    out += '{';
    separator members{out};
    append_members(out, members, value);
    out += '}';
  }
}

}  // namespace rentwave
