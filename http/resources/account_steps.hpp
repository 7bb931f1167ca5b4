// Steps that the handlers of accounts and sessions share: a profile's fields and its forms.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/backend.hpp"
#include "http/fields.hpp"
#include "http/resources/steps.hpp"

namespace rentwave::http {

/// What a body may say of a profile. Absent members are empty.
struct profile_fields {
  std::optional<std::string> display_name;
  std::optional<std::string> email;
  std::optional<std::string> address;
};
/// Notes every wrong field.
profile_fields read_profile(field_reader& body);

/// As its person sees it.
nlohmann::json profile_json(const account::state& person);
/// As everybody sees it.
nlohmann::json public_profile_json(const account::state& person);

/// {"name", "scopes", "expires_at"}
nlohmann::json program_json(const session::grant& given);
/// The User-Agent, as much of it as we keep; empty when it is no plain text.
std::string device_of(const request& asked);

/// The cookie of a token; one without a token, for no time, takes it away.
std::pair<std::string, std::string> auth_cookie(const backend& api, const request& asked,
                                                std::string_view token, std::int64_t max_age_s);
/// Makes this node ask again for every session and token of the login.
void forget_sessions(backend& api, const login::state& of);

/// The profile of an account that exists, and that nobody has left; 404 otherwise.
boost::asio::awaitable<answer<view_ptr>> person_of(backend& api, account_id account);

/// The profile of whoever has this login, be it so new that the account is not there yet.
boost::asio::awaitable<answer<account::state>> profile_of(backend& api, const login::state& login);

/// What `check` finds of the password of `name`, unless that was guessed at too often (429). That
/// it answers 401 or 403 is a wrong guess.
boost::asio::awaitable<answer<view_ptr>> throttled(backend& api, std::string name,
                                                   const request& asked,
                                                   boost::asio::awaitable<answer<view_ptr>> check);

/// 401, the same for all wrong credentials.
problem bad_credentials();

}  // namespace rentwave::http
