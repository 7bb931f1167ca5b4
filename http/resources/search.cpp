// Lists of adverts out of the read models: search, the most rented, one's own.
#include <string>
#include <vector>

#include "http/advert_text.hpp"
#include "http/fields.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/search_fields.hpp"

namespace rentwave::http {
namespace {

std::vector<std::string> texts_of(const listing_page& found, const std::string& currency) {
  std::vector<std::string> items;
  for (const auto& each : found.items) items.push_back(advert_text(each, currency));
  return items;
}

boost::asio::awaitable<answer<listing_page>> search(backend& api, listing_query wanted) {
  auto question = [wanted = std::move(wanted)](journal& in) { return in.search(wanted); };
  co_return co_await api.read(std::move(question));
}

}  // namespace

answering search_listings(backend& api, const request& asked) {
  query_reader query{asked};
  auto wanted = read_search(query, api.clock().now());
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  const auto found = co_await search(api, std::move(wanted));
  if (!found) co_return to_response(found.error(), asked);
  const auto total = ",\"total\":" + std::to_string(found->total) +
                     ",\"total_is_more\":" + (found->total_is_more ? "true" : "false");
  co_return text_response(200, list_text(texts_of(*found, api.currency()), found->next, total));
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
  co_return text_response(200, list_text(texts_of(*found, api.currency()), found->next));
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
  std::vector<std::string> items;
  for (const auto& each : found->items) {
    if (each.active) {
      items.push_back(advert_text(each, nullptr, api.currency()));
      continue;
    }
    const auto view = co_await api.view(listing_ref(each.id));
    if (!view) co_return to_response(view.error(), asked);
    items.push_back(advert_text(each, &(*view)->as<listing::state>(), api.currency()));
  }
  co_return text_response(200, list_text(items, found->next));
}

}  // namespace rentwave::http
