// What goes between the actor of a partition, the driver of the node's steward and the link to
// another node (design.md section 8). Each partition has one actor on every node, for ever: it is
// the door to wherever the partition is, and whoever sends to it need not know.
//
//   partition  place_order               from the driver: where the partition is from now on
//              remote_call → its answer  from a link: what another node asks of this one
//              remote_answer             from a link: what another node has answered
//              news_ptr                  from a link: news of a partition that is elsewhere
//   link       remote_call               from a partition that is on the node where the link leads
//              news_ptr                  from a partition here that the other node watches
#pragma once

#include <caf/actor.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "actors/runtime/protocol.hpp"

namespace rentwave {

// --- from the driver ---

/// Where a partition is, as this node's actor of it knows.
enum class door_state : std::uint8_t {
  nowhere,    ///< nobody is known to have it: what comes waits, for a while
  elsewhere,  ///< on the node behind a link: what comes is passed on
  opening,    ///< being taken over in the journal: what comes waits
  open,       ///< here
  closing,    ///< finishes what is under way; what comes waits for the next owner
};
std::string to_string(door_state state);

/// What comes of it is told by `node_options::door_moved`, also that nothing does, as an order that
/// does not fit is ignored: whoever gives orders compares and gives them again.
struct place_order {
  enum class placing : std::uint8_t {
    open,         ///< take it over in the journal, for `owner`, and serve; if that fails: nowhere
    close,        ///< finish what is under way, release it in the journal; then nowhere
    cut,          ///< do not wait for what is being written; then nowhere
    elsewhere,    ///< pass on to `peer`; only while it is not held here
    nowhere,      ///< likewise: nobody is known to have it
    unreachable,  ///< likewise: a node that lives has it, and cannot be reached from here
  };
  placing what = placing::nowhere;
  std::string owner{};  ///< for the journal (`to_string(node_id)`); empty: the node's name
  caf::actor peer{};    ///< the link; it is monitored, and its end is as `nowhere`
};

// --- to a link, and from one ---

/// A question or an order, as it came to a partition's actor.
using partition_call = std::variant<command_ptr, query_ptr, watch_request, report_request,
                                    look_request, release_order, replay_order>;

/// What each is answered with (a command that is one-way: `taken`). Declared only.
outcome answer_to(const command_ptr& asked);
view_ptr answer_to(const query_ptr& asked);
watch_ptr answer_to(const watch_request& asked);
report_ptr answer_to(const report_request& asked);
place_ptr answer_to(const look_request& asked);
std::string answer_to(const release_order& asked);
std::string answer_to(const replay_order& asked);
template <class Asked>
using answer_of = decltype(answer_to(std::declval<const Asked&>()));

/// On the node that asks: sent to the link by the partition's actor, which is the sender and wants
/// a `remote_answer` of the same number. On the node that is asked: a CAF request of the link's
/// actor to the partition's, whose response is one of the types of `remote_answer::what`, without
/// the number; or there is none, so it needs a time-out. It is never passed on again: a partition
/// that is not here answers `not_mine`. Who asks to watch is sent the news, each with its
/// partition; a link that may have lost some tells the other side's partition of news that are
/// `ended`.
struct remote_call {
  std::uint64_t number = 0;  ///< of this partition's actor, never twice
  partition_id partition = 0;
  /// A command whose answer goes home as a command of its own, or nowhere: answered `taken` as soon
  /// as an entity has it in its mailbox.
  bool is_one_way = false;
  instant until;  ///< in real time of this node: afterwards nobody waits for the answer
  partition_call what;
  /// What the domain clock of the node that asks told as it did: what comes of it is not earlier.
  instant time = instant::min();
};

/// A one-way command is with its entity.
struct taken {};

/// The errors are those of `runtime_errc`. Two are the door's own business, and nobody else ever
/// sees them: after `not_mine` and `link_down` it asks again, under the same command id, where the
/// partition is by then.
struct remote_answer {
  std::uint64_t number = 0;
  std::variant<outcome, view_ptr, watch_ptr, report_ptr, place_ptr, std::string, taken, caf::error>
      what;
  instant time = instant::min();  ///< likewise, of the node that was asked
};

}  // namespace rentwave

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::place_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::remote_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::remote_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::taken)
