// A slice of the people who follow one topic: those of one shard. Which shard somebody is in
// follows from the account alone; so no entity holds all followers of a topic, however many they
// are.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::audience {

/// Of every topic; never change it (docs/decisions/0022). Shards are numbered from 0.
inline constexpr int shards = 64;
/// With all shards more than a million followers; a snapshot of them is 800 KB.
inline constexpr std::size_t max_followers = 20'000;

/// The shard that this account is in, the same for every topic.
int shard_of(account_id who);
/// The followers of this topic in one shard.
entity_ref ref(const std::string& topic, int shard);

// --- commands ---

struct join {
  static constexpr std::string_view type = "audience/join";
  account_id who;
};
BOOST_DESCRIBE_STRUCT(join, (), (who))
struct leave {
  static constexpr std::string_view type = "audience/leave";
  account_id who;
};
BOOST_DESCRIBE_STRUCT(leave, (), (who))

using command = std::variant<join, leave, answered, wake>;

// --- events ---

struct joined {
  static constexpr std::string_view type = "audience.join";
  account_id who;
};
BOOST_DESCRIBE_STRUCT(joined, (), (who))
struct left {
  static constexpr std::string_view type = "audience.leave";
  account_id who;
};
BOOST_DESCRIBE_STRUCT(left, (), (who))

using event = std::variant<joined, left>;

// --- state ---

struct state {
  using command_type = command;
  using event_type = event;

  std::vector<account_id> followers;  ///< ascending
};
BOOST_DESCRIBE_STRUCT(state, (), (followers))

// --- the entity's functions (design.md section 4) ---

/// Refuses with: too_many_followers. A copy of a `join` that comes after the `leave` is known only
/// by the command's id, and a follower never has two commands under way here.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::audience
