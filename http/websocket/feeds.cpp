#include "http/websocket/feeds.hpp"

#include <boost/asio.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "http/keep_trying.hpp"
#include "http/node_figures.hpp"
#include "http/operations.hpp"
#include "http/problems.hpp"
#include "http/resources/admin_steps.hpp"
#include "http/views.hpp"
#include "http/websocket/public_events.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr int page_size = 100;
/// Between two attempts to read what the journal would not give.
constexpr std::chrono::milliseconds retry{1'000};
constexpr std::chrono::milliseconds figures_interval{5'000};

bool is_party(const rental::state& one, account_id reader) {
  return one.now != rental::status::none &&
         (reader == one.about.renter || (one.reserved && reader == one.about.owner));
}

bool may_follow(const entity_view& found, account_id reader) {
  if (found.ref.kind == entity_kind::rental) return is_party(found.as<rental::state>(), reader);
  const auto& advert = found.as<listing::state>();
  return advert.exists && !advert.removed && !advert.is_hidden();
}

}  // namespace

// --- a feed ---

feed::feed(backend& api, topic about, asio::any_io_executor executor)
    : api_(api), about_(std::move(about)), executor_(std::move(executor)) {}

void feed::begin(std::int64_t after) {
  {
    const std::lock_guard lock{mutex_};
    if (!seen_) seen_ = after;
  }
  run();
}

void feed::add(const std::weak_ptr<follower>& one) {
  {
    const std::lock_guard lock{mutex_};
    std::erase_if(followers_, [](const auto& each) { return each.expired(); });
    followers_.push_back(one);
  }
  run();
}

void feed::remove(const follower* one) {
  const std::lock_guard lock{mutex_};
  std::erase_if(followers_, [one](const auto& each) {
    const auto held = each.lock();
    return !held || held.get() == one;
  });
}

void feed::changed(const entity_ref&) {
  {
    const std::lock_guard lock{mutex_};
    is_stale_ = true;
  }
  run();
}

/// Starts what there is to do, unless it runs already.
void feed::run() {
  {
    const std::lock_guard lock{mutex_};
    if (is_running_ || !seen_ || followers_.empty() || !has_work()) return;
    is_running_ = true;
  }
  const bool reads = about_.of != topic::what::admin_stats;
  // Without the lock: it may begin here and now.
  asio::co_spawn(executor_,
                 keep_trying(
                     "A feed",
                     [self = shared_from_this(), reads] {
                       return reads ? self->go_on() : self->tell_figures();
                     },
                     reads ? retry : figures_interval,
                     // Once it is over it is another's turn to run.
                     [self = shared_from_this(), is_over = false]() mutable {
                       return is_over = is_over || self->is_done();
                     }),
                 asio::detached);
}

bool feed::is_done() {
  const std::lock_guard lock{mutex_};
  std::erase_if(followers_, [](const auto& each) { return each.expired(); });
  is_running_ = has_work() && !followers_.empty();
  return !is_running_;
}

awaitable<bool> feed::go_on() {
  std::int64_t after = 0;
  {
    const std::lock_guard lock{mutex_};
    after = *seen_;
    is_stale_ = false;
  }
  const auto found = co_await read(after);
  {
    const std::lock_guard lock{mutex_};
    if (found) seen_ = found->seen;
    if (!found || !found->is_last) is_stale_ = true;
  }
  if (found) tell_all(found->texts);
  co_return found.has_value();
}

awaitable<answer<feed::page>> feed::read(std::int64_t after) {
  if (about_.of == topic::what::admin_events) return read_log(after);
  return read_entity(after);
}

awaitable<answer<feed::page>> feed::read_entity(std::int64_t after) {
  auto question = [of = entity_of(about_), after](journal& in) {
    return in.read_entity(of, after, page_size);
  };
  const auto found = co_await api_.read(std::move(question));
  if (!found) co_return found.error();
  page read;
  read.seen = found->empty() ? after : found->back().version;
  read.is_last = found->size() < page_size;
  const bool is_open = about_.of == topic::what::listing;
  for (const auto& event : *found) {
    auto form = is_open ? public_event_json(event, api_.currency())
                        : std::optional{event_json(event, api_.currency())};
    if (form) read.texts.push_back(event_text(about_, *form));
  }
  co_return read;
}

awaitable<answer<feed::page>> feed::read_log(std::int64_t after) {
  auto question = [after](journal& in) { return in.scan(after, {}, page_size); };
  const auto found = co_await api_.read(std::move(question));
  if (!found) co_return found.error();
  page read;
  read.seen = found->looked_to;
  read.is_last = found->events.size() < page_size;
  for (const auto& event : found->events)
    read.texts.push_back(event_text(about_, event_json(event, api_.currency())));
  co_return read;
}

/// False, so that there is a pause.
awaitable<bool> feed::tell_figures() {
  auto* operators = api_.operators();
  const auto reports = co_await operators->reports_here();
  const nlohmann::json event{{"type", "stats"},
                             {"time", format_instant(api_.clock().now())},
                             {"data", stats_json(sum_of(reports), operators->runtime_counted())}};
  tell_all({event_text(about_, event)});
  co_return false;
}

void feed::tell_all(const std::vector<text_ptr>& texts) {
  std::vector<std::weak_ptr<follower>> listening;
  {
    const std::lock_guard lock{mutex_};
    listening = followers_;
  }
  for (const auto& each : listening)
    if (const auto one = each.lock())
      for (const auto& text : texts) one->tell(about_, text);
}

// --- all of them ---

awaitable<answer<std::shared_ptr<feed>>> feeds::follow(topic about, std::weak_ptr<follower> one,
                                                       account_id reader) {
  auto found = feed_of(about);
  const std::weak_ptr<watcher> weak = found;
  answer<position> begun = position{};
  if (about.of == topic::what::admin_events) {
    begun = co_await begin_log(weak);
  } else if (about.of != topic::what::admin_stats) {
    begun = co_await begin_entity(about, weak, reader);
  }
  if (!begun) co_return begun.error();
  found->begin(begun->after);
  found->add(one);
  co_return found;
}

std::shared_ptr<feed> feeds::feed_of(const topic& about) {
  const std::lock_guard lock{mutex_};
  return all_.find_or(
      about, [&] { return std::make_shared<feed>(api_, about, asio::make_strand(executor_)); });
}

/// The version that everybody can read already.
awaitable<answer<feeds::position>> feeds::position_of(entity_ref entity, account_id reader) {
  const auto found = co_await api_.view(std::move(entity));
  if (!found) co_return found.error();
  if (!may_follow(**found, reader)) co_return not_found("There is no such topic.");
  co_return position{(*found)->version};
}

/// Looks first: a watch takes room for a while, also of what is not there.
awaitable<answer<feeds::position>> feeds::begin_entity(topic about, std::weak_ptr<watcher> one,
                                                       account_id reader) {
  const auto entity = entity_of(about);
  const auto before = co_await position_of(entity, reader);
  if (!before) co_return before.error();
  const auto refused = co_await watches_.watch(entity, one);
  if (refused) co_return *refused;
  co_return co_await position_of(entity, reader);
}

/// The newest sequence: where a look for what is not there ends. By its trace, as the log has an
/// index of those.
awaitable<answer<feeds::position>> feeds::begin_log(std::weak_ptr<watcher> one) {
  const auto refused = co_await watches_.watch_everything(one);
  if (refused) co_return *refused;
  event_filter nothing;
  nothing.trace = trace_id{api_.new_uuid()};
  auto question = [nothing](journal& in) { return in.scan(0, nothing, 1); };
  const auto found = co_await api_.read(std::move(question));
  if (!found) co_return found.error();
  co_return position{found->looked_to};
}

}  // namespace rentwave::http
