// Reviews: either side of a rental writes one; everybody reads those of an advert and of a person.
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/resources/account_steps.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

constexpr integer_range stars{1, 5};
constexpr text_rules review_rules{.min = 1, .max = 2000, .lines = true};

answering write(backend& api, const request& asked, const entity_ref& where,
                const rental::review& wish, const creation& ids) {
  auto command = as_command<rental::command>(wish);
  // Settled: advert and people have it counted.
  const auto view = co_await create(api, asked, where, std::move(command), ids.command);
  if (!view) {
    const auto why = co_await with_rental_status(api, where, view.error());
    co_return to_response(why, asked);
  }
  const auto& rental = (*view)->as<rental::state>();
  const bool by_renter = caller_of(asked) == rental.about.renter;
  const auto* written =
      rental::review_by(rental, by_renter ? rental::party::renter : rental::party::owner);
  if (!written) co_return to_response(internal_error(), asked);
  co_return json_response(201, review_json(rental, *written));
}

answering list(backend& api, const request& asked, review_query wanted) {
  auto question = [wanted = std::move(wanted)](journal& in) { return in.reviews(wanted); };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : found->items) items.push_back(review_json(each));
  co_return json_response(200, list_json(std::move(items), found->next));
}

}  // namespace

answering post_review(backend& api, const request& asked) {
  const auto view = co_await rental_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  rental::review wish;
  wish.rating = static_cast<int>(body->integer("rating", stars));
  wish.text = body->text("text", review_rules);
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const creating write_it = [&](const creation& ids) {
    return write(api, asked, (*view)->ref, wish, ids);
  };
  co_return co_await once(api, asked, write_it);
}

answering listing_reviews(backend& api, const request& asked) {
  query_reader query{asked};
  const page_request page{query.limit(), query.cursor()};
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  const auto view = co_await shown_advert_in_path(api, asked);
  if (!view) co_return to_response(view.error(), asked);
  review_query wanted{(*view)->as<listing::state>().id, page};
  co_return co_await list(api, asked, std::move(wanted));
}

answering user_reviews(backend& api, const request& asked) {
  query_reader query{asked};
  const page_request page{query.limit(), query.cursor()};
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  const auto account = id_in_path<account_id>(asked);
  if (!account) co_return to_response(not_found("There is no such user."), asked);
  const auto person = co_await person_of(api, *account);
  if (!person) co_return to_response(person.error(), asked);
  review_query wanted{*account, page};
  co_return co_await list(api, asked, std::move(wanted));
}

}  // namespace rentwave::http
