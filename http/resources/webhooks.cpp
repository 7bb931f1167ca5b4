// Where one's notifications are posted. The secret that signs them is shown once, to whoever made
// the webhook: a repeat under an Idempotency-Key shows the same one.
#include <algorithm>
#include <boost/mp11.hpp>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"
#include "http/webhooks/receiver_url.hpp"
#include "http/webhooks/signature.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;

constexpr std::size_t most_types = 100;

problem no_webhook() {
  return not_found("There is no such webhook.");
}

template <class Event>
bool is_type_of(std::string_view name) {
  bool is_one = false;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Event>>(
      [&](auto each) { is_one = is_one || decltype(each)::type::type == name; });
  return is_one;
}

/// A notice has the type of the event that it tells of.
bool is_notice_type(std::string_view name) {
  return is_type_of<rental::event>(name) || is_type_of<listing::event>(name) ||
         is_type_of<webhook::event>(name);
}

/// Each once, ascending. Absent: all, which is an empty list.
std::vector<std::string> read_types(field_reader& body) {
  auto types = body.optional_texts("types", most_types).value_or(std::vector<std::string>{});
  const auto* given = body.raw("types");
  if (!given || !given->is_array() || given->size() > most_types) return types;
  if (given->empty())
    body.refuse("types", "required", "Without a type there would be nothing to post.");
  for (std::size_t i = 0; i < given->size(); ++i) {
    const auto* name = (*given)[i].get_ptr<const std::string*>();
    if (name && !is_notice_type(*name))
      body.refuse("types[" + std::to_string(i) + "]", "unknown_value",
                  "No notification has this type.");
  }
  std::ranges::sort(types);
  const auto repeated = std::ranges::unique(types);
  types.erase(repeated.begin(), repeated.end());
  return types;
}

std::string read_url(field_reader& body, const receiver_rules& rules) {
  auto url = body.text("url", {.min = 1, .max = max_receiver_url});
  if (url.empty()) return url;
  if (const auto parsed = parse_receiver_url(url, rules); !parsed)
    body.refuse("url", parsed.error().code, parsed.error().detail);
  return url;
}

awaitable<response> make_webhook(backend& api, const request& asked, webhook::create wish,
                                 const creation& ids) {
  wish.id = webhook_id{ids.entity};
  wish.secret = {make_webhook_secret()};
  const auto where = webhook_ref(wish.id);
  auto command = as_command<webhook::command>(std::move(wish));
  const auto made = co_await create(api, asked, where, std::move(command), ids.command);
  if (!made) co_return to_response(made.error(), asked);
  const auto& state = (*made)->as<webhook::state>();
  if (state.why_rejected) co_return to_response(to_problem(*state.why_rejected), asked);
  // Still on its way to the inbox, where there may be no room.
  if (state.now == webhook::status::attaching)
    co_return to_response(try_later("timed_out", "Ask again."), asked);
  // Under an Idempotency-Key, by a request that was cut off.
  if (!state.exists()) co_return to_response(no_webhook(), asked);
  auto shown = webhook_json(state);
  shown["secret"] = state.secret.text;
  co_return created(shown, "/api/me/webhooks/" + to_string(state.id));
}

/// The caller's webhook that the path names; 404 for all others.
awaitable<answer<view_ptr>> webhook_in_path(backend& api, const request& asked) {
  const auto id = id_in_path<webhook_id>(asked);
  if (!id) co_return no_webhook();
  auto found = co_await api.view(webhook_ref(*id));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<webhook::state>();
  if (!state.exists() || state.owner != caller_of(asked)) co_return no_webhook();
  co_return found;
}

}  // namespace

answering post_webhook(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  webhook::create wish;
  wish.owner = caller_of(asked);
  wish.url = {read_url(*body, api.about().webhooks)};
  wish.types = read_types(*body);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const creating make = [&](const creation& ids) { return make_webhook(api, asked, wish, ids); };
  co_return co_await once(api, asked, make);
}

/// Those made first come first. They are few, so there are no pages.
answering get_webhooks(backend& api, const request& asked) {
  const auto box = co_await api.view(inbox_ref(caller_of(asked)));
  if (!box) co_return to_response(box.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : (*box)->as<inbox::state>().hooks) {
    const auto found = co_await api.view(webhook_ref(each.id));
    if (!found) co_return to_response(found.error(), asked);
    const auto& state = (*found)->as<webhook::state>();
    if (state.exists()) items.push_back(webhook_json(state));
  }
  co_return json_response(200, list_json(std::move(items)));
}

answering get_webhook(backend& api, const request& asked) {
  const auto found = co_await webhook_in_path(api, asked);
  if (!found) co_return to_response(found.error(), asked);
  co_return json_response(200, webhook_json((*found)->as<webhook::state>()));
}

/// Once it has answered nothing new is posted; what is under way may still arrive.
answering delete_webhook(backend& api, const request& asked) {
  const auto found = co_await webhook_in_path(api, asked);
  if (!found) co_return to_response(found.error(), asked);
  const auto where = (*found)->ref;
  auto command = as_command<webhook::command>(webhook::remove{});
  const auto sent = co_await api.send(asked, where, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  // So that there is room for another one.
  const auto done = co_await api.settled_view(where);
  if (!done) co_return to_response(done.error(), asked);
  co_return no_content();
}

}  // namespace rentwave::http
