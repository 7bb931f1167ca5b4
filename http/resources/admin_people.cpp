// What administrators decide about people and adverts. Who decided it stands in the events, as
// their actor.
#include <nlohmann/json.hpp>

#include "http/advert_text.hpp"
#include "http/digests.hpp"
#include "http/resources/account_steps.hpp"
#include "http/resources/admin_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

constexpr text_rules needed_reason{.min = 1, .max = 1000, .lines = true};
/// 96 bits: nobody guesses it within a day.
constexpr std::size_t one_time_length = 24;

/// The person that the path names; 404 for whoever has left.
awaitable<answer<view_ptr>> person_in_path(backend& api, const request& asked) {
  const auto id = id_in_path<account_id>(asked);
  if (!id) co_return not_found("There is no such user.");
  co_return co_await person_of(api, *id);
}

json standing_json(const account::state& person) {
  const auto& at = person.standing;
  const bool is_suspended = at.now == account::standing::suspended;
  return {{"id", to_string(person.id)},
          {"standing", name_of(at.now)},
          {"reason", is_suspended ? json(at.reason.text) : json(nullptr)},
          {"until", at.until ? json(format_instant(*at.until)) : json(nullptr)}};
}

answer<account::command> read_suspension(const request& asked, instant now) {
  auto body = field_reader::over(asked);
  if (!body) return body.error();
  const bool lift = body->optional_flag("lift").value_or(false);
  account::suspend wish;
  if (!lift) {
    wish.reason = {body->text("reason", needed_reason)};
    wish.until = body->optional_instant("until");
    if (wish.until && *wish.until <= now)
      body->refuse("until", "range", "A suspension ends in the future.");
  }
  if (const auto wrong = body->failure()) return *wrong;
  if (lift) return account::command{account::reinstate{}};
  return account::command{std::move(wish)};
}

answer<listing::command> read_hiding(const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) return body.error();
  const bool lift = body->optional_flag("lift").value_or(false);
  listing::hide wish;
  if (!lift) wish.reason = body->text("reason", needed_reason);
  if (const auto wrong = body->failure()) return *wrong;
  if (lift) return listing::command{listing::show{}};
  return listing::command{std::move(wish)};
}

/// The login after its sessions were told to end; and this node takes none of them for open.
awaitable<answer<view_ptr>> after_ending(backend& api, view_ptr before) {
  const auto after = co_await api.settled_view(before->ref);
  forget_sessions(api, before->as<login::state>());
  if (!after) co_return after.error();
  co_return *after;
}

}  // namespace

awaitable<response> suspend_user(backend& api, const request& asked) {
  const auto person = co_await person_in_path(api, asked);
  if (!person) co_return to_response(person.error(), asked);
  const auto wish = read_suspension(asked, api.clock().now());
  if (!wish) co_return to_response(wish.error(), asked);
  const auto login = co_await api.view(login_ref((*person)->as<account::state>().username));
  if (!login) co_return to_response(login.error(), asked);
  const auto where = (*person)->ref;
  auto command = as_command<account::command>(*wish);
  const auto sent = co_await api.send(asked, where, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  const auto after = co_await api.settled_view(where);
  if (!after) co_return to_response(after.error(), asked);
  const auto ended = co_await after_ending(api, *login);
  if (!ended) co_return to_response(ended.error(), asked);
  co_return json_response(200, standing_json((*after)->as<account::state>()));
}

/// The password is shown here and nowhere else.
awaitable<response> reset_password(backend& api, const request& asked) {
  const auto person = co_await person_in_path(api, asked);
  if (!person) co_return to_response(person.error(), asked);
  const auto where = login_ref((*person)->as<account::state>().username);
  const auto password = random_hex().substr(0, one_time_length);
  auto digest = sha256_hex(password);
  auto hash = co_await api.hash_password(asked, std::move(digest));
  if (!hash) co_return to_response(hash.error(), asked);
  const auto before = co_await api.view(where);
  if (!before) co_return to_response(before.error(), asked);
  login::reset_password wish{{*std::move(hash)}};
  auto command = as_command<login::command>(std::move(wish));
  const auto sent = co_await api.send(asked, where, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  const auto after = co_await after_ending(api, *before);
  if (!after) co_return to_response(after.error(), asked);
  json made{{"id", to_string((*person)->as<account::state>().id)}, {"password", password}};
  const auto until = (*after)->as<login::state>().one_time_until;
  made["expires_at"] = until ? json(format_instant(*until)) : json(nullptr);
  co_return json_response(200, made);
}

awaitable<response> hide_listing(backend& api, const request& asked) {
  const auto advert = co_await advert_in_path(api, asked);
  if (!advert) co_return to_response(advert.error(), asked);
  const auto wish = read_hiding(asked);
  if (!wish) co_return to_response(wish.error(), asked);
  const auto where = (*advert)->ref;
  auto command = as_command<listing::command>(*wish);
  const auto sent = co_await api.send(asked, where, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  const auto after = co_await api.view(where);
  if (!after) co_return to_response(after.error(), asked);
  const auto& shown = (*after)->as<listing::state>();
  co_return text_response(200, advert_text(shown, api.clock().now(), api.currency()));
}

}  // namespace rentwave::http
