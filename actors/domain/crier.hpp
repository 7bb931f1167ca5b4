// Who tells followers on behalf of a topic. It answers like an entity, by `answered`, but keeps
// nothing: what it has not answered it is asked again, and nobody hears the same news twice.
#pragma once

#include <boost/describe.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/inbox.hpp"
#include "actors/domain/outcome.hpp"

namespace rentwave::crier {

/// Tells these people, and the next that follow the topic, from a place on; answered by
/// `told_so_far`.
struct tell {
  static constexpr std::string_view type = "crier/tell";
  std::string topic;
  std::vector<int> shards;  ///< in which there may be followers, ascending
  follower_place from;
  int most = 0;  ///< in all
  command_id about;
  account_id except;
  inbox::notice what;
  std::vector<account_id> people{};  ///< fewer than `most`
  bool late = false;                 ///< they were missed before: these are tried once
};
BOOST_DESCRIBE_STRUCT(tell, (), (topic, shards, from, most, about, except, what, people, late))

using command = std::variant<tell>;

/// The command by which this person hears of this event: the same from whatever topic it comes, so
/// that the inbox takes it once.
inline command_id delivery_id(command_id about, account_id whom) {
  return derive_id<command_id>(about, to_string(whom));
}

}  // namespace rentwave::crier
