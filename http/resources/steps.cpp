#include "http/resources/steps.hpp"

#include <algorithm>
#include <cassert>

#include "http/ascii.hpp"

namespace rentwave::http {
namespace {

constexpr std::size_t max_idempotency_key = 255;

/// Nothing when there is none.
answer<std::optional<std::string>> idempotency_key_of(const request& asked) {
  constexpr std::string_view name = "idempotency-key";
  const bool given = std::ranges::any_of(asked.headers, [&](auto& h) { return h.first == name; });
  if (!given) return std::optional<std::string>{};
  const auto key = asked.header(name);
  if (key.empty() || key.size() > max_idempotency_key ||
      !std::ranges::all_of(key, ascii::is_visible))
    return invalid({{"Idempotency-Key", "format", "It has 1 to 255 visible ASCII characters."}});
  return std::optional{std::string{key}};
}

/// `space` and `prefix` keep the keys of different callers and routes apart.
answer<creation> creation_in(backend& api, const request& asked, const boost::uuids::uuid& space,
                             const std::string& prefix) {
  const auto key = idempotency_key_of(asked);
  if (!key) return key.error();
  if (!*key) return creation{api.new_uuid(), std::nullopt};
  const auto entity = uuid_v8(space, prefix + **key);
  return creation{entity, command_id{uuid_v8(entity, "create")}};
}

}  // namespace

account_id caller_of(const request& asked) {
  assert(asked.who);
  return asked.who->account;
}

boost::asio::awaitable<answer<view_ptr>> advert_in_path(backend& api, const request& asked) {
  const auto id = id_in_path<listing_id>(asked);
  if (!id) co_return not_found("There is no such advert.");
  auto found = co_await api.view(listing_ref(*id));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<listing::state>();
  if (!state.exists || state.removed) co_return not_found("There is no such advert.");
  co_return *std::move(found);
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

answer<creation> creation_for(backend& api, const request& asked) {
  return creation_in(api, asked, caller_of(asked).value, asked.path + '\n');
}

answer<creation> creation_for(backend& api, const request& asked, std::string_view whose) {
  return creation_in(api, asked, {}, asked.path + '\n' + std::string{whose} + '\n');
}

problem idempotency_mismatch() {
  return make_problem(422, "idempotency_mismatch", "Idempotency key used before",
                      "This Idempotency-Key was used before with another body.");
}

}  // namespace rentwave::http
