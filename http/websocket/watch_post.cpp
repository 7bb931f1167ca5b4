#include "http/websocket/watch_post.hpp"

#include <boost/asio.hpp>

#include <algorithm>

#include "http/keep_trying.hpp"
#include "http/news_source.hpp"
#include "http/problems.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

/// However a hint was lost, an ended session is noticed within this time (api.md).
constexpr std::chrono::milliseconds renewal{5'000};
/// Of one request: it may go to another node, in a message that has a limit.
constexpr std::size_t most_entities = 5'000;

problem nobody_tells() {
  return try_later("unavailable", "Nobody tells of changes here.");
}

problem too_many_watch() {
  return try_later("overloaded", "There are as many watches as there may be.");
}

void add(std::vector<std::weak_ptr<watcher>>& to, const std::weak_ptr<watcher>& who) {
  const auto is_same = [&who](const auto& each) {
    return !each.owner_before(who) && !who.owner_before(each);
  };
  if (std::ranges::none_of(to, is_same)) to.push_back(who);
}

void prune(std::vector<std::weak_ptr<watcher>>& list) {
  std::erase_if(list, [](const auto& each) { return each.expired(); });
}

std::vector<std::shared_ptr<watcher>> alive(const std::vector<std::weak_ptr<watcher>>& list) {
  std::vector<std::shared_ptr<watcher>> found;
  for (const auto& each : list)
    if (auto one = each.lock()) found.push_back(std::move(one));
  return found;
}

}  // namespace

void watch_post::begin(const asio::any_io_executor& executor) {
  auto* source = api_.news();
  if (!source) return;
  executor_ = executor;
  source->hear([this](const news& what) { tell(what); });
  asio::co_spawn(executor_,
                 keep_trying(
                     "Renewing watches", [this] { return renew(); }, renewal, [] { return false; }),
                 asio::detached);
}

void watch_post::end() {
  if (auto* source = api_.news()) source->hear({});
}

awaitable<std::optional<problem>> watch_post::watch(entity_ref entity, std::weak_ptr<watcher> who) {
  auto* source = api_.news();
  if (!source) co_return nobody_tells();
  {
    const std::lock_guard lock{mutex_};
    add(by_entity_[entity], who);
  }
  const auto where = source->partition_of(entity);
  watch_request what{{std::move(entity)}};
  const auto begun = co_await source->watch(where, std::move(what));
  if (!begun) {
    note_silence(where);
    co_return begun.error();
  }
  tell_begun(**begun);
  if ((*begun)->is_full) co_return too_many_watch();
  co_return std::nullopt;
}

awaitable<std::optional<problem>> watch_post::watch_everything(std::weak_ptr<watcher> who) {
  auto* source = api_.news();
  if (!source) co_return nobody_tells();
  {
    const std::lock_guard lock{mutex_};
    add(of_everything_, who);
  }
  const auto partitions = static_cast<partition_id>(source->partitions());
  for (partition_id where = 0; where < partitions; ++where) {
    watch_request what{{}, true};
    const auto begun = co_await source->watch(where, std::move(what));
    if (!begun) {
      note_silence(where);
      co_return begun.error();
    }
    if ((*begun)->is_full) co_return too_many_watch();
  }
  co_return std::nullopt;
}

std::size_t watch_post::size() const {
  const std::lock_guard lock{mutex_};
  return by_entity_.size();
}

void watch_post::tell(const news& what) {
  if (what.ended) watch_again(what.partition);
  for (const auto& entity : what.entities) tell(entity);
  if (what.everything) tell_of_everything();
}

void watch_post::tell(const entity_ref& entity) {
  std::vector<std::shared_ptr<watcher>> listening;
  {
    const std::lock_guard lock{mutex_};
    const auto found = by_entity_.find(entity);
    if (found != by_entity_.end()) listening = alive(found->second);
  }
  // Outside of the lock: the last reference may go here.
  for (const auto& each : listening) each->changed(entity);
}

void watch_post::tell_of_everything() {
  std::vector<std::shared_ptr<watcher>> listening;
  {
    const std::lock_guard lock{mutex_};
    listening = alive(of_everything_);
  }
  for (const auto& each : listening) each->changed({});
}

/// What others have watched for longer may have changed while the partition did not know of it.
void watch_post::tell_begun(const watch_answer& begun) {
  for (const auto& entity : begun.begun) tell(entity);
  if (begun.everything_begun) tell_of_everything();
}

awaitable<bool> watch_post::renew() {
  // The log shows an event once all before it are settled, and there is no hint of one that failed.
  tell_of_everything();
  for (auto& [where, all] : wanted())
    asio::co_spawn(executor_, renew_at(where, std::move(all)), asio::detached);
  co_return false;  // so that there is a pause
}

/// Whatever the partition would have said had begun is lost.
void watch_post::note_silence(partition_id where) {
  const std::lock_guard lock{mutex_};
  silent_.insert(where);
}

/// A partition that does not answer is asked again by the next renewal. Then everything counts as
/// begun; also when it is silent still, as there may be no hints for long: whoever watches looks
/// for themselves, and finds what there is, or that nobody can say whether their session is open.
awaitable<void> watch_post::renew_at(partition_id where, requests all) {
  bool was_silent = false;
  bool is_silent = false;
  for (auto& what : all) {
    watch_answer of_all{what.entities, what.everything};
    if (!is_silent) {
      const auto begun = co_await api_.news()->watch(where, std::move(what));
      {
        const std::lock_guard lock{mutex_};
        was_silent |= silent_.erase(where) > 0;
      }
      is_silent = !begun;
      if (begun && !was_silent) of_all = **begun;
    }
    if (!is_silent || was_silent) tell_begun(of_all);
  }
  if (is_silent) note_silence(where);
}

/// Where a partition has moved to nobody knows of our watches: at once, not with the next renewal.
void watch_post::watch_again(partition_id where) {
  for (auto& [at, all] : wanted(where))
    asio::co_spawn(executor_, renew_at(at, std::move(all)), asio::detached);
}

/// What is still watched, of all partitions or one; the rest is forgotten, here and soon at its
/// partition.
std::map<partition_id, watch_post::requests> watch_post::wanted(std::optional<partition_id> only) {
  auto* source = api_.news();
  std::map<partition_id, requests> found;
  const std::lock_guard lock{mutex_};
  for (auto& [entity, list] : by_entity_) prune(list);
  std::erase_if(by_entity_, [](const auto& one) { return one.second.empty(); });
  prune(of_everything_);
  for (const auto& [entity, list] : by_entity_) {
    const auto where = source->partition_of(entity);
    if (only && where != *only) continue;
    auto& there = found[where];
    if (there.empty() || there.back().entities.size() >= most_entities) there.emplace_back();
    there.back().entities.push_back(entity);
  }
  if (of_everything_.empty()) return found;
  const auto partitions = static_cast<partition_id>(source->partitions());
  for (partition_id where = 0; where < partitions; ++where) {
    if (only && where != *only) continue;
    auto& there = found[where];
    if (there.empty()) there.emplace_back();
    there.front().everything = true;
  }
  return found;
}

}  // namespace rentwave::http
