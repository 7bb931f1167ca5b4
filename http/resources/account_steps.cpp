#include "http/resources/account_steps.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

constexpr std::size_t max_display_name = 100;
constexpr std::size_t max_email = 254;  // RFC 5321 section 4.5.3.1.3, without the brackets
constexpr std::size_t max_address = 500;
constexpr std::size_t max_idempotency_key = 255;

/// Something, an `@`, something: only a letter to it could say more.
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return at != text.npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == text.npos &&
         text.find_first_of(" ,;<>\"") == text.npos;
}

}  // namespace

profile_fields read_profile(field_reader& body) {
  profile_fields read;
  read.display_name = body.optional_text("display_name", {.min = 1, .max = max_display_name});
  read.email = body.optional_text("email", {.min = 1, .max = max_email});
  read.address = body.optional_text("address", {.min = 1, .max = max_address, .lines = true});
  if (read.email && !is_email(*read.email))
    body.refuse("email", "format", "An e-mail address looks like name@example.org.");
  return read;
}

nlohmann::json profile_json(const account::state& person) {
  auto shown = public_profile_json(person);
  shown["username"] = person.username;
  shown["email"] = person.email.text;
  shown["address"] = person.address.text;
  return shown;
}

nlohmann::json public_profile_json(const account::state& person) {
  nlohmann::json shown;
  shown["id"] = to_string(person.id);
  shown["display_name"] = person.display_name.text;
  shown["since"] = format_instant(person.since);
  return shown;
}

boost::asio::awaitable<answer<view_ptr>> person_of(backend& api, account_id account) {
  auto found = co_await api.view(account_ref(account));
  if (!found) co_return found.error();
  if (!(*found)->as<account::state>().exists) co_return not_found("There is no such user.");
  co_return *std::move(found);
}

answer<creation> creation_without_session(backend& api, const request& asked,
                                          std::string_view whose) {
  constexpr const char* name = "idempotency-key";
  const bool given = std::ranges::any_of(asked.headers, [&](auto& h) { return h.first == name; });
  if (!given) return creation{api.new_uuid(), std::nullopt};
  const auto key = asked.header(name);
  const auto is_visible = [](char c) { return c >= 0x21 && c <= 0x7E; };
  if (key.empty() || key.size() > max_idempotency_key || !std::ranges::all_of(key, is_visible))
    return invalid({{"Idempotency-Key", "format", "It has 1 to 255 visible ASCII characters."}});
  const std::string full = asked.path + '\n' + std::string{whose} + '\n' + std::string{key};
  const auto entity = uuid_v8(boost::uuids::uuid{}, full);
  return creation{entity, command_id{uuid_v8(entity, "create")}};
}

response no_content() {
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

problem bad_credentials() {
  return to_problem(
      refusal{refusal_code::bad_credentials, "Username and password do not fit.", {}});
}

}  // namespace rentwave::http
