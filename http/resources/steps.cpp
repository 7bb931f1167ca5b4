#include "http/resources/steps.hpp"

#include <cassert>

#include "http/ascii.hpp"
#include "http/fields.hpp"

namespace rentwave::http {
account_id caller_of(const request& asked) {
  assert(asked.who);
  return asked.who->account;
}

boost::asio::awaitable<answer<view_ptr>> advert_of(backend& api, listing_id id) {
  auto found = co_await api.view(listing_ref(id));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<listing::state>();
  if (!state.exists || state.removed) co_return not_found("There is no such advert.");
  co_return *std::move(found);
}

boost::asio::awaitable<answer<view_ptr>> advert_in_path(backend& api, const request& asked) {
  const auto id = id_in_path<listing_id>(asked);
  if (!id) co_return not_found("There is no such advert.");
  co_return co_await advert_of(api, *id);
}

boost::asio::awaitable<answer<view_ptr>> own_advert_in_path(backend& api, const request& asked,
                                                            const char* why_not) {
  auto found = co_await advert_in_path(api, asked);
  if (found && (*found)->as<listing::state>().owner != caller_of(asked))
    co_return to_problem(refusal{refusal_code::not_owner, why_not, {}});
  co_return found;
}

boost::asio::awaitable<answer<view_ptr>> shown_advert_in_path(backend& api, const request& asked) {
  auto found = co_await advert_in_path(api, asked);
  if (found && (*found)->as<listing::state>().is_hidden())
    co_return not_found("There is no such advert.");
  co_return found;
}

boost::asio::awaitable<answer<view_ptr>> rental_in_path(backend& api, const request& asked) {
  const auto id = id_in_path<rental_id>(asked);
  if (!id) co_return not_found("There is no such rental.");
  auto found = co_await api.view(rental_ref(*id));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<rental::state>();
  const auto caller = caller_of(asked);
  const bool party =
      caller == state.about.renter || (state.reserved && caller == state.about.owner);
  if (state.now == rental::status::none || !party) co_return not_found("There is no such rental.");
  co_return *std::move(found);
}

boost::asio::awaitable<problem> with_rental_status(backend& api, entity_ref rental, problem why) {
  if (why.code != to_string(refusal_code::wrong_status)) co_return why;
  const auto view = co_await api.view(std::move(rental));
  if (view) {
    const auto status = name_of((*view)->as<rental::state>().now);
    why.extra_json.emplace_back("rental_status", '"' + std::string{status} + '"');
  }
  co_return why;
}

response created(const nlohmann::json& body, std::string location) {
  auto made = json_response(201, body);
  made.headers.emplace_back("Location", std::move(location));
  return made;
}

response no_content() {
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

std::string entity_tag(std::int64_t revision) {
  return '"' + std::to_string(revision) + '"';
}

bool has_tag(std::string_view list, std::string_view tag) {
  if (ascii::trimmed(list) == "*") return true;
  // Our own tags have no comma, so one inside of another's quotes does no harm.
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (ascii::trimmed(list.substr(0, comma)) == tag) return true;
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
  return false;
}

bool client_has(const request& asked, const std::string& tag) {
  const auto known = asked.header_list("if-none-match");
  return has_tag(known, tag) || has_tag(known, "W/" + tag);
}

boost::asio::awaitable<answer<view_ptr>> create(backend& api, const request& asked,
                                                entity_ref where, any_command body,
                                                std::optional<command_id> id) {
  const auto sent = co_await api.send(asked, where, std::move(body), id);
  if (!sent) co_return sent.error();
  co_return co_await api.settled_view(std::move(where));
}

}  // namespace rentwave::http
