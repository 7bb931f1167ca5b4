// The owner's blocks: times for which an advert is not to be had.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"

namespace rentwave::http {
namespace {

constexpr text_rules note_rules{.min = 0, .max = 200};
/// Of what stands in the way of a block, so much is told.
constexpr std::size_t most_conflicts = 20;

constexpr const char* whose_blocks = "Only its owner sees and makes blocks.";

const listing::owner_block* find(const listing::state& advert, block_id id) {
  const auto found = std::ranges::find(advert.blocks, id, &listing::owner_block::id);
  return found == advert.blocks.end() ? nullptr : &*found;
}

nlohmann::json conflicts_json(const std::vector<listing::entry>& entries) {
  auto shown = nlohmann::json::array();
  for (const auto& each : entries) {
    if (shown.size() == most_conflicts) break;
    auto one = period_json(each.when);
    if (each.rental) one["rental_id"] = to_string(*each.rental);
    if (each.block) one["block_id"] = to_string(*each.block);
    shown.push_back(std::move(one));
  }
  return shown;
}

/// What stands in the way belongs to the owner: he is a party of each rental.
boost::asio::awaitable<problem> with_conflicts(backend& api, entity_ref advert, period when,
                                               problem why) {
  const auto view = co_await api.view(std::move(advert));
  if (view) {
    when.start = std::max(when.start, api.clock().now());
    const auto entries = listing::in_the_way((*view)->as<listing::state>(), when);
    why.extra_json.emplace_back("conflicts", conflicts_json(entries).dump());
  }
  co_return why;
}

answering block(backend& api, const request& asked, entity_ref advert, listing::block wish,
                const creation& ids) {
  wish.id = block_id{ids.entity};
  auto command = as_command<listing::command>(wish);
  const auto sent = co_await api.send(asked, advert, std::move(command), ids.command);
  if (!sent) {
    auto why = sent.error();
    if (why.code == to_string(refusal_code::not_available))
      why = co_await with_conflicts(api, std::move(advert), wish.when, std::move(why));
    co_return to_response(why, asked);
  }
  const auto view = co_await api.view(advert);
  if (!view) co_return to_response(view.error(), asked);
  const auto* made = find((*view)->as<listing::state>(), wish.id);
  // Under an Idempotency-Key, by a request that was cut off.
  if (!made) co_return to_response(not_found("The block was taken away since."), asked);
  co_return created(block_json(*made),
                    "/api/listings/" + advert.id + "/blocks/" + to_string(wish.id));
}

}  // namespace

answering post_block(backend& api, const request& asked) {
  const auto view = co_await own_advert_in_path(api, asked, whose_blocks);
  if (!view) co_return to_response(view.error(), asked);
  auto body = field_reader::over(asked);
  if (!body) co_return to_response(body.error(), asked);
  listing::block wish;
  const auto start = body->optional_instant("starts_at");
  wish.when = {start.value_or(instant{}), body->instant("ends_at")};
  wish.note = body->optional_text("note", note_rules).value_or("");
  if (start && body->ok() && wish.when.end <= *start)
    body->refuse("ends_at", "range", "It must be later than starts_at.");
  if (const auto wrong = body->failure()) co_return to_response(*wrong, asked);
  const auto advert = (*view)->ref;
  const creating block_it = [&](const creation& ids) {
    return block(api, asked, advert, wish, ids);
  };
  co_return co_await once(api, asked, block_it);
}

answering get_blocks(backend& api, const request& asked) {
  const auto view = co_await own_advert_in_path(api, asked, whose_blocks);
  if (!view) co_return to_response(view.error(), asked);
  auto items = nlohmann::json::array();
  for (const auto& each : (*view)->as<listing::state>().blocks) items.push_back(block_json(each));
  co_return json_response(200, list_json(std::move(items)));
}

answering delete_block(backend& api, const request& asked) {
  const auto view = co_await own_advert_in_path(api, asked, whose_blocks);
  if (!view) co_return to_response(view.error(), asked);
  const auto id = id_in_path<block_id>(asked, 1);
  if (!id || !find((*view)->as<listing::state>(), *id))
    co_return to_response(not_found("There is no such block."), asked);
  auto command = as_command<listing::command>(listing::unblock{*id});
  const auto sent = co_await api.send(asked, (*view)->ref, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  co_return no_content();
}

}  // namespace rentwave::http
