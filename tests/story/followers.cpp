#include "tests/story/followers.hpp"

#include <map>
#include <set>
#include <stdexcept>

#include "actors/domain/commands.hpp"
#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/routing.hpp"
#include "persistence/codec.hpp"
#include "persistence/journal.hpp"

namespace rentwave::testing {
namespace {

constexpr std::size_t partitions = 4;  // as server_process has it
constexpr std::size_t events_at_once = 5'000;

template <class T>
T must(journal_result<T> result) {
  if (!result)
    throw std::runtime_error{"the journal does not take followers: " + result.error().detail};
  return *std::move(result);
}

template <class Event>
void happen(entity_append& to, const Event& event, std::string actor) {
  auto encoded = encode(event);
  new_event one;
  one.type = encoded.type;
  one.schema = encoded.schema;
  one.data = std::move(encoded.data);
  one.time = system_time();
  one.command = derive_id<command_id>(
      command_id{}, to_string(to.entity) + "/fill/" + std::to_string(to.events.size()));
  one.actor = std::move(actor);
  to.events.push_back(std::move(one));
}

/// What all of them together leave behind, by entity.
class crowd_of_followers {
 public:
  void add(account_id who, const std::vector<std::string>& topics) {
    follower::state state;
    const auto self = to_string(who);
    auto& own = of(follower_ref(who));
    const auto take = [&](const follower::event& event, const std::string& actor) {
      state = evolve(std::move(state), event);
      happen(own, event, actor);
    };
    for (const auto& topic : topics) {
      take(follower::began{who, topic, system_time()}, self);
      const int shard = audience::shard_of(who);
      happen(of(audience::ref(topic, shard)), audience::event{audience::joined{who}},
             "follower/" + self);
      if (enlisted_.emplace(topic, shard).second)
        happen(of(topic_ref(topic)), topic::event{topic::enlisted{topic, shard}},
               "follower/" + self);
      for (const auto& owed : std::vector{state.owed}) take(follower::settled{owed.key()}, self);
    }
  }

  void write(journal& to) {
    std::vector<partition_lease> leases;
    for (std::size_t i = 0; i < partitions; ++i)
      leases.push_back(must(to.take_over(static_cast<partition_id>(i), "filler")));
    while (!entities_.empty()) {
      std::vector<partition_append> batch(partitions);
      for (std::size_t i = 0; i < partitions; ++i) {
        batch[i].partition = static_cast<partition_id>(i);
        batch[i].epoch = leases[i].epoch;
        batch[i].position = leases[i].position;
      }
      // The last kind first, and none together with another: who joins has wanted to before.
      const auto kind = entities_.rbegin()->first.kind;
      for (std::size_t events = 0; events < events_at_once;) {
        if (entities_.empty() || entities_.rbegin()->first.kind != kind) break;
        auto one = std::move(entities_.extract(std::prev(entities_.end())).mapped());
        events += one.events.size();
        const auto where = static_cast<std::size_t>(partition_of(one.entity, partitions));
        batch[where].entities.push_back(std::move(one));
      }
      const auto done = must(to.append(batch));
      for (std::size_t i = 0; i < partitions; ++i) {
        leases[i].position = done[i].position;
        for (const auto& each : done[i].entities)
          if (each.failed) throw std::runtime_error{each.failed->detail};
      }
    }
  }

 private:
  entity_append& of(const entity_ref& entity) {
    auto& one = entities_[entity];
    one.entity = entity;
    return one;
  }

  std::map<entity_ref, entity_append> entities_;
  std::set<std::pair<std::string, int>> enlisted_;
};

}  // namespace

account_id nth_follower(int i) {
  return derive_id<account_id>(account_id{}, "follower " + std::to_string(i));
}

void fill_followers(const std::string& journal_url, int count,
                    const std::vector<std::string>& topics) {
  crowd_of_followers all;
  for (int i = 0; i < count; ++i) {
    const auto some = i % 3 == 0 ? topics : std::vector{topics.front()};
    all.add(nth_follower(i), some);
  }
  const auto store = must(open_journal(journal_url));
  const auto connection = must(store->connect());
  all.write(*connection);
}

}  // namespace rentwave::testing
