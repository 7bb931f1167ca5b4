// One's own money: what there is, its statement, paying in and taking out.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/public_form.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"
#include "persistence/codec.hpp"

namespace rentwave::http {
namespace {

/// The wallet's events after a payment began are read in pages of this size, and at most so many.
constexpr int events_page = 1000;
constexpr int events_pages = 50;

enum class payment_status { pending, completed, failed };
BOOST_DESCRIBE_ENUM(payment_status, pending, completed, failed)

/// As far as the wallet remembers it.
std::optional<payment_status> status_in(const wallet::state& purse, payment_id payment) {
  const auto has = [payment](const auto& all) {
    return std::ranges::find(all, payment) != all.end();
  };
  const auto is_it = [payment](const auto& each) { return each.id == payment; };
  if (std::ranges::any_of(purse.payments, is_it)) return payment_status::pending;
  if (has(purse.failed_payments)) return payment_status::failed;
  if (has(purse.done_payments)) return payment_status::completed;
  return std::nullopt;
}

/// What the event says about how this payment ended.
std::optional<payment_status> end_in(const wallet::event& happened, payment_id payment) {
  return std::visit(
      [payment]<class Event>(const Event& e) -> std::optional<payment_status> {
        if constexpr (std::is_same_v<Event, wallet::topped_up> ||
                      std::is_same_v<Event, wallet::paid_out>) {
          if (e.payment == payment) return payment_status::completed;
        } else if constexpr (std::is_same_v<Event, wallet::top_up_failed> ||
                             std::is_same_v<Event, wallet::withdrawal_failed>) {
          if (e.payment == payment) return payment_status::failed;
        }
        return std::nullopt;
      },
      happened);
}

/// How a payment ended that the wallet has forgotten: the journal tells, a little behind the event
/// with which this command began it.
boost::asio::awaitable<answer<std::optional<payment_status>>> end_of(backend& api, entity_ref where,
                                                                     command_id begun_by,
                                                                     payment_id payment) {
  using found = std::optional<payment_status>;
  auto question = [where, begun_by, payment](journal& in) -> journal_result<found> {
    const auto begun = in.find_command(where, begun_by);
    if (!begun) return begun.error();
    if (begun->empty()) return found{};
    auto last = begun->back().version;
    for (int page = 0; page < events_pages; ++page) {
      const auto some = in.read_entity(where, last, events_page);
      if (!some) return some.error();
      for (const auto& each : *some) {
        const auto event = decode<wallet::event>(each.type, each.schema, each.data);
        if (!event) return event.error();
        if (const auto end = end_in(*event, payment)) return found{end};
        last = each.version;
      }
      if (some->size() < events_page) break;
    }
    return found{};
  };
  co_return co_await api.read(std::move(question));
}

boost::asio::awaitable<answer<payment_status>> status_of(backend& api, const entity_view& purse,
                                                         payment_id payment,
                                                         std::optional<command_id> begun_by) {
  const auto known = status_in(purse.as<wallet::state>(), payment);
  if (known) co_return *known;
  if (begun_by) {
    const auto ended = co_await end_of(api, purse.ref, *begun_by, payment);
    if (!ended) co_return ended.error();
    if (*ended) co_return **ended;
  }
  co_return try_later("unavailable", "How the payment went cannot be found out right now.");
}

problem payment_failed() {
  return to_problem(
      refusal{refusal_code::payment_failed, "The payment provider refused the payment.", {}});
}

using payment_command = wallet::command (*)(account_id owner, payment_id payment, money amount);

answering pay(backend& api, const request& asked, money amount, payment_command make,
              const creation& ids) {
  const auto owner = caller_of(asked);
  const payment_id payment{ids.entity};
  auto command = as_command<wallet::command>(make(owner, payment, amount));
  const auto view = co_await create(api, asked, wallet_ref(owner), std::move(command), ids.command);
  if (!view) co_return to_response(view.error(), asked);
  const auto status = co_await status_of(api, **view, payment, ids.command);
  if (!status) co_return to_response(status.error(), asked);
  if (*status == payment_status::failed) co_return to_response(payment_failed(), asked);
  nlohmann::json made;
  made["id"] = to_string(payment);
  made["amount"] = money_json(amount, api.currency());
  made["status"] = name_of(*status);
  made["balance"] = money_json((*view)->as<wallet::state>().balance, api.currency());
  co_return json_response(201, made);
}

answering post_payment(backend& api, const request& asked, payment_command make) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  const money amount = body->amount("amount");
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const creating pay_it = [&](const creation& ids) { return pay(api, asked, amount, make, ids); };
  co_return co_await once(api, asked, pay_it);
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
  return post_payment(api, asked, make_top_up);
}

answering post_withdrawal(backend& api, const request& asked) {
  return post_payment(api, asked, make_withdrawal);
}

}  // namespace rentwave::http
