// A prepared statement: bound with values of ours in one call, read into values of ours in one
// call. It belongs to its connection's cache.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"
#include "persistence/json_traits.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace rentwave::sqlite {

/// Bytes that are no text, to bind.
struct blob {
  std::string_view bytes;
};

class statement;

/// A run of a statement; the statement is free again when this ends.
class rows {
 public:
  explicit rows(statement& of) : of_(of) {}
  rows(const rows&) = delete;
  rows& operator=(const rows&) = delete;
  ~rows();

  /// Goes to the next row; false: there is none.
  bool next();

  /// Reads the row's columns in order. Throws `damaged` for what is no value of that type.
  template <class... Ts>
  void read(Ts&... into) const {
    int column = 0;
    (get(column++, into), ...);
  }

 private:
  void get(int column, std::int64_t& into) const;
  void get(int column, double& into) const;
  void get(int column, std::string& into) const;
  void get(int column, boost::uuids::uuid& into) const;
  void get(int column, int& into) const;
  void get(int column, bool& into) const { into = integer(column) != 0; }
  void get(int column, instant& into) const { into = instant{duration{integer(column)}}; }
  void get(int column, money& into) const { into.cents = integer(column); }
  template <class Tag>
  void get(int column, id<Tag>& into) const {
    get(column, into.value);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void get(int column, Enum& into) const {
    std::string name;
    get(column, name);
    const auto value = json_form::enum_named<Enum>(name);
    if (!value) unknown_name(name);
    into = *value;
  }
  template <class T>
  void get(int column, std::optional<T>& into) const {
    into.reset();
    if (!null(column)) get(column, into.emplace());
  }

  std::int64_t integer(int column) const;
  bool null(int column) const;
  [[noreturn]] static void unknown_name(const std::string& name);

  statement& of_;
};

class statement {
 public:
  /// Takes over `compiled`.
  statement(sqlite3* connection, sqlite3_stmt* compiled) noexcept
      : connection_(connection), compiled_(compiled) {}
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  ~statement();

  /// Binds ?1, ?2, … and executes; answers how many rows it changed.
  template <class... Ts>
  std::int64_t run(const Ts&... values) {
    bind_all(false, values...);
    return execute();
  }

  /// Binds ?1, ?2, … for `rows` to be read.
  template <class... Ts>
  rows query(const Ts&... values) {
    bind_all(true, values...);
    return rows{*this};
  }

 private:
  friend class rows;

  template <class... Ts>
  void bind_all([[maybe_unused]] bool copy, const Ts&... values) {
    int at = 0;
    (bind(++at, values, copy), ...);
  }
  template <class T>
  void bind(int at, const T& value, [[maybe_unused]] bool copy) {
    if constexpr (std::is_enum_v<T>) {
      bind_text(at, json_form::enum_name(value), copy);
    } else if constexpr (std::is_integral_v<T>) {
      bind_integer(at, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<T, double>) {
      bind_real(at, value);
    } else if constexpr (std::is_same_v<T, instant>) {
      bind_integer(at, value.time_since_epoch().count());
    } else if constexpr (std::is_same_v<T, money>) {
      bind_integer(at, value.cents);
    } else if constexpr (json_form::is_id<T>) {
      bind(at, value.value, copy);
    } else if constexpr (std::is_same_v<T, boost::uuids::uuid>) {
      bind_blob(at, {reinterpret_cast<const char*>(value.data), value.size()}, copy);
    } else if constexpr (std::is_same_v<T, blob>) {
      bind_blob(at, value.bytes, copy);
    } else if constexpr (json_form::is_optional<T>) {
      if (value)
        bind(at, *value, copy);
      else
        bind_null(at);
    } else {
      bind_text(at, std::string_view{value}, copy);
    }
  }
  void bind_integer(int at, std::int64_t value);
  void bind_real(int at, double value);
  void bind_text(int at, std::string_view value, bool copy);
  void bind_blob(int at, std::string_view value, bool copy);
  void bind_null(int at);

  bool step();
  std::int64_t execute();
  void reset() noexcept;
  void check(int code) const;

  sqlite3* connection_;
  sqlite3_stmt* compiled_;
};

}  // namespace rentwave::sqlite
