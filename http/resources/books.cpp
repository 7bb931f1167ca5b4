// Books by their ISBN, with the adverts that hang on them.
#include <nlohmann/json.hpp>

#include "actors/domain/isbn.hpp"
#include "http/backend.hpp"
#include "http/fields.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/views.hpp"

namespace rentwave::http {

/// Either form of the ISBN, with or without hyphens; one with a wrong check digit is no book.
answering get_book(backend& api, const request& asked) {
  query_reader query{asked};
  listing_query wanted;
  wanted.page = {query.limit(), query.cursor()};
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);

  if (!asked.parameters.empty()) wanted.isbn = normalise_isbn(asked.parameters.front());
  if (!wanted.isbn) co_return to_response(not_found("There is no such book."), asked);
  const auto view = co_await api.view(book_ref(*wanted.isbn));
  if (!view) co_return to_response(view.error(), asked);
  const auto& book = (*view)->as<book::state>();
  if (book.isbn.empty()) co_return to_response(not_found("There is no such book."), asked);

  auto question = [wanted](journal& in) { return in.search(wanted); };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : found->items) items.push_back(listing_json(each, api.currency()));
  auto body = list_json(std::move(items), found->next);
  body["book"] = {{"isbn", book.isbn}, {"title", book.title}, {"author", book.author}};
  co_return json_response(200, body);
}

}  // namespace rentwave::http
