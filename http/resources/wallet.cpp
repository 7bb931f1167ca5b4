// One's own money: what there is, its statement, paying in and taking out.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/public_form.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

any_command to_wallet(wallet::command what) {
  return any_command{std::in_place_type<wallet::command>, std::move(what)};
}

/// How a payment stands, for as long as the wallet remembers it.
std::string_view status_of(const wallet::state& purse, payment_id payment) {
  const auto is_it = [payment](const auto& each) { return each.id == payment; };
  if (std::ranges::find(purse.failed_payments, payment) != purse.failed_payments.end())
    return "failed";
  return std::ranges::any_of(purse.payments, is_it) ? "pending" : "completed";
}

/// Whether the payment made under this key is of the amount that is asked for now.
bool same_amount(const wallet::event& first, money amount) {
  return std::visit(
      [&]<class Event>(const Event& e) {
        constexpr bool asks = std::is_same_v<Event, wallet::top_up_requested> ||
                              std::is_same_v<Event, wallet::withdrawn>;
        if constexpr (asks) return e.amount == amount;
        return false;
      },
      first);
}

problem payment_failed() {
  return to_problem(
      refusal{refusal_code::payment_failed, "The payment provider refused the payment.", {}});
}

using payment_command = wallet::command (*)(account_id owner, payment_id payment, money amount);

answering pay(backend& api, const request& asked, payment_command make) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  const money amount = body->amount("amount");
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const auto ids = creation_for(api, asked);
  if (!ids) co_return to_response(ids.error(), asked);

  const auto owner = caller_of(asked);
  const payment_id payment{ids->entity};
  auto command = to_wallet(make(owner, payment, amount));
  const auto sent = co_await api.send(asked, wallet_ref(owner), std::move(command), ids->command);
  if (!sent) co_return to_response(sent.error(), asked);
  if (ids->command) {
    const auto first = co_await effect_of<wallet::event>(api, wallet_ref(owner), *ids->command);
    if (!first) co_return to_response(first.error(), asked);
    if (*first && !same_amount(**first, amount))
      co_return to_response(idempotency_mismatch(), asked);
  }
  const auto view = co_await api.settled_view(wallet_ref(owner));
  if (!view) co_return to_response(view.error(), asked);
  const auto& purse = (*view)->as<wallet::state>();
  const auto status = status_of(purse, payment);
  if (status == "failed") co_return to_response(payment_failed(), asked);
  nlohmann::json made;
  made["id"] = to_string(payment);
  made["amount"] = money_json(amount, api.currency());
  made["status"] = status;
  made["balance"] = money_json(purse.balance, api.currency());
  co_return json_response(201, made);
}

wallet::command make_top_up(account_id owner, payment_id payment, money amount) {
  return wallet::top_up{owner, payment, amount};
}

wallet::command make_withdrawal(account_id owner, payment_id payment, money amount) {
  return wallet::withdraw{owner, payment, amount};
}

}  // namespace

/// A wallet to which nothing ever happened is one of zeroes.
answering get_wallet(backend& api, const request& asked) {
  const auto view = co_await api.view(wallet_ref(caller_of(asked)));
  if (!view) co_return to_response(view.error(), asked);
  co_return json_response(200, wallet_json((*view)->as<wallet::state>(), api.currency()));
}

answering get_wallet_entries(backend& api, const request& asked) {
  query_reader query{asked};
  page_request wanted{query.limit(), query.cursor()};
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  auto question = [owner = caller_of(asked), wanted](journal& in) {
    return in.wallet_entries(owner, wanted);
  };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : found->items) items.push_back(entry_json(each, api.currency()));
  co_return json_response(200, list_json(std::move(items), found->next));
}

answering post_top_up(backend& api, const request& asked) {
  return pay(api, asked, make_top_up);
}

answering post_withdrawal(backend& api, const request& asked) {
  return pay(api, asked, make_withdrawal);
}

}  // namespace rentwave::http
