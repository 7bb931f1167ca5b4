// Books by their ISBN, with the adverts that hang on them.
#include <string>
#include <vector>

#include "actors/domain/isbn.hpp"
#include "http/advert_text.hpp"
#include "http/backend.hpp"
#include "http/fields.hpp"
#include "http/resources/market_handlers.hpp"
#include "persistence/json_writer.hpp"

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
  std::vector<std::string> items;
  for (const auto& each : found->items) items.push_back(advert_text(each, api.currency()));
  const book_details shown{book.isbn, book.title, book.author};
  co_return text_response(200, list_text(items, found->next, ",\"book\":" + to_json_text(shown)));
}

}  // namespace rentwave::http
