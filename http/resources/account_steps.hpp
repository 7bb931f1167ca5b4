// Steps that the handlers of accounts and sessions share: a profile's fields and its forms, and
// creating under an Idempotency-Key where nobody is logged in yet.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

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

/// The profile of an account that exists; 404 otherwise.
boost::asio::awaitable<answer<view_ptr>> person_of(backend& api, account_id account);

/// As `creation_for`; with a key the ids follow from path, `whose` and key.
answer<creation> creation_without_session(backend& api, const request& asked,
                                          std::string_view whose);

template <class Command>
any_command login_command(Command what) {
  return any_command{std::in_place_type<login::command>, std::move(what)};
}

/// 204.
response no_content();

/// 401, the same for all wrong credentials.
problem bad_credentials();

}  // namespace rentwave::http
