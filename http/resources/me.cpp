// One's own profile and password, and leaving.
#include <nlohmann/json.hpp>

#include "http/passwords.hpp"
#include "http/resources/account_handlers.hpp"
#include "http/resources/account_steps.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;

/// What the member says: nothing, a new text, or with null that there is none any more.
std::optional<personal> changed(const field_reader& body, std::string_view name,
                                std::optional<std::string> text) {
  if (text) return personal{*std::move(text)};
  if (body.mentions(name) && !body.has(name)) return personal{};
  return std::nullopt;
}

/// The caller's login, whose password the digest fits. Not 401: the session is a good one.
awaitable<answer<view_ptr>> own_login(backend& api, const request& asked, std::string digest) {
  const auto found = co_await api.view(login_ref(asked.who->username));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<login::state>();
  const auto fits = co_await api.check_password(asked, std::move(digest), state.password_hash.text);
  if (!fits) co_return fits.error();
  if (*fits && state.account == asked.who->account) co_return *found;
  co_return make_problem(403, to_string(refusal_code::bad_credentials), "Bad credentials",
                         "This is not your current password.");
}

}  // namespace

awaitable<response> get_me(backend& api, const request& asked) {
  const auto found = co_await person_of(api, caller_of(asked));
  if (!found) co_return to_response(found.error(), asked);
  co_return json_response(200, profile_json((*found)->as<account::state>()));
}

awaitable<response> patch_me(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  auto profile = read_profile(*body);
  if (body->mentions("display_name") && !body->has("display_name"))
    body->refuse("display_name", "required", "Everybody has a name.");
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);

  account::edit edit{changed(*body, "display_name", std::move(profile.display_name)),
                     changed(*body, "email", std::move(profile.email)),
                     changed(*body, "address", std::move(profile.address))};
  auto command = as_command<account::command>(std::move(edit));
  const auto sent = co_await api.send(asked, account_ref(caller_of(asked)), std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  co_return co_await get_me(api, asked);
}

awaitable<response> change_password(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  auto current = password_digest(*body, "current_password");
  auto digest = password_digest(*body, "password");
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);

  auto check = own_login(api, asked, std::move(current));
  const auto before = co_await throttled(api, asked.who->username, asked, std::move(check));
  if (!before) co_return to_response(before.error(), asked);
  const auto& login = (*before)->as<login::state>();
  auto hash = co_await api.hash_password(asked, std::move(digest));
  if (!hash) co_return to_response(hash.error(), asked);
  auto command = as_command<login::command>(
      login::change_password{login.password_version, {*std::move(hash)}, asked.who->session});
  const auto where = login_ref(login.username);
  const auto sent = co_await api.send(asked, where, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);

  // Once the login owes nothing any more, all other sessions have ended.
  const auto after = co_await api.settled_view(where);
  forget_sessions(api, login);
  if (!after) co_return to_response(after.error(), asked);
  co_return no_content();
}

/// 202 while others have yet to agree: whoever asks again is told how it went.
awaitable<response> delete_me(backend& api, const request& asked) {
  const auto where = account_ref(caller_of(asked));
  const auto login = login_ref(asked.who->username);
  const auto before = co_await api.view(login);
  if (!before) co_return to_response(before.error(), asked);
  auto command = as_command<account::command>(account::close{});
  const auto sent = co_await api.send(asked, where, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  const auto after = co_await api.settled_view(where);
  if (!after) co_return to_response(after.error(), asked);
  const auto& standing = (*after)->as<account::state>().standing;
  if (standing.refused) co_return to_response(to_problem(*standing.refused), asked);
  if (standing.now != account::standing::erased)
    co_return json_response(202, {{"standing", name_of(standing.now)}});

  // Once the login owes nothing any more, all sessions have ended.
  const auto closed = co_await api.settled_view(login);
  forget_sessions(api, (*before)->as<login::state>());
  if (!closed) co_return to_response(closed.error(), asked);
  auto done = no_content();
  done.headers.push_back(auth_cookie(api, asked, {}, 0));
  co_return done;
}

}  // namespace rentwave::http
