// Lists of adverts out of the read models: search, the most rented, one's own.
#include <cmath>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/search_fields.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

nlohmann::json page_json(const listing_page& found, const std::string& currency) {
  auto items = nlohmann::json::array();
  for (const auto& each : found.items) items.push_back(listing_json(each, currency));
  return list_json(std::move(items), found.next);
}

boost::asio::awaitable<answer<listing_page>> search(backend& api, listing_query wanted) {
  auto question = [wanted = std::move(wanted)](journal& in) { return in.search(wanted); };
  co_return co_await api.read(std::move(question));
}

/// Adds why an administrator has hidden it, if so. The rows of those say no more than "not active".
boost::asio::awaitable<std::optional<problem>> explain(backend& api, nlohmann::json& shown) {
  shown["hidden"] = nullptr;
  if (shown.at("active") == true) co_return std::nullopt;
  const auto id = parse_id<listing_id>(shown.at("id").get<std::string>());
  const auto found = co_await api.view(listing_ref(*id));
  if (!found) co_return found.error();
  const auto& advert = (*found)->as<listing::state>();
  shown["active"] = advert.active;
  shown["hidden"] = hidden_json(advert);
  co_return std::nullopt;
}

}  // namespace

answering search_listings(backend& api, const request& asked) {
  query_reader query{asked};
  auto wanted = read_search(query, api.clock().now());
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  const auto found = co_await search(api, std::move(wanted));
  if (!found) co_return to_response(found.error(), asked);
  auto body = page_json(*found, api.currency());
  body["total"] = found->total;
  body["total_is_more"] = found->total_is_more;
  co_return json_response(200, body);
}

answering top_listings(backend& api, const request& asked) {
  query_reader query{asked};
  listing_query wanted;
  wanted.kind = query.choice<item_kind>("kind");
  wanted.sort = listing_sort::times_rented;
  wanted.page = {query.limit(), query.cursor()};
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  const auto found = co_await search(api, std::move(wanted));
  if (!found) co_return to_response(found.error(), asked);
  co_return json_response(200, page_json(*found, api.currency()));
}

answering my_listings(backend& api, const request& asked) {
  query_reader query{asked};
  listing_query wanted;
  wanted.owner = caller_of(asked);
  wanted.only_active = false;
  wanted.page = {query.limit(), query.cursor()};
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  const auto found = co_await search(api, std::move(wanted));
  if (!found) co_return to_response(found.error(), asked);
  auto body = page_json(*found, api.currency());
  for (auto& each : body["items"])
    if (const auto failed = co_await explain(api, each)) co_return to_response(*failed, asked);
  co_return json_response(200, body);
}

}  // namespace rentwave::http
