// Reading what clients send: the members of a JSON body and the parameters of a query, each with
// its type and limits. A reader never throws and never coerces; it notes every wrong field and goes
// on with a default, so that one answer names them all. Lives for one request, on one thread.
//
//   auto body = field_reader::over(asked);
//   if (!body) co_return to_response(body.error(), asked);
//   const std::string title = body->text("title", {.max = 200});
//   const auto place = body->object("place");            // errors are named "place.city"
//   if (auto wrong = body->failure()) co_return to_response(*wrong, asked);
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <boost/system/result.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"
#include "http/exchange.hpp"

namespace rentwave::http {

/// Nesting beyond this is `malformed_json`.
inline constexpr int max_json_depth = 32;
/// Values of one body, members and elements counted; more are `malformed_json`.
inline constexpr int max_json_values = 10'000;

/// Lengths are in code points, after blanks at both ends were cut off. Control characters are never
/// accepted; the size limits hold in any script.
struct text_rules {
  std::size_t min = 1;
  std::size_t max = 200;
  bool lines = false;  ///< line feeds and tabs are welcome; CR LF becomes LF
  bool trim = true;    ///< false: kept to the last blank, for passwords
};

/// Both ends are included.
struct integer_range {
  std::int64_t min = 0;
  std::int64_t max = 0;
};
struct number_range {
  double min = 0;
  double max = 0;
};
struct duration_range {
  duration min{};
  duration max{};
};

/// 1 to `max_amount`, or from 0 on.
enum class amount_rule { positive, zero_too };

enum class body_rule {
  required,
  optional,  ///< no body is an object without members
};

/// One object of a JSON body. Copies and nested readers share the document and its errors. A member
/// that is null counts as absent (RFC 7396). Members that nobody asks for are ignored.
class field_reader {
 public:
  /// Errors: 400 `malformed_json` (duplicate members, too deep nesting and what is not UTF-8 too),
  /// 415 when its Content-Type says that it is something else, 422 for what is not an object.
  static boost::system::result<field_reader, problem> over(const request& asked,
                                                           body_rule rule = body_rule::required);
  /// Over a document made otherwise; must be an object.
  explicit field_reader(nlohmann::json object);

  /// Present and not null.
  bool has(std::string_view name) const;
  /// Present, be it null.
  bool mentions(std::string_view name) const;
  /// The whole object, as it came.
  const nlohmann::json& members() const;
  /// The member; null when it is absent.
  const nlohmann::json* raw(std::string_view name) const;

  // Required: absent is an error `required`. What is wrong reads as the type's default.
  std::string text(std::string_view name, text_rules rules = {});
  std::int64_t integer(std::string_view name, integer_range range);
  money amount(std::string_view name, amount_rule rule = amount_rule::positive);
  rentwave::duration duration(std::string_view name, duration_range range);
  rentwave::instant instant(std::string_view name);
  template <class Id>
  Id id(std::string_view name);
  /// One of the enumerators of a described enum, by its name.
  template <class Enum>
  Enum choice(std::string_view name);
  /// A reader that complains of nothing any more when the member is absent or no object.
  field_reader object(std::string_view name);
  /// Each element by the rules; errors are named "room.amenities[2]".
  std::vector<std::string> texts(std::string_view name, std::size_t max_count,
                                 text_rules rules = {});

  // Optional: nullopt when absent, or wrong (then there is an error).
  std::optional<std::string> optional_text(std::string_view name, text_rules rules = {});
  std::optional<std::int64_t> optional_integer(std::string_view name, integer_range range);
  std::optional<double> optional_number(std::string_view name, number_range range);
  std::optional<bool> optional_flag(std::string_view name);
  std::optional<money> optional_amount(std::string_view name,
                                       amount_rule rule = amount_rule::zero_too);
  std::optional<rentwave::duration> optional_duration(std::string_view name, duration_range range);
  std::optional<rentwave::instant> optional_instant(std::string_view name);
  template <class Enum>
  std::optional<Enum> optional_choice(std::string_view name);
  std::optional<field_reader> optional_object(std::string_view name);
  std::optional<std::vector<std::string>> optional_texts(std::string_view name,
                                                         std::size_t max_count,
                                                         text_rules rules = {});

  /// Notes that the field is wrong for a reason of the caller's.
  void refuse(std::string_view name, std::string code, std::string detail);
  /// No error so far, in any reader of this document.
  bool ok() const;
  /// 422 with all errors so far, if there are any.
  std::optional<problem> failure() const;

 private:
  struct document;
  field_reader(std::shared_ptr<document> whole, const nlohmann::json* object, std::string prefix);

  const nlohmann::json* find(std::string_view name) const;
  /// Like `find`, and notes an error when it is absent.
  const nlohmann::json* demand(std::string_view name);
  std::string path_of(std::string_view name) const;
  std::optional<boost::uuids::uuid> uuid_of(const nlohmann::json* value, std::string_view name);
  /// The text of an enumerator, checked against the names.
  std::optional<std::string> name_of(const nlohmann::json* value, std::string_view name,
                                     const std::vector<std::string_view>& names);

  std::shared_ptr<document> whole_;
  const nlohmann::json* object_;  ///< into the document; null: absent, and complained of already
  std::string prefix_;            ///< "place."
};

/// The parameters of a query, read as bodies are. One that nobody asked for, or that is given
/// twice, is an error.
class query_reader {
 public:
  explicit query_reader(const request& asked);

  std::optional<std::string> text(std::string_view name, text_rules rules = {});
  std::optional<std::int64_t> integer(std::string_view name, integer_range range);
  std::optional<double> number(std::string_view name, number_range range);
  /// So many numbers between commas.
  std::optional<std::vector<double>> numbers(std::string_view name,
                                             const std::vector<number_range>& ranges);
  /// Texts between commas, at most so many.
  std::vector<std::string> texts(std::string_view name, std::size_t max_count,
                                 text_rules rules = {});
  std::optional<bool> flag(std::string_view name);
  std::optional<rentwave::instant> instant(std::string_view name);
  template <class Id>
  std::optional<Id> id(std::string_view name);
  template <class Enum>
  std::optional<Enum> choice(std::string_view name);
  /// One of these words.
  std::optional<std::string> word(std::string_view name,
                                  const std::vector<std::string_view>& words);
  /// 1 to 100.
  int limit(int otherwise = 20);
  /// Opaque; whoever gave it out checks it.
  std::optional<std::string> cursor();

  void refuse(std::string_view name, std::string code, std::string detail);
  /// 422 with all errors, unknown parameters included: call it after everything was asked for.
  std::optional<problem> failure() const;

 private:
  std::optional<std::string_view> find(std::string_view name);

  const request& asked_;
  std::vector<std::string> known_;
  std::vector<field_error> errors_;
};

/// The largest `limit` of a list (api.md).
inline constexpr int max_page = 100;
/// The longest cursor that is looked at.
inline constexpr std::size_t max_cursor = 500;

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

// --- templates ---

/// The enumerators' names, in order.
template <class Enum>
std::vector<std::string_view> names_of() {
  std::vector<std::string_view> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>(
      [&](auto each) { names.push_back(each.name); });
  return names;
}

/// The value must be one of the enumerators.
template <class Enum>
std::string_view name_of(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

template <class Enum>
std::optional<Enum> named(const std::optional<std::string>& name) {
  Enum value{};
  if (!name || !boost::describe::enum_from_string(name->c_str(), value)) return std::nullopt;
  return value;
}

template <class Id>
Id field_reader::id(std::string_view name) {
  const auto value = uuid_of(demand(name), name);
  return value ? Id{*value} : Id{};
}
template <class Enum>
Enum field_reader::choice(std::string_view name) {
  return named<Enum>(name_of(demand(name), name, names_of<Enum>())).value_or(Enum{});
}
template <class Enum>
std::optional<Enum> field_reader::optional_choice(std::string_view name) {
  return named<Enum>(name_of(find(name), name, names_of<Enum>()));
}

template <class Id>
std::optional<Id> query_reader::id(std::string_view name) {
  const auto given = find(name);
  if (!given) return std::nullopt;
  const auto value = parse_id<Id>(*given);
  if (!value) refuse(name, "format", "An id is a UUID.");
  return value;
}
template <class Enum>
std::optional<Enum> query_reader::choice(std::string_view name) {
  return named<Enum>(word(name, names_of<Enum>()));
}

}  // namespace rentwave::http
