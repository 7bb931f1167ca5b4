// Who is told of what becomes durable in a partition: watchers by entity, and those of everything.
// Flat and bounded; who does not renew is forgotten. A plain class of the partition's actor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/runtime/protocol.hpp"

namespace rentwave {

/// `Watcher` is a handle: cheap to copy and to compare.
template <class Watcher>
class watch_table {
 public:
  /// At most `limit` watches at once.
  explicit watch_table(std::size_t limit) : limit_(limit) {}

  enum class result { begun, renewed, full };
  /// Until then, in real time.
  result watch(const entity_ref& entity, const Watcher& who, instant until) {
    const auto found = by_entity_.find(entity);
    if (found != by_entity_.end()) return add(found->second, who, until);
    if (size_ >= limit_) return result::full;
    return add(by_entity_[entity], who, until);
  }
  result watch_everything(const Watcher& who, instant until) {
    return add(of_everything_, who, until);
  }

  /// Whom to tell of these events, and what.
  std::vector<std::pair<Watcher, news>> whom_to_tell(std::span<const stored_event> events) const {
    if (size_ == 0 || events.empty()) return {};
    return letters_about(events, &stored_event::entity, true);
  }
  /// The same of entities, and of whether something happened to any.
  std::vector<std::pair<Watcher, news>> whom_to_tell(std::span<const entity_ref> entities,
                                                     bool everything) const {
    return letters_about(entities, std::identity{}, everything);
  }

  /// Those whose time is up.
  void forget(instant now) {
    prune(of_everything_, now);
    for (auto& [entity, list] : by_entity_) prune(list, now);
    std::erase_if(by_entity_, [](const auto& one) { return one.second.empty(); });
  }

  /// Nobody watches this entity any more.
  void drop(const entity_ref& entity) {
    const auto found = by_entity_.find(entity);
    if (found == by_entity_.end()) return;
    size_ -= found->second.size();
    by_entity_.erase(found);
  }
  /// Or everything.
  void drop_everything() {
    size_ -= of_everything_.size();
    of_everything_.clear();
  }

  std::vector<Watcher> everybody() const {
    std::vector<Watcher> found;
    const auto add_those = [&found](const watches& of) {
      for (const auto& [who, until] : of)
        if (std::ranges::find(found, who) == found.end()) found.push_back(who);
    };
    add_those(of_everything_);
    for (const auto& [entity, list] : by_entity_) add_those(list);
    return found;
  }

  void clear() {
    by_entity_.clear();
    of_everything_.clear();
    size_ = 0;
  }

  std::size_t size() const { return size_; }

 private:
  struct watch_of {
    Watcher who;
    instant until;
  };
  using watches = std::vector<watch_of>;

  template <class About, class Entity>
  std::vector<std::pair<Watcher, news>> letters_about(std::span<const About> happened,
                                                      Entity entity_of, bool everything) const {
    std::vector<std::pair<Watcher, news>> letters;
    const auto letter_to = [&letters](const Watcher& who) -> news& {
      const auto found = std::ranges::find(letters, who, &std::pair<Watcher, news>::first);
      return found != letters.end() ? found->second : letters.emplace_back(who, news{}).second;
    };
    if (everything)
      for (const auto& [who, until] : of_everything_) letter_to(who).everything = true;
    for (const auto& one : happened) {
      const entity_ref& entity = std::invoke(entity_of, one);
      const auto found = by_entity_.find(entity);
      if (found == by_entity_.end()) continue;
      for (const auto& [who, until] : found->second) {
        auto& entities = letter_to(who).entities;
        if (std::ranges::find(entities, entity) == entities.end()) entities.push_back(entity);
      }
    }
    return letters;
  }

  result add(watches& to, const Watcher& who, instant until) {
    const auto found = std::ranges::find(to, who, &watch_of::who);
    if (found != to.end()) {
      found->until = until;
      return result::renewed;
    }
    if (size_ >= limit_) return result::full;
    to.push_back({who, until});
    ++size_;
    return result::begun;
  }
  void prune(watches& of, instant now) {
    size_ -= std::erase_if(of, [now](const watch_of& one) { return one.until <= now; });
  }

  const std::size_t limit_;
  std::size_t size_ = 0;
  std::unordered_map<entity_ref, watches> by_entity_;
  watches of_everything_;
};

}  // namespace rentwave
