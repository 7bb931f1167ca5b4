// Tokens for programs: long-lived sessions without a password, good for what their scopes say.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/idempotency.hpp"
#include "http/resources/account_handlers.hpp"
#include "http/resources/account_steps.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;

/// In real time; also of one that names no end.
constexpr duration longest_life = one_day * 366;

constexpr text_rules name_rules{.min = 1, .max = 100};

/// Each once, in the order of the enumerators.
std::vector<scope> read_scopes(field_reader& body) {
  std::vector<scope> scopes;
  const auto known = names_of<scope>();
  const auto given = body.texts("scopes", 2 * known.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto one = named<scope>(given[i]);
    if (one)
      scopes.push_back(*one);
    else
      body.refuse("scopes[" + std::to_string(i) + "]", "unknown_value",
                  "Scopes are read, profile, listings, rentals, wallet and inbox.");
  }
  if (const auto* all = body.raw("scopes"); all && all->is_array() && all->empty())
    body.refuse("scopes", "required", "A token without a scope would be good for nothing.");
  std::ranges::sort(scopes);
  const auto repeated = std::ranges::unique(scopes);
  scopes.erase(repeated.begin(), repeated.end());
  return scopes;
}

/// In whole seconds, as the token says it.
instant read_end(field_reader& body, instant now) {
  const auto latest = std::chrono::floor<std::chrono::seconds>(now + longest_life);
  const auto given = body.optional_instant("expires_at");
  if (given && (*given <= now || *given > latest))
    body.refuse("expires_at", "range", "A token ends in the future, and within 366 days.");
  return std::chrono::floor<std::chrono::seconds>(given.value_or(latest));
}

/// Why the login did not take the session: it has too many, or the one that asked has ended.
awaitable<problem> why_not_begun(backend& api, const std::string& username, instant made_at) {
  const auto found = co_await api.view(login_ref(username));
  if (!found) co_return found.error();
  if (login::count_programs((*found)->as<login::state>(), made_at) >= login::max_programs)
    co_return to_problem({refusal_code::too_many_sessions,
                          "There are as many tokens as there may be: revoke one.",
                          {}});
  co_return to_problem({refusal_code::session_ended, "The session has ended.", {}});
}

awaitable<response> make_token(backend& api, const request& asked, const session::grant& wish,
                               const creation& ids) {
  const identity who{asked.who->account, session_id{ids.entity}, asked.who->username, wish.scopes,
                     wish.expires_at};
  session::start start;
  start.id = who.session;
  start.account = who.account;
  start.username = who.username;
  start.device = {device_of(asked)};
  start.address = {asked.remote_address};
  start.program = wish;
  auto command = as_command<session::command>(std::move(start));
  const auto begun =
      co_await create(api, asked, session_ref(who.session), std::move(command), ids.command);
  if (!begun) co_return to_response(begun.error(), asked);
  const auto& state = (*begun)->as<session::state>();
  if (state.now != session::status::open) {
    const auto made_at = state.program->made_at.value_or(api.clock().real_now());
    const auto why = co_await why_not_begun(api, who.username, made_at);
    co_return to_response(why, asked);
  }
  // Still on its way to the login: nobody gets a token that may come to nothing.
  if (state.announce) co_return to_response(try_later("timed_out", "Ask again."), asked);
  auto made = program_json(wish);
  made["id"] = to_string(who.session);
  made["access_token"] = api.make_token(who).text;
  co_return created(made, "/api/sessions/" + to_string(who.session));
}

}  // namespace

awaitable<response> post_token(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  session::grant wish;
  wish.name = {body->text("name", name_rules)};
  wish.scopes = read_scopes(*body);
  const auto now = api.clock().real_now();
  wish.expires_at = read_end(*body, now);
  wish.made_at = now;
  wish.by = asked.who->session;
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const creating make = [&](const creation& ids) { return make_token(api, asked, wish, ids); };
  co_return co_await once(api, asked, make);
}

}  // namespace rentwave::http
