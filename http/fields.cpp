#include "http/fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "http/ascii.hpp"
#include "http/duration_text.hpp"
#include "http/json_body.hpp"
#include "http/problems.hpp"
#include "http/text_rules.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using std::string_view;

constexpr const char* instant_form = "A time is RFC 3339, for example 2024-05-01T10:00:00Z.";

std::string text_of_number(double value) {
  return json(value).dump();
}

complaint wrong_type(std::string what) {
  return {"type", "It must be " + std::move(what) + "."};
}

template <class T>
complaint out_of_range(const T& min, const T& max) {
  return {"range", "It must be between " + min + " and " + max + "."};
}

complaint unknown_value(const std::vector<string_view>& names) {
  std::string all;
  for (const auto name : names) all.append(all.empty() ? "" : ", ").append(name);
  return {"unknown_value", "It must be one of " + all + "."};
}

/// What any page can have a browser send without our leave is a form or text/plain (Fetch, section
/// 2.2.2); whoever names no type is no page.
bool may_be_json(const request& asked) {
  auto type = asked.header("content-type");
  type = ascii::trimmed(type.substr(0, type.find(';')));
  return type.empty() || ascii::same_text(type, "application/json") ||
         ascii::lowered(std::string{type}).ends_with("+json");
}

problem malformed(std::string detail) {
  return make_problem(400, "malformed_json", "Malformed JSON", std::move(detail));
}

checked<std::string> as_text(const json& value, const text_rules& rules) {
  const auto* text = value.get_ptr<const json::string_t*>();
  if (!text) return wrong_type("a text");
  return apply_text_rules(*text, rules);
}

/// Only what is written as an integer: neither 2.0 nor 1e2.
checked<std::int64_t> as_integer(const json& value, integer_range range) {
  const auto outside = out_of_range(std::to_string(range.min), std::to_string(range.max));
  if (const auto* natural = value.get_ptr<const json::number_unsigned_t*>()) {
    if (!std::in_range<std::int64_t>(*natural)) return outside;
  } else if (!value.is_number_integer()) {
    // The parser makes a double of an integer beyond 64 bits.
    const auto* real = value.get_ptr<const json::number_float_t*>();
    if (real && std::abs(*real) >= 9.2e18) return outside;
    return wrong_type("an integer without fraction or exponent");
  }
  const auto read = value.get<std::int64_t>();
  if (read < range.min || read > range.max) return outside;
  return read;
}

checked<double> as_number(const json& value, number_range range) {
  if (!value.is_number()) return wrong_type("a number");
  const auto read = value.get<double>();
  if (!std::isfinite(read) || read < range.min || read > range.max)
    return out_of_range(text_of_number(range.min), text_of_number(range.max));
  return read;
}

checked<bool> as_flag(const json& value) {
  const auto* flag = value.get_ptr<const json::boolean_t*>();
  if (!flag) return wrong_type("true or false");
  return *flag;
}

integer_range range_of(amount_rule rule) {
  return {rule == amount_rule::positive ? 1 : 0, max_amount.cents};
}

checked<money> as_amount(const json& value, amount_rule rule) {
  if (value.is_object()) return wrong_type("a bare integer: minor units of the server's currency");
  const auto cents = as_integer(value, range_of(rule));
  if (!cents) return cents.error();
  return money{*cents};
}

checked<duration> as_duration(const json& value, duration_range range) {
  const auto* text = value.get_ptr<const json::string_t*>();
  if (!text) return wrong_type("a text");
  const auto read = parse_duration(*text);
  if (!read)
    return complaint{"format",
                     "A duration is ISO 8601 in weeks, days, hours, minutes and seconds, "
                     "for example PT1H or P14D."};
  if (*read < range.min || *read > range.max)
    return out_of_range(format_duration(range.min), format_duration(range.max));
  return *read;
}

checked<instant> as_instant(const json& value) {
  const auto* text = value.get_ptr<const json::string_t*>();
  if (!text) return wrong_type("a text");
  const auto read = parse_instant(*text);
  if (!read) return complaint{"format", instant_form};
  return *read;
}

}  // namespace

// --- the body ---

struct field_reader::document {
  json root;
  std::vector<field_error> errors;
};

boost::system::result<field_reader, problem> field_reader::over(const request& asked,
                                                                body_rule rule) {
  if (asked.body.empty() && rule == body_rule::optional) return field_reader{json::object()};
  if (!may_be_json(asked))
    return make_problem(415, "unsupported_media_type", "Unsupported media type",
                        "The body has to be application/json.");
  if (!is_utf8(asked.body)) return malformed("The body is not UTF-8.");
  auto read = parse_json(asked.body, max_json_depth, max_json_values);
  if (!read) return malformed(read.error().detail);
  if (!read->is_object()) return invalid({{"body", "type", "The body must be a JSON object."}});
  return field_reader{*std::move(read)};
}

field_reader::field_reader(json object) : whole_(std::make_shared<document>()) {
  whole_->root = std::move(object);
  object_ = &whole_->root;
}

field_reader::field_reader(std::shared_ptr<document> whole, const json* object, std::string prefix)
    : whole_(std::move(whole)), object_(object), prefix_(std::move(prefix)) {}

bool field_reader::has(string_view name) const {
  return find(name) != nullptr;
}

bool field_reader::mentions(string_view name) const {
  return object_ && object_->contains(name);
}

const json& field_reader::members() const {
  static const json nothing = json::object();
  return object_ ? *object_ : nothing;
}

const json* field_reader::raw(string_view name) const {
  return find(name);
}

const json* field_reader::find(string_view name) const {
  if (!object_) return nullptr;
  const auto found = object_->find(name);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

const json* field_reader::demand(string_view name) {
  const auto* value = find(name);
  if (!value && object_) refuse(name, "required", "It is required.");
  return value;
}

std::string field_reader::path_of(string_view name) const {
  return prefix_ + std::string{name};
}

void field_reader::refuse(string_view name, std::string code, std::string detail) {
  whole_->errors.push_back({path_of(name), std::move(code), std::move(detail)});
}

bool field_reader::ok() const {
  return whole_->errors.empty();
}

std::optional<problem> field_reader::failure() const {
  if (ok()) return std::nullopt;
  return invalid(whole_->errors);
}

namespace {

/// The value that was read, or nothing and a note.
template <class T>
std::optional<T> accept(field_reader& in, string_view name, const checked<T>& read) {
  if (read) return *read;
  in.refuse(name, read.error().code, read.error().detail);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> field_reader::optional_text(string_view name, text_rules rules) {
  const auto* value = find(name);
  return value ? accept(*this, name, as_text(*value, rules)) : std::nullopt;
}
std::optional<std::int64_t> field_reader::optional_integer(string_view name, integer_range range) {
  const auto* value = find(name);
  return value ? accept(*this, name, as_integer(*value, range)) : std::nullopt;
}
std::optional<double> field_reader::optional_number(string_view name, number_range range) {
  const auto* value = find(name);
  return value ? accept(*this, name, as_number(*value, range)) : std::nullopt;
}
std::optional<bool> field_reader::optional_flag(string_view name) {
  const auto* value = find(name);
  return value ? accept(*this, name, as_flag(*value)) : std::nullopt;
}
std::optional<money> field_reader::optional_amount(string_view name, amount_rule rule) {
  const auto* value = find(name);
  return value ? accept(*this, name, as_amount(*value, rule)) : std::nullopt;
}
std::optional<rentwave::duration> field_reader::optional_duration(string_view name,
                                                                  duration_range range) {
  const auto* value = find(name);
  return value ? accept(*this, name, as_duration(*value, range)) : std::nullopt;
}
std::optional<rentwave::instant> field_reader::optional_instant(string_view name) {
  const auto* value = find(name);
  return value ? accept(*this, name, as_instant(*value)) : std::nullopt;
}

std::string field_reader::text(string_view name, text_rules rules) {
  return demand(name) ? optional_text(name, rules).value_or("") : "";
}
std::int64_t field_reader::integer(string_view name, integer_range range) {
  return demand(name) ? optional_integer(name, range).value_or(0) : 0;
}
money field_reader::amount(string_view name, amount_rule rule) {
  return demand(name) ? optional_amount(name, rule).value_or(money{}) : money{};
}
rentwave::duration field_reader::duration(string_view name, duration_range range) {
  return demand(name) ? optional_duration(name, range).value_or(rentwave::duration{})
                      : rentwave::duration{};
}
rentwave::instant field_reader::instant(string_view name) {
  return demand(name) ? optional_instant(name).value_or(rentwave::instant{}) : rentwave::instant{};
}

std::optional<field_reader> field_reader::optional_object(string_view name) {
  const auto* value = find(name);
  if (!value) return std::nullopt;
  if (value->is_object()) return field_reader{whole_, value, path_of(name) + '.'};
  refuse(name, "type", "It must be an object.");
  return std::nullopt;
}

field_reader field_reader::object(string_view name) {
  auto found = demand(name) ? optional_object(name) : std::nullopt;
  return found ? *std::move(found) : field_reader{whole_, nullptr, path_of(name) + '.'};
}

std::optional<std::vector<std::string>> field_reader::optional_texts(string_view name,
                                                                     std::size_t max_count,
                                                                     text_rules rules) {
  const auto* value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_array()) {
    refuse(name, "type", "It must be an array.");
    return std::nullopt;
  }
  if (value->size() > max_count) {
    refuse(name, "too_many", "It has at most " + std::to_string(max_count) + " elements.");
    return std::nullopt;
  }
  std::vector<std::string> read;
  for (std::size_t at = 0; at < value->size(); ++at) {
    const auto element = std::string{name} + '[' + std::to_string(at) + ']';
    if (auto text = accept(*this, element, as_text((*value)[at], rules)))
      read.push_back(*std::move(text));
  }
  return read;
}

std::vector<std::string> field_reader::texts(string_view name, std::size_t max_count,
                                             text_rules rules) {
  if (!demand(name)) return {};
  return optional_texts(name, max_count, rules).value_or(std::vector<std::string>{});
}

std::optional<boost::uuids::uuid> field_reader::uuid_of(const nlohmann::json* value,
                                                        string_view name) {
  if (!value) return std::nullopt;
  const auto* text = value->get_ptr<const json::string_t*>();
  if (!text) {
    refuse(name, "type", "It must be a text.");
    return std::nullopt;
  }
  const auto read = parse_uuid(*text);
  if (!read) refuse(name, "format", "An id is a UUID.");
  return read;
}

std::optional<std::string> field_reader::name_of(const nlohmann::json* value, string_view name,
                                                 const std::vector<string_view>& names) {
  if (!value) return std::nullopt;
  const auto* text = value->get_ptr<const json::string_t*>();
  if (text && std::ranges::find(names, *text) != names.end()) return *text;
  const auto wrong = text ? unknown_value(names) : wrong_type("a text");
  refuse(name, wrong.code, wrong.detail);
  return std::nullopt;
}

}  // namespace rentwave::http
