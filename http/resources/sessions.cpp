// Logging in and out: a session is an entity, its token a cookie or a Bearer token.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "http/idempotency.hpp"
#include "http/passwords.hpp"
#include "http/resources/account_handlers.hpp"
#include "http/resources/account_steps.hpp"
#include "http/views.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;

/// The body with a new token of the session, and the same as a cookie.
response with_token(backend& api, const request& asked, const identity& who, unsigned status,
                    nlohmann::json body) {
  const auto token = api.make_token(who);
  body["session_id"] = to_string(who.session);
  body["access_token"] = token.text;
  body["expires_at"] = format_instant(token.expires_at);
  auto made = json_response(status, body);
  const auto left = token.expires_at - api.clock().real_now();
  const auto max_age_s = std::chrono::duration_cast<std::chrono::seconds>(left).count();
  made.headers.push_back(auth_cookie(api, asked, token.text, std::max<std::int64_t>(max_age_s, 0)));
  made.headers.emplace_back("Cache-Control", "no-store");
  return made;
}

/// No login has this id: a name that nobody can have is asked for like any other.
constexpr std::string_view no_name = "-";

/// The login that the credentials fit. An unknown name costs the same work as a wrong password.
awaitable<answer<view_ptr>> login_of(backend& api, const request& asked, std::string name,
                                     std::string digest) {
  const auto found = co_await api.view(login_ref(name));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<login::state>();
  const auto fits = co_await api.check_password(asked, std::move(digest), state.password_hash.text);
  if (!fits) co_return fits.error();
  if (!*fits || state.username.empty()) co_return bad_credentials();
  co_return *found;
}

/// Starts the session and waits until the login knows of it, so that a change of the password that
/// came in between has ended it.
awaitable<answer<identity>> start_session(backend& api, const request& asked,
                                          const login::state& login) {
  const auto ids = creation_for(api, asked, to_string(login.account));
  if (!ids) co_return ids.error();
  const identity who{login.account, session_id{ids->entity}, login.username};
  auto command = as_command<session::command>(session::start{who.session,
                                                             who.account,
                                                             who.username,
                                                             login.password_version,
                                                             {device_of(asked)},
                                                             {asked.remote_address}});
  const auto where = session_ref(who.session);
  const auto sent = co_await api.send(asked, where, std::move(command), ids->command);
  if (!sent) co_return sent.error();
  const auto begun = co_await api.settled_view(where);
  if (!begun) co_return begun.error();
  if ((*begun)->as<session::state>().now != session::status::open) co_return bad_credentials();
  co_return who;
}

/// To whoever knows the password.
awaitable<problem> why_suspended(backend& api, account_id account) {
  auto why = to_problem(refusal{refusal_code::account_suspended, "The account is suspended.", {}});
  const auto found = co_await api.view(account_ref(account));
  if (!found) co_return why;
  const auto& standing = (*found)->as<account::state>().standing;
  why.detail += " " + standing.reason.text;
  if (standing.until)
    why.extra_json.emplace_back("until", '"' + format_instant(*standing.until) + '"');
  co_return why;
}

awaitable<std::optional<problem>> end_session(backend& api, const request& asked,
                                              session_id session) {
  auto command = as_command<session::command>(session::end{});
  const auto sent = co_await api.send(asked, session_ref(session), std::move(command));
  // Whatever came of it: whoever comes next is asked for again.
  api.forget_session(session);
  if (!sent) co_return sent.error();
  co_return std::nullopt;
}

}  // namespace

awaitable<response> post_session(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  const auto username = body->text("username");
  auto digest = password_digest(*body, "password");
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);

  const auto name = login::normalise_username(username).value_or(std::string{no_name});
  auto check = login_of(api, asked, name, std::move(digest));
  const auto login = co_await throttled(api, name, asked, std::move(check));
  if (!login) co_return to_response(login.error(), asked);
  const auto& state = (*login)->as<login::state>();
  if (state.now == login::gate::locked) {
    const auto why = co_await why_suspended(api, state.account);
    co_return to_response(why, asked);
  }
  // Before the session: whoever is told that it failed shall not have one.
  const auto person = co_await profile_of(api, state);
  if (!person) co_return to_response(person.error(), asked);
  const auto who = co_await start_session(api, asked, state);
  if (!who) co_return to_response(who.error(), asked);
  nlohmann::json made;
  made["user"] = profile_json(*person);
  auto answered = with_token(api, asked, *who, 201, std::move(made));
  answered.headers.emplace_back("Location", "/api/sessions/" + to_string(who->session));
  co_return answered;
}

awaitable<response> get_sessions(backend& api, const request& asked) {
  auto question = [account = caller_of(asked)](journal& in) { return in.sessions(account); };
  const auto rows = co_await api.read(std::move(question));
  if (!rows) co_return to_response(rows.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& row : *rows) {
    const auto found = co_await api.view(session_ref(row.id));
    if (!found) co_return to_response(found.error(), asked);
    const auto& state = (*found)->as<session::state>();
    if (state.now != session::status::open) continue;
    nlohmann::json item;
    item["id"] = to_string(row.id);
    item["device"] = state.device.text;
    item["address"] = state.address.text;
    item["since"] = format_instant(state.since);
    item["current"] = row.id == asked.who->session;
    item["program"] = state.program ? program_json(*state.program) : nlohmann::json(nullptr);
    items.push_back(std::move(item));
  }
  co_return json_response(200, list_json(std::move(items)));
}

awaitable<response> refresh_session(backend& api, const request& asked) {
  const auto found = co_await api.view(session_ref(asked.who->session));
  if (!found) co_return to_response(found.error(), asked);
  if ((*found)->as<session::state>().now != session::status::open) {
    api.forget_session(asked.who->session);
    const refusal over{refusal_code::session_ended, "The session has ended.", {}};
    co_return to_response(to_problem(over), asked);
  }
  co_return with_token(api, asked, *asked.who, 200, nlohmann::json::object());
}

awaitable<response> delete_current_session(backend& api, const request& asked) {
  const auto failed = co_await end_session(api, asked, asked.who->session);
  if (failed) co_return to_response(*failed, asked);
  auto done = no_content();
  done.headers.push_back(auth_cookie(api, asked, {}, 0));
  co_return done;
}

awaitable<response> delete_session(backend& api, const request& asked) {
  const auto session = id_in_path<session_id>(asked);
  if (!session) co_return to_response(not_found("There is no such session."), asked);
  if (*session == asked.who->session) co_return co_await delete_current_session(api, asked);
  // Only the owner's is ended; the entity says of all others that they are unknown.
  const auto failed = co_await end_session(api, asked, *session);
  if (failed) co_return to_response(*failed, asked);
  co_return no_content();
}

}  // namespace rentwave::http
