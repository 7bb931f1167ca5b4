// The topics that one follows: who does is told of new adverts, or that an advert is free again.
#include <limits>
#include <nlohmann/json.hpp>

#include "actors/domain/topic_name.hpp"
#include "http/fields.hpp"
#include "http/resources/account_steps.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/resources/steps.hpp"
#include "http/views.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

constexpr integer_range places{0, std::numeric_limits<int>::max()};

problem no_topic() {
  return invalid({{"topic", "unknown_value",
                   "Topics are book, vehicle, room, isbn:<ISBN>, listing:<id> and user:<id>."}});
}

std::optional<std::string> topic_in_path(const request& asked) {
  return asked.parameters.empty() ? std::nullopt : normalise_topic(asked.parameters.front());
}

/// 404 when the topic is about an advert or a person that is not there.
boost::asio::awaitable<std::optional<problem>> why_not_there(backend& api,
                                                             const std::string& topic) {
  if (const auto listing = listing_in(topic)) {
    const auto found = co_await advert_of(api, *listing);
    if (!found) co_return found.error();
  } else if (const auto owner = owner_in(topic)) {
    const auto found = co_await person_of(api, *owner);
    if (!found) co_return found.error();
  }
  co_return std::nullopt;
}

nlohmann::json follow_json(const follower::followed_topic& one) {
  return {{"topic", one.topic}, {"since", format_instant(one.since)}};
}

}  // namespace

/// Those followed first come first.
answering get_follows(backend& api, const request& asked) {
  query_reader query{asked};
  const auto after = query.integer("cursor", places).value_or(0);
  const auto limit = static_cast<std::size_t>(query.limit());
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);

  const auto view = co_await api.view(follower_ref(caller_of(asked)));
  if (!view) co_return to_response(view.error(), asked);
  auto items = nlohmann::json::array();
  std::optional<std::string> next;
  std::string last;
  for (const auto& each : (*view)->as<follower::state>().topics) {
    if (each.n <= after || each.rejected) continue;
    if (items.size() == limit) {
      next = last;
      break;
    }
    items.push_back(follow_json(each));
    last = std::to_string(each.n);
  }
  co_return json_response(200, list_json(std::move(items), next));
}

/// Once it has answered, whatever happens is told.
answering put_follow(backend& api, const request& asked) {
  const auto topic = topic_in_path(asked);
  if (!topic) co_return to_response(no_topic(), asked);
  if (const auto missing = co_await why_not_there(api, *topic))
    co_return to_response(*missing, asked);
  const auto caller = caller_of(asked);
  auto command = as_command<follower::command>(follower::follow{caller, *topic});
  const auto sent = co_await api.send(asked, follower_ref(caller), std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  const auto view = co_await api.settled_view(follower_ref(caller));
  if (!view) co_return to_response(view.error(), asked);
  const auto* now = follower::topic_of((*view)->as<follower::state>(), *topic);
  if (now && now->rejected) co_return to_response(to_problem(*now->rejected), asked);
  co_return no_content();
}

/// Also of what is not followed, or not there any more.
answering delete_follow(backend& api, const request& asked) {
  const auto topic = topic_in_path(asked);
  if (!topic) co_return to_response(no_topic(), asked);
  const auto self = follower_ref(caller_of(asked));
  auto command = as_command<follower::command>(follower::unfollow{*topic});
  const auto sent = co_await api.send(asked, self, std::move(command));
  if (!sent) co_return to_response(sent.error(), asked);
  const auto view = co_await api.settled_view(self);
  if (!view) co_return to_response(view.error(), asked);
  co_return no_content();
}

}  // namespace rentwave::http
