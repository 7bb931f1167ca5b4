// What one person follows. It sees to it that the topics and their audiences know. It has the id of
// its account.
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

namespace rentwave::follower {

// --- commands ---

/// `topic` is normalised (topic_name.hpp).
struct follow {
  static constexpr std::string_view type = "follower/follow";
  account_id who;
  std::string topic;
};
BOOST_DESCRIBE_STRUCT(follow, (), (who, topic))
struct unfollow {
  static constexpr std::string_view type = "follower/unfollow";
  std::string topic;
};
BOOST_DESCRIBE_STRUCT(unfollow, (), (topic))
/// The person has left: nothing is followed any more, and nothing will be.
struct close {
  static constexpr std::string_view type = "follower/close";
  account_id who;
};
BOOST_DESCRIBE_STRUCT(close, (), (who))

using command = std::variant<follow, unfollow, close, answered, wake>;

// --- events ---

struct began {
  static constexpr std::string_view type = "follow.begin";
  account_id who;
  std::string topic;
  instant at;
};
BOOST_DESCRIBE_STRUCT(began, (), (who, topic, at))
struct ended {
  static constexpr std::string_view type = "follow.end";
  std::string topic;
};
BOOST_DESCRIBE_STRUCT(ended, (), (topic))
struct settled {
  static constexpr std::string_view type = "follow.settle";
  std::string want;  ///< the key
};
BOOST_DESCRIBE_STRUCT(settled, (), (want))
/// The topic has no room for this person.
struct turned_away {
  static constexpr std::string_view type = "follow.reject";
  std::string want;  ///< the key
  std::string topic;
  refusal why;
};
BOOST_DESCRIBE_STRUCT(turned_away, (), (want, topic, why))
/// Every topic has ended with it.
struct closed {
  static constexpr std::string_view type = "follow.close";
  account_id who;
};
BOOST_DESCRIBE_STRUCT(closed, (), (who))

using event = std::variant<began, ended, settled, turned_away, closed>;

// --- state ---
//
//   a topic:  none ─follow→ following ─unfollow→ none
//                            └ reject → rejected ─unfollow→ none, ─follow→ following
//   all of them:  ─close→ none, for good

struct followed_topic {
  int n = 0;  ///< ascending
  std::string topic;
  instant since;
  std::optional<refusal> rejected;  ///< does not follow it: there is no room
};
BOOST_DESCRIBE_STRUCT(followed_topic, (), (n, topic, since, rejected))

/// What it may owe to others.
enum class step {
  enlist,  ///< the topic: there is somebody in this shard
  join,    ///< the audience: one more
  leave,   ///< the audience: one less
};
BOOST_DESCRIBE_ENUM(step, enlist, join, leave)
struct owed_command {
  step what{};
  int n = 0;  ///< makes the key unique
  std::string topic;
  std::string key() const;  ///< for example "join-1"
};
BOOST_DESCRIBE_STRUCT(owed_command, (), (what, n, topic))

struct state {
  using command_type = command;
  using event_type = event;

  account_id who;
  std::vector<followed_topic> topics;  ///< in the order of following
  std::vector<owed_command> owed;      ///< in the order in which they arose
  int sequence = 0;                    ///< of `n`, of topics and of what is owed
  bool is_closed = false;
};
BOOST_DESCRIBE_STRUCT(state, (), (who, topics, owed, sequence, is_closed))

inline constexpr std::size_t max_topics = 500;
/// Only topics that do not answer let so many gather.
inline constexpr std::size_t max_owed = 2'000;

const followed_topic* topic_of(const state& now, const std::string& topic);

// --- the entity's functions (design.md section 4) ---

/// Refuses with: not_owner, too_many_follows, account_closed, not_now.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::follower
