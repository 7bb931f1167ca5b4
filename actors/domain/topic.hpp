// Something that people follow, by its name (topic_name.hpp). It takes what there is to announce,
// and has it told to its followers in steps; who they are, its audiences know.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/crier.hpp"
#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::topic {

// --- commands ---

/// Somebody in this shard follows it, or is about to.
struct enlist {
  static constexpr std::string_view type = "topic/enlist";
  std::string topic;
  int shard = 0;
};
BOOST_DESCRIBE_STRUCT(enlist, (), (topic, shard))
struct announce {
  static constexpr std::string_view type = "topic/announce";
  std::string topic;
  command_id about;   ///< of the event that is announced: the same in all topics that it concerns
  account_id except;  ///< whose doing it is: not told
  inbox::notice what;
};
BOOST_DESCRIBE_STRUCT(announce, (), (topic, about, except, what))

using command = std::variant<enlist, announce, answered, wake>;

// --- events ---

struct enlisted {
  static constexpr std::string_view type = "topic.enlist";
  std::string topic;
  int shard = 0;
};
BOOST_DESCRIBE_STRUCT(enlisted, (), (topic, shard))
struct announced {
  static constexpr std::string_view type = "topic.announce";
  int n = 0;  ///< 1, 2, 3, …
  command_id about;
  account_id except;
  inbox::notice what;
};
BOOST_DESCRIBE_STRUCT(announced, (), (n, about, except, what))
/// So many more people have been told, and those that come before `next`, but for those missed.
struct stepped {
  static constexpr std::string_view type = "topic.step";
  int n = 0;  ///< of the announcement
  std::int64_t people = 0;
  std::optional<follower_place> next;  ///< none: this round is over
  std::optional<unreached> missed{};   ///< for another round; as many as are kept
};
BOOST_DESCRIBE_STRUCT(stepped, (), (n, people, next, missed))

using event = std::variant<enlisted, announced, stepped>;

// --- state ---
//
//   an announcement:  announce → step → step → … → everybody has been told, or some were missed:
//                                 └ crier: tell,     another round for them, beside the others'
//                                   so many at a time

struct announcement {
  int n = 0;
  int steps = 0;          ///< done so far
  follower_place next{};  ///< who is told next
  command_id about;
  account_id except;
  inbox::notice what;
  unreached missed{};               ///< in this round
  std::optional<unreached> late{};  ///< whom this round is for; none: all who follow the topic

  std::string key() const;  ///< of the want for its next step: "tell-1-0"
};
BOOST_DESCRIBE_STRUCT(announcement, (), (n, steps, next, about, except, what, missed, late))

struct state {
  using command_type = command;
  using event_type = event;

  std::string name;                   ///< empty until somebody follows it
  std::vector<int> shards;            ///< in which somebody follows it, or did; ascending
  std::vector<announcement> pending;  ///< in the order in which they came
  int sequence = 0;                   ///< of `announcement::n`
  std::vector<announcement> behind;   ///< in later rounds, in the order in which these began
};
BOOST_DESCRIBE_STRUCT(state, (), (name, shards, pending, sequence, behind))

/// More wait in the log of the event until there is room.
inline constexpr std::size_t max_pending = 200;
/// Announcements that are told at the same time; the others wait for their turn.
inline constexpr std::size_t max_under_way = 4;
/// People who are told in one step.
inline constexpr int people_a_step = 500;
/// Announcements in later rounds; of more the one that began first is given up.
inline constexpr std::size_t max_behind = 64;
/// People with broken inboxes for whom an announcement has another round; more are given up.
inline constexpr std::size_t max_missed = 100;

// --- the entity's functions (design.md section 4) ---

/// Refuses with: not_now, while as many announcements as may be are pending. What nobody follows
/// has nothing to announce. A repeated `announce` is known by what is pending; once its first round
/// is over, by the command's id.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::topic
