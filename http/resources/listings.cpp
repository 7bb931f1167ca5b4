// Adverts: posting, reading, changing, taking away, and when they are free.
#include <nlohmann/json.hpp>

#include "http/advert_text.hpp"
#include "http/idempotency.hpp"
#include "http/offers.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

constexpr auto default_calendar = one_day * 90;
constexpr auto longest_calendar = one_day * 731;
/// How often an unconditional PATCH (`If-Match: *`) is merged again after another one came between.
constexpr int merge_tries = 3;

response advert_response(const backend& api, const listing::state& advert, unsigned status) {
  auto made = text_response(status, advert_text(advert, api.clock().now(), api.currency()));
  made.headers.emplace_back("ETag", entity_tag(advert.revision));
  return made;
}

problem precondition_required() {
  return make_problem(428, "precondition_required", "Precondition required",
                      "Send the advert's ETag as If-Match, so that no change of another is lost.");
}

problem precondition_failed() {
  return make_problem(412, "stale_revision", "Precondition failed",
                      "The advert changed since it was read: read it again.");
}

problem not_yours() {
  return to_problem(refusal{refusal_code::not_owner, "Only its owner may change an advert.", {}});
}

bool is_stale(const problem& why) {
  return why.code == to_string(refusal_code::stale_revision);
}

problem removed_since() {
  return make_problem(409, "removed", "Removed since",
                      "The advert that this Idempotency-Key made has been removed since.");
}

answering post(backend& api, const request& asked, const offer& posted, const creation& ids) {
  const listing_id id{ids.entity};
  auto command = as_command<listing::command>(listing::post{id, caller_of(asked), posted});
  // Settled: the book knows of it, so that the next request finds it there.
  const auto view = co_await create(api, asked, listing_ref(id), std::move(command), ids.command);
  if (!view) co_return to_response(view.error(), asked);
  const auto& advert = (*view)->as<listing::state>();
  if (advert.removed) co_return to_response(removed_since(), asked);
  auto made = advert_response(api, advert, 201);
  made.headers.emplace_back("Location", "/api/listings/" + to_string(id));
  co_return made;
}

}  // namespace

answering post_listing(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  const offer posted = read_offer(*body);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const creating post_it = [&](const creation& ids) { return post(api, asked, posted, ids); };
  co_return co_await once(api, asked, post_it);
}

/// Its tag is for If-Match: it says nothing about how often the advert was rented and when it is
/// free, so there is no 304.
answering get_listing(backend& api, const request& asked) {
  const auto view = co_await shown_advert_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  co_return advert_response(api, (*view)->as<listing::state>(), 200);
}

/// 403 before anything else, then the precondition, then the body (api.md).
answering patch_listing(backend& api, const request& asked) {
  const auto condition = asked.header_list("if-match");
  for (int tries_left = merge_tries;; --tries_left) {
    const auto view = co_await advert_in_path(api, asked);
    if (!view) co_return to_response(view.error(), asked);
    const auto& advert = (*view)->as<listing::state>();
    if (advert.owner != caller_of(asked)) co_return to_response(not_yours(), asked);
    if (condition.empty()) co_return to_response(precondition_required(), asked);
    if (!has_tag(condition, entity_tag(advert.revision)))
      co_return to_response(precondition_failed(), asked);

    auto change = read_change(asked, advert.content);
    if (!change) co_return to_response(change.error(), asked);
    listing::update update{advert.revision, std::move(change->content), change->active};
    auto command = as_command<listing::command>(std::move(update));
    const auto sent = co_await api.send(asked, (*view)->ref, std::move(command));
    if (!sent && is_stale(sent.error()) && condition == "*" && tries_left > 1) continue;
    if (!sent && is_stale(sent.error())) co_return to_response(precondition_failed(), asked);
    if (!sent) co_return to_response(sent.error(), asked);
    const auto after = co_await api.settled_view((*view)->ref);
    if (!after) co_return to_response(after.error(), asked);
    co_return advert_response(api, (*after)->as<listing::state>(), 200);
  }
}

answering delete_listing(backend& api, const request& asked) {
  const auto view = co_await advert_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  auto command = as_command<listing::command>(listing::remove{});
  const auto sent = co_await api.send(asked, (*view)->ref, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  // The book lets go of it too before anyone is told.
  const auto after = co_await api.settled_view((*view)->ref);
  if (!after) co_return to_response(after.error(), asked);
  co_return no_content();
}

answering get_calendar(backend& api, const request& asked) {
  query_reader query{asked};
  const auto now = api.clock().now();
  const auto from = query.instant("from").value_or(now);
  const auto to = query.instant("to").value_or(from + default_calendar);
  if (to <= from) query.refuse("to", "range", "It must be later than from.");
  if (to - from > longest_calendar) query.refuse("to", "range", "It spans at most two years.");
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);

  const auto view = co_await shown_advert_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : listing::busy((*view)->as<listing::state>(), {from, to}, now))
    items.push_back(period_json(each));
  co_return json_response(200, list_json(std::move(items)));
}

}  // namespace rentwave::http
