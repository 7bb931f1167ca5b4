#include "http/idempotency.hpp"

#include <algorithm>

#include "http/ascii.hpp"
#include "http/digests.hpp"
#include "http/resources/steps.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;

constexpr std::size_t max_key = 255;
/// A longer answer is not kept; a repeat makes it anew. None of ours comes near.
constexpr std::size_t longest_kept = 256 * 1024;

/// Nothing when there is none.
answer<std::optional<std::string>> key_of(const request& asked) {
  constexpr std::string_view name = "idempotency-key";
  const bool given = std::ranges::any_of(asked.headers, [&](auto& h) { return h.first == name; });
  if (!given) return std::optional<std::string>{};
  const auto key = asked.header(name);
  if (key.empty() || key.size() > max_key || !std::ranges::all_of(key, ascii::is_visible))
    return invalid({{"Idempotency-Key", "format", "It has 1 to 255 visible ASCII characters."}});
  return std::optional{std::string{key}};
}

/// `space` and `prefix` keep the keys of different callers and routes apart.
answer<creation> creation_in(backend& api, const request& asked, const boost::uuids::uuid& space,
                             const std::string& prefix) {
  const auto key = key_of(asked);
  if (!key) return key.error();
  if (!*key) return creation{api.new_uuid(), std::nullopt};
  const auto entity = uuid_v8(space, prefix + **key);
  return creation{entity, command_id{uuid_v8(entity, "create")}};
}

/// Asking again could not, or should not, give another answer.
bool is_final(const response& made) {
  constexpr unsigned open_ones[] = {202, 401, 408, 429};
  return made.status >= 200 && made.status < 500 && made.body.size() <= longest_kept &&
         std::ranges::find(open_ones, made.status) == std::end(open_ones);
}

std::string field_of(const response& made, std::string_view name) {
  const auto found =
      std::ranges::find(made.headers, name, &std::pair<std::string, std::string>::first);
  return found == made.headers.end() ? std::string{} : found->second;
}

keyed_request::response kept_form(const response& made) {
  return {static_cast<int>(made.status), field_of(made, "Location"), field_of(made, "ETag"),
          personal{made.body}};
}

response from_kept(const keyed_request::response& kept) {
  response made;
  made.status = static_cast<unsigned>(kept.status);
  if (made.status >= 400) made.content_type = "application/problem+json";
  made.body = kept.body.text;
  if (!kept.location.empty()) made.headers.emplace_back("Location", kept.location);
  if (!kept.entity_tag.empty()) made.headers.emplace_back("ETag", kept.entity_tag);
  made.headers.emplace_back("Idempotent-Replayed", "true");
  return made;
}

/// The answer that was given before, if it was.
awaitable<answer<std::optional<response>>> given_before(backend& api, entity_ref where) {
  const auto found = co_await api.view(std::move(where));
  if (!found) co_return found.error();
  const auto& state = (*found)->as<keyed_request::state>();
  if (!state.is_finished()) co_return std::optional<response>{};
  co_return std::optional{from_kept(state.given)};
}

/// Keeps the answer. If the same request was at work twice, the other's may have come first: then
/// both give that one.
awaitable<response> keep(backend& api, const request& asked, const entity_ref& where,
                         response made) {
  if (!is_final(made)) co_return made;
  auto command = as_command<keyed_request::command>(keyed_request::finish{kept_form(made)});
  const auto kept = co_await api.send(asked, where, std::move(command));
  if (!kept) co_return to_response(kept.error(), asked);
  const auto first = co_await given_before(api, where);
  if (!first) co_return to_response(first.error(), asked);
  if (*first && (**first).body != made.body) co_return **first;
  co_return made;
}

}  // namespace

awaitable<response> once(backend& api, const request& asked, const creating& create) {
  const auto ids = creation_in(api, asked, caller_of(asked).value, asked.path + '\n');
  if (!ids) co_return to_response(ids.error(), asked);
  if (!ids->command) co_return co_await create(*ids);

  const auto where = keyed_request_ref(ids->entity);
  const keyed_request::claim claim{caller_of(asked), sha256_hex(asked.body)};
  auto command = as_command<keyed_request::command>(claim);
  const auto claimed = co_await api.send(asked, where, std::move(command));
  if (!claimed) co_return to_response(claimed.error(), asked);
  const auto before = co_await given_before(api, where);
  if (!before) co_return to_response(before.error(), asked);
  if (*before) co_return **before;
  auto made = co_await create(*ids);
  co_return co_await keep(api, asked, where, std::move(made));
}

answer<creation> creation_for(backend& api, const request& asked, std::string_view whose) {
  return creation_in(api, asked, {}, asked.path + '\n' + std::string{whose} + '\n');
}

problem idempotency_mismatch() {
  return to_problem(keyed_request::mismatch());
}

}  // namespace rentwave::http
