// What renter, owner and administrators do with a rental: each sends one command and answers with
// the rental after it.
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/resources/admin_handlers.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

constexpr text_rules reason_rules{.min = 0, .max = 1000, .lines = true};

/// Why the wish of an accepted command did not come true after all: others decided it later.
using afterthought = std::optional<refusal> (*)(const rental::command& wish,
                                                const rental::state& after);

std::optional<refusal> none(const rental::command&, const rental::state&) {
  return std::nullopt;
}

using body_reader = rental::command (*)(field_reader& body);

answering act_on(backend& api, const request& asked, entity_ref ref, body_rule rule,
                 body_reader read, afterthought denied = none) {
  auto body = field_reader::over(asked, rule);
  if (!body) co_return to_response(body.error(), asked);
  const auto wish = read(*body);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);

  auto command = as_command<rental::command>(wish);
  const auto sent = co_await api.send(asked, ref, std::move(command));
  if (!sent) {
    const auto why = co_await with_rental_status(api, ref, sent.error());
    co_return to_response(why, asked);
  }
  const auto after = co_await api.settled_view(ref);
  if (!after) co_return to_response(after.error(), asked);
  const auto& rental = (*after)->as<rental::state>();
  if (const auto why = denied(wish, rental)) co_return to_response(to_problem(*why), asked);
  co_return json_response(200, rental_json(rental, api.currency()));
}

/// By one of its parties.
answering act(backend& api, const request& asked, body_rule rule, body_reader read,
              afterthought denied = none) {
  const auto view = co_await rental_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  auto ref = (*view)->ref;
  co_return co_await act_on(api, asked, std::move(ref), rule, read, denied);
}

rental::command read_decision(field_reader& body) {
  rental::arbitrate decided;
  decided.rent = body.optional_amount("rent");
  decided.late_fees = body.optional_amount("late_fees");
  decided.deposit = body.optional_amount("deposit").value_or(money{});
  decided.reason = body.text("reason", {.min = 1, .max = reason_rules.max, .lines = true});
  return decided;
}

rental::command read_return(field_reader&) {
  return rental::give_back{};
}

rental::command read_confirmation(field_reader& body) {
  rental::confirm confirm;
  confirm.claim = body.optional_amount("deposit_claim").value_or(money{});
  confirm.reason = body.optional_text("reason", reason_rules).value_or("");
  return confirm;
}

rental::command read_dispute(field_reader& body) {
  return rental::dispute{body.optional_text("reason", reason_rules).value_or("")};
}

rental::command read_cancel(field_reader&) {
  return rental::cancel{};
}

rental::command read_extension(field_reader& body) {
  return rental::extend{body.instant("ends_at")};
}

/// The listing or the wallet said no, or the rental's end came first.
std::optional<refusal> refused_extension(const rental::command& wish, const rental::state& after) {
  const bool granted = after.when.end == std::get<rental::extend>(wish).ends_at;
  if (granted || after.pending_extension || !after.extension_refusal) return std::nullopt;
  return *after.extension_refusal;
}

}  // namespace

answering return_rental(backend& api, const request& asked) {
  return act(api, asked, body_rule::optional, read_return);
}
answering complete_rental(backend& api, const request& asked) {
  return act(api, asked, body_rule::optional, read_confirmation);
}
answering dispute_rental(backend& api, const request& asked) {
  return act(api, asked, body_rule::optional, read_dispute);
}
answering cancel_rental(backend& api, const request& asked) {
  return act(api, asked, body_rule::optional, read_cancel);
}
answering extend_rental(backend& api, const request& asked) {
  return act(api, asked, body_rule::required, read_extension, refused_extension);
}

answering settle_rental(backend& api, const request& asked) {
  const auto id = id_in_path<rental_id>(asked);
  if (!id) co_return to_response(not_found("There is no such rental."), asked);
  auto ref = rental_ref(*id);
  const auto view = co_await api.view(ref);
  if (!view) co_return to_response(view.error(), asked);
  if ((*view)->as<rental::state>().now == rental::status::none)
    co_return to_response(not_found("There is no such rental."), asked);
  co_return co_await act_on(api, asked, std::move(ref), body_rule::required, read_decision);
}

}  // namespace rentwave::http
