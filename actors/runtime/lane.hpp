// The events of one entity on their way through a subscription, one after the other: what failed is
// tried again before the next has its turn. A plain class of the subscription's actor.
#pragma once

#include <deque>
#include <string>

#include "persistence/journal.hpp"

namespace rentwave {

struct lane {
  std::deque<stored_event> events;  ///< the first one is under way
  int outstanding = 0;              ///< effects of the first event that are not acknowledged
  int failures = 0;                 ///< of the first event, by its own fault
  bool failed = false;              ///< the present try
  bool blamed = false;              ///< by the event's own fault or that of whom it concerns
  std::string reason;               ///< of the last failure

  void begin_try() {
    outstanding = 1;  // the sender itself, so that a try ends only once
    failed = false;
    blamed = false;
  }
  void fail(bool own_fault, std::string why) {
    failed = true;
    blamed = blamed || own_fault;
    reason = std::move(why);
  }
  /// True when the try has ended.
  bool acknowledged() { return --outstanding == 0; }
  void next() {
    events.pop_front();
    failures = 0;
  }
};

}  // namespace rentwave
