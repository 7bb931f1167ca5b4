// What an entity actor has in hand while it is busy: who waits, who is answered next, what is being
// written. It is made for the first message and dropped when nothing is left in it, so that one of
// the many entities at rest in memory pays for none of it.
#pragma once

#include <caf/response_promise.hpp>

#include <optional>
#include <vector>

#include "actors/runtime/protocol.hpp"
#include "actors/runtime/sent_wants.hpp"

namespace rentwave {

/// What waits to be served: a command, a query, or (neither) the alarm.
struct waiting_message {
  command_ptr command{};
  query_ptr query{};
  caf::response_promise promise{};
  bool looked_up = false;          ///< in the journal
  std::optional<outcome> known{};  ///< the answer that it had before, as the journal says
};

/// An answer that leaves once everything it rests on is durable.
struct held_answer {
  waiting_message asked;
  outcome answer;
};

struct entity_work {
  std::vector<waiting_message> waiting;
  std::vector<held_answer> held;
  std::vector<waiting_message> settled_waiters;  ///< queries that wait for the end of a saga
  std::vector<sent_wants::sending> to_send;
  entity_append append;        ///< what is gathered, until it is on its way
  alarm_change written_alarm;  ///< of the append that is under way

  bool empty() const {
    return waiting.empty() && held.empty() && settled_waiters.empty() && to_send.empty();
  }
};

}  // namespace rentwave
