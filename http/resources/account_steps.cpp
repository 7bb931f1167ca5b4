#include "http/resources/account_steps.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/login_throttle.hpp"
#include "http/views.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

constexpr std::size_t max_display_name = 100;
constexpr std::size_t max_email = 254;  // RFC 5321 section 4.5.3.1.3, without the brackets
constexpr std::size_t max_address = 500;
constexpr std::size_t max_device = 200;

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
  shown["rating"] = rating_json(person.rating);
  shown["id"] = to_string(person.id);
  shown["display_name"] = person.display_name.text;
  shown["since"] = format_instant(person.since);
  return shown;
}

nlohmann::json program_json(const session::grant& given) {
  auto scopes = nlohmann::json::array();
  for (const auto each : given.scopes) scopes.push_back(name_of(each));
  return {{"name", given.name.text},
          {"scopes", std::move(scopes)},
          {"expires_at", format_instant(given.expires_at)}};
}

std::string device_of(const request& asked) {
  const auto text = asked.header("user-agent").substr(0, max_device);
  const bool is_plain = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
  return is_plain ? std::string{text} : std::string{};
}

std::pair<std::string, std::string> auth_cookie(const backend& api, const request& asked,
                                                std::string_view token, std::int64_t max_age_s) {
  std::string text = "auth=" + std::string{token} +
                     "; HttpOnly; SameSite=Lax; Path=/; Max-Age=" + std::to_string(max_age_s);
  if (asked.is_secure || api.about().secure_cookies) text += "; Secure";
  return {"Set-Cookie", std::move(text)};
}

void forget_sessions(backend& api, const login::state& of) {
  for (const auto& each : of.programs) api.forget_session(each.session);
  for (const auto* all : {&of.sessions, &of.ending})
    for (const auto& each : *all) api.forget_session(each);
}

boost::asio::awaitable<answer<view_ptr>> person_of(backend& api, account_id account) {
  auto found = co_await api.view(account_ref(account));
  if (!found) co_return found.error();
  const auto& person = (*found)->as<account::state>();
  if (!person.exists || person.standing.now == account::standing::erased)
    co_return not_found("There is no such user.");
  co_return *std::move(found);
}

boost::asio::awaitable<answer<account::state>> profile_of(backend& api, const login::state& login) {
  const auto found = co_await api.view(account_ref(login.account));
  if (!found) co_return found.error();
  auto person = (*found)->as<account::state>();
  if (person.exists) co_return person;
  // The login has not opened it yet, and keeps until then what the account will say.
  person.id = login.account;
  person.username = login.username;
  person.display_name = login.display_name;
  person.email = login.email;
  person.address = login.address;
  person.since = api.clock().now();
  co_return person;
}

boost::asio::awaitable<answer<view_ptr>> throttled(backend& api, std::string name,
                                                   const request& asked,
                                                   boost::asio::awaitable<answer<view_ptr>> check) {
  auto* throttle = api.throttle();
  if (!throttle) co_return co_await std::move(check);
  const auto attempt =
      throttle->begin_login(name, asked.remote_address, login_throttle::clock::now());
  if (!attempt) co_return attempt.error();
  auto found = co_await std::move(check);
  if (found) {
    throttle->login_succeeded(*attempt, login_throttle::clock::now());
  } else if (found.error().status != 401 && found.error().status != 403) {
    throttle->login_came_to_nothing(*attempt);
  }
  co_return found;
}

problem bad_credentials() {
  return to_problem(
      refusal{refusal_code::bad_credentials, "Username and password do not fit.", {}});
}

}  // namespace rentwave::http
