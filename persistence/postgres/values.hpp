// What goes into a statement, as the text that PostgreSQL reads: single parameters, and arrays of
// them, by which one statement writes many rows.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "persistence/json_traits.hpp"

namespace rentwave::postgres {

/// Bytes that are no text.
struct blob {
  std::string_view bytes;
};

void append_uuid(std::string& out, const boost::uuids::uuid& value);
void append_blob(std::string& out, std::string_view bytes);
/// As an element of an array: in quotes.
void append_quoted(std::string& out, std::string_view text);
bool is_utf8(std::string_view text);

template <class T>
inline constexpr bool is_text = std::is_convertible_v<T, std::string_view> || std::is_enum_v<T>;

/// Adds the text of one value; it is not NULL.
template <class T>
void append_text(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, double>) {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  } else if constexpr (std::is_same_v<T, instant>) {
    append_text(out, std::int64_t{value.time_since_epoch().count()});
  } else if constexpr (std::is_same_v<T, money>) {
    append_text(out, value.cents);
  } else if constexpr (json_form::is_id<T>) {
    append_uuid(out, value.value);
  } else if constexpr (std::is_same_v<T, boost::uuids::uuid>) {
    append_uuid(out, value);
  } else if constexpr (std::is_same_v<T, blob>) {
    append_blob(out, value.bytes);
  } else if constexpr (std::is_enum_v<T>) {
    out += json_form::enum_name(value);
  } else {
    out += std::string_view{value};
  }
}

/// The text of a PostgreSQL array, '{…}'.
class array {
 public:
  template <class T>
  void add(const T& value) {
    if (!text_.empty()) text_ += ',';
    add_element(value);
  }
  std::string text() && { return '{' + std::move(text_) + '}'; }

 private:
  template <class T>
  void add_element(const T& value) {
    if constexpr (json_form::is_optional<T>) {
      if (value)
        add_element(*value);
      else
        text_ += "NULL";
    } else if constexpr (std::is_enum_v<T>) {
      append_quoted(text_, json_form::enum_name(value));
    } else if constexpr (is_text<T>) {
      append_quoted(text_, value);
    } else if constexpr (std::is_same_v<T, blob>) {
      std::string bytes;
      append_blob(bytes, value.bytes);
      append_quoted(text_, bytes);
    } else {
      append_text(text_, value);
    }
  }

  std::string text_;
};

/// $1, $2, …
class values {
 public:
  template <class... Ts>
  explicit values(Ts&&... all) {
    texts_.reserve(sizeof...(all));
    (add(std::forward<Ts>(all)), ...);
  }

  void add(std::string&& text) { texts_.emplace_back(std::move(text)); }
  void add(array&& list) { texts_.emplace_back(std::move(list).text()); }
  template <class T>
  void add(const T& value) {
    if constexpr (json_form::is_optional<T>) {
      if (value)
        add(*value);
      else
        texts_.emplace_back();
    } else {
      append_text(texts_.emplace_back().emplace(), value);
    }
  }

  const std::vector<std::optional<std::string>>& texts() const { return texts_; }

 private:
  std::vector<std::optional<std::string>> texts_;
};

}  // namespace rentwave::postgres
