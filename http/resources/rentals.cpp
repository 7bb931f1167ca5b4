// Rentals: what one would cost, asking for it, reading it. Acting on one is in rental_actions.cpp.
#include <nlohmann/json.hpp>

#include "actors/domain/tariff.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/public_form.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

/// Rents are compared as the integers that JSON carries exactly.
constexpr integer_range exact_integers{0, (std::int64_t{1} << 53) - 1};
constexpr duration_range lengths{std::chrono::seconds{1}, rental::max_length};
/// A rental's events are read in pages of this size, and at most so many of them.
constexpr int history_page = 1000;
constexpr int history_pages = 50;

/// The body of a quote and of a rental.
struct wish {
  listing_id listing;
  std::optional<instant> starts_at;
  std::optional<instant> ends_at;
  std::optional<duration> length;
  std::optional<money> expected_price;
};

wish read_wish(field_reader& body) {
  wish read;
  read.listing = body.id<listing_id>("listing_id");
  read.starts_at = body.optional_instant("starts_at");
  read.ends_at = body.optional_instant("ends_at");
  read.length = body.optional_duration("duration", lengths);
  if (!body.has("ends_at") && !body.has("duration"))
    body.refuse("duration", "required", "Either ends_at or duration is required.");
  if (body.has("ends_at") && body.has("duration"))
    body.refuse("duration", "unexpected", "Either ends_at or duration, not both.");
  if (const auto cents = body.optional_integer("expected_price", exact_integers))
    read.expected_price = money{*cents};
  return read;
}

rental::request request_of(const wish& wanted, rental_id id, account_id renter) {
  return {id,
          wanted.listing,
          renter,
          wanted.starts_at,
          wanted.ends_at,
          wanted.length,
          wanted.expected_price};
}

/// The first event of this type among those decided.
template <class Event, class Events>
const Event* first_of(const Events& events) {
  for (const auto& each : events)
    if (const auto* found = std::get_if<Event>(&each)) return found;
  return nullptr;
}

nlohmann::json quote_json(const period& when, money rent, const rental_terms& terms,
                          const std::optional<refusal>& why, const std::string& currency) {
  auto late = late_rule_json(terms, currency);
  late["first_charge_at"] = format_instant(late_at(terms, when.end, 1));
  late["lost_at"] = format_instant(lost_at(terms, when.end));
  nlohmann::json shown{{"available", !why},
                       {"starts_at", format_instant(when.start)},
                       {"ends_at", format_instant(when.end)},
                       {"rent", money_json(rent, currency)},
                       {"deposit", money_json(terms.deposit, currency)},
                       {"total", money_json(rent + terms.deposit, currency)},
                       {"late", std::move(late)},
                       {"reason", nullptr}};
  if (why) shown["reason"] = refusal_json(*why);
  return shown;
}

/// What became of a request by now.
response outcome_of_request(const rental::state& one, const std::string& currency,
                            const request& asked) {
  if (one.rejection) {
    auto why = to_problem(*one.rejection);
    why.extra_json.emplace_back("rental_id", '"' + to_string(one.id) + '"');
    return to_response(why, asked);
  }
  auto made = created(rental_json(one, currency), "/api/rentals/" + to_string(one.id));
  if (one.now == rental::status::pending) made.status = 202;
  return made;
}

answering ask_for(backend& api, const request& asked, const wish& wanted, const creation& ids) {
  const rental_id id{ids.entity};
  auto command = as_command<rental::command>(request_of(wanted, id, caller_of(asked)));
  const auto view = co_await create(api, asked, rental_ref(id), std::move(command), ids.command);
  if (!view) co_return to_response(view.error(), asked);
  co_return outcome_of_request((*view)->as<rental::state>(), api.currency(), asked);
}

boost::asio::awaitable<answer<std::vector<stored_event>>> history_of(backend& api, entity_ref of) {
  auto question = [of](journal& in) -> journal_result<std::vector<stored_event>> {
    std::vector<stored_event> all;
    for (int page = 0; page < history_pages; ++page) {
      auto some = in.read_entity(of, all.empty() ? 0 : all.back().version, history_page);
      if (!some) return some.error();
      const bool last = some->size() < history_page;
      std::ranges::move(*some, std::back_inserter(all));
      if (last) break;
    }
    return all;
  };
  co_return co_await api.read(std::move(question));
}

}  // namespace

/// Both sides decide as they would for the request itself, and nothing of it is kept.
answering quote_rental(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  const auto wanted = read_wish(*body);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const auto view = co_await api.view(listing_ref(wanted.listing));
  if (!view) co_return to_response(view.error(), asked);
  const auto& advert = (*view)->as<listing::state>();
  if (!advert.exists || advert.removed || advert.is_hidden())
    co_return to_response(not_found("There is no such advert."), asked);

  const auto renter = caller_of(asked);
  const context given{api.clock().now(), renter};
  const auto wish_now = request_of(wanted, rental_id{api.new_uuid()}, renter);
  const auto asking = rental::decide(rental::state{}, rental::command{wish_now}, given);
  if (!asking) co_return to_response(to_problem(asking.error()), asked);
  const auto when = first_of<rental::requested>(*asking)->when;

  const listing::reserve reserve{wish_now.id, renter, when};
  const auto agreed = listing::decide(advert, listing::command{reserve}, context{given.now, {}});
  if (!agreed) {
    const auto& terms = advert.content.terms;
    const auto rent = rent_for(terms.price, when.length());
    co_return json_response(200, quote_json(when, rent, terms, agreed.error(), api.currency()));
  }
  const auto& offered = first_of<listing::reserved>(*agreed)->agreed;
  co_return json_response(
      200, quote_json(offered.when, offered.rent, offered.terms, std::nullopt, api.currency()));
}

answering post_rental(backend& api, const request& asked) {
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  const auto wanted = read_wish(*body);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const creating request_it = [&](const creation& ids) { return ask_for(api, asked, wanted, ids); };
  co_return co_await once(api, asked, request_it);
}

answering get_rental(backend& api, const request& asked) {
  const auto view = co_await rental_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  co_return json_response(200, rental_json((*view)->as<rental::state>(), api.currency()));
}

answering get_rental_history(backend& api, const request& asked) {
  const auto view = co_await rental_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  const auto history = co_await history_of(api, (*view)->ref);
  if (!history) co_return to_response(history.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : *history) items.push_back(event_json(each, api.currency()));
  co_return json_response(200, list_json(std::move(items)));
}

answering get_rental_charges(backend& api, const request& asked) {
  const auto view = co_await rental_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  const auto history = co_await history_of(api, (*view)->ref);
  if (!history) co_return to_response(history.error(), asked);
  auto items = receipts_json((*view)->as<rental::state>(), *history, api.currency());
  co_return json_response(200, list_json(std::move(items)));
}

answering my_rentals(backend& api, const request& asked) {
  query_reader query{asked};
  const auto role = query.word("role", {"renter", "owner"});
  auto statuses = names_of<rental::status>();
  std::erase(statuses, name_of(rental::status::none));
  const auto status = query.word("status", statuses);
  rental_query wanted;
  wanted.account = caller_of(asked);
  wanted.as_renter = role != "owner";
  wanted.as_owner = role != "renter";
  wanted.status = named<rental::status>(status);
  wanted.page = {query.limit(), query.cursor()};
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);

  auto question = [wanted](journal& in) { return in.rentals(wanted); };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : found->items) items.push_back(rental_json(each, api.currency()));
  co_return json_response(200, list_json(std::move(items), found->next));
}

}  // namespace rentwave::http
