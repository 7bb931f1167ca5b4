#include "http/problems.hpp"

#include <algorithm>
#include <boost/describe/enum_to_string.hpp>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "http/object_text.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

struct status_and_title {
  unsigned status;
  const char* title;
};

/// No default: the compiler names the code that is missing.
status_and_title status_of(refusal_code code) {
  switch (code) {
    case refusal_code::unknown_entity:
      return {404, "Not found"};
    case refusal_code::already_exists:
      return {409, "Already exists"};
    case refusal_code::username_taken:
      return {409, "Username taken"};
    case refusal_code::bad_credentials:
      return {401, "Bad credentials"};
    case refusal_code::session_ended:
      return {401, "Session ended"};
    case refusal_code::too_many_sessions:
      return {409, "Too many sessions"};
    case refusal_code::not_owner:
      return {403, "Not the owner"};
    case refusal_code::not_party:
      return {403, "Not a party"};
    case refusal_code::stale_revision:
      return {412, "Changed in the meantime"};
    case refusal_code::listing_inactive:
      return {409, "Listing inactive"};
    case refusal_code::listing_in_use:
      return {409, "Listing in use"};
    case refusal_code::own_listing:
      return {409, "Own listing"};
    case refusal_code::duration_not_permitted:
      return {422, "Duration not permitted"};
    case refusal_code::period_invalid:
      return {422, "Invalid period"};
    case refusal_code::not_available:
      return {409, "Not available"};
    case refusal_code::too_many_bookings:
      return {409, "Too many bookings"};
    case refusal_code::price_changed:
      return {409, "Price changed"};
    case refusal_code::insufficient_funds:
      return {402, "Insufficient funds"};
    case refusal_code::debt:
      return {409, "Debt"};
    case refusal_code::too_many_holds:
      return {409, "Too many holds"};
    case refusal_code::amount_invalid:
      return {422, "Invalid amount"};
    case refusal_code::wrong_status:
      return {409, "Wrong status"};
    case refusal_code::too_late:
      return {409, "Too late"};
    case refusal_code::claim_exceeds_deposit:
      return {422, "Claim exceeds the deposit"};
    case refusal_code::undone:
      return {409, "Undone"};
    case refusal_code::payment_failed:
      return {402, "Payment failed"};
    case refusal_code::idempotency_mismatch:
      return {422, "Idempotency key used before"};
    case refusal_code::rating_invalid:
      return {422, "Invalid rating"};
    case refusal_code::already_reviewed:
      return {409, "Already reviewed"};
    case refusal_code::wallet_not_empty:
      return {409, "Wallet not empty"};
    case refusal_code::rentals_open:
      return {409, "Rentals open"};
    case refusal_code::account_closed:
      return {409, "Account closed"};
    case refusal_code::account_suspended:
      return {403, "Account suspended"};
    case refusal_code::listing_hidden:
      return {409, "Listing hidden"};
    case refusal_code::too_many_follows:
      return {409, "Too many follows"};
    case refusal_code::too_many_followers:
      return {409, "Too many followers"};
    case refusal_code::own_account:
      return {409, "Own account"};
    case refusal_code::too_many_webhooks:
      return {409, "Too many webhooks"};
    case refusal_code::too_many_photos:
      return {409, "Too many photos"};
    case refusal_code::not_now:
      return {503, "Try again later"};
  }
  return {500, "Internal error"};
}

std::string errors_text(const std::vector<field_error>& errors) {
  std::string text = "[";
  json_form::separator elements{text};
  for (const auto& each : errors) {
    elements.next();
    object_text::append(text, [&](object_text& one) {
      one.add("field", each.field);
      one.add("code", each.code);
      one.add("detail", each.detail);
    });
  }
  text += ']';
  return text;
}

/// These keep their meaning, whatever a problem adds (RFC 9457 section 3.2).
constexpr std::string_view members_of_all[] = {"type",   "title",  "status",  "code",
                                               "detail", "errors", "trace_id"};

std::string problem_text(const problem& what, const trace_id& trace) {
  std::string text;
  object_text::append(text, [&](object_text& body) {
    body.add("type", "/problems/" + what.code);
    body.add("title", what.title);
    body.add("status", what.status);
    body.add("code", what.code);
    body.add("detail", what.detail);
    body.add_json("errors", errors_text(what.errors));
    body.add("trace_id", to_string(trace));
    for (const auto& [name, json] : what.extra_json)
      if (std::ranges::find(members_of_all, name) == std::end(members_of_all))
        body.add_json(name, json);
  });
  return text;
}

/// A byte that is no UTF-8 must not cost the answer.
std::string dumped(const nlohmann::json& body) {
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string_view request::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

std::string request::header_list(std::string_view name) const {
  std::string all;
  for (const auto& [key, value] : headers)
    if (key == name) all.append(all.empty() ? "" : ", ").append(value);
  return all;
}

response to_response(const problem& what, const request& asked) {
  response made;
  made.status = what.status;
  made.content_type = "application/problem+json";
  made.body = problem_text(what, asked.trace);
  if (what.retry_after_s)
    made.headers.emplace_back("Retry-After", std::to_string(*what.retry_after_s));
  if (what.status == 401) made.headers.emplace_back("WWW-Authenticate", "Bearer");
  return made;
}

response json_response(unsigned status, const nlohmann::json& body) {
  return text_response(status, dumped(body));
}

response text_response(unsigned status, std::string json) {
  response made;
  made.status = status;
  made.body = std::move(json);
  return made;
}

problem make_problem(unsigned status, std::string code, std::string title, std::string detail) {
  problem made;
  made.status = status;
  made.code = std::move(code);
  made.title = std::move(title);
  made.detail = std::move(detail);
  return made;
}

const char* public_code(refusal_code code) {
  return code == refusal_code::unknown_entity ? "not_found" : to_string(code);
}

problem to_problem(const refusal& why) {
  const auto [status, title] = status_of(why.code);
  auto made = make_problem(status, public_code(why.code), title, why.detail);
  if (why.free) {
    const nlohmann::ordered_json free{{"start", format_instant(why.free->start)},
                                      {"end", format_instant(why.free->end)}};
    made.extra_json.emplace_back("free", free.dump());
  }
  if (status == 503) made.retry_after_s = 1;
  return made;
}

problem to_problem(const journal_error& why) {
  switch (why.code) {
    case journal_errc::not_found:
      return not_found("There is no such thing.");
    case journal_errc::bad_cursor:
      return invalid({{"cursor", "unknown_value", "It is none that we gave out."}});
    default:
      return try_later("unavailable", "The journal cannot be read right now.");
  }
}

problem not_found(std::string what) {
  return make_problem(404, "not_found", "Not found", std::move(what));
}

problem invalid(std::vector<field_error> errors) {
  auto made = make_problem(422, "invalid", "Invalid fields",
                           errors.size() == 1 ? errors.front().field + ": " + errors.front().detail
                                              : "Several fields are wrong; `errors` names them.");
  made.errors = std::move(errors);
  return made;
}

problem unauthenticated(std::string detail) {
  return make_problem(401, "unauthenticated", "Not authenticated", std::move(detail));
}

problem foreign_origin() {
  return make_problem(403, "foreign_origin", "Foreign origin",
                      "A browser may change things for pages of ours only.");
}

problem insufficient_scope(std::optional<scope> needed) {
  const std::string name = needed ? boost::describe::enum_to_string(*needed, "") : "";
  auto made = make_problem(403, "insufficient_scope", "Insufficient scope",
                           needed ? "This token has not the scope " + name + "."
                                  : "No program may do this: log in yourself.");
  made.extra_json.emplace_back("scope", needed ? '"' + name + '"' : "null");
  return made;
}

problem internal_error() {
  return make_problem(500, "internal_error", "Internal error", "Something went wrong on our side.");
}

problem rate_limited(std::string detail, std::chrono::steady_clock::duration wait) {
  auto made = make_problem(429, "rate_limited", "Too many requests", std::move(detail));
  made.retry_after_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count());
  return made;
}

problem try_later(std::string code, std::string detail) {
  auto made = make_problem(503, std::move(code), "Try again later", std::move(detail));
  made.retry_after_s = 1;
  return made;
}

}  // namespace rentwave::http
