// The cluster's tables in memory, with faults on demand, for tests and simulations of many nodes in
// one process. What they keep outlives the connections.
#pragma once

#include <functional>
#include <memory>

#include "persistence/membership.hpp"

namespace rentwave {

enum class membership_call { join, renew, set_draining, leave, read, publish };

/// How a call fails. One that only reads fails the same way for all of these.
enum class membership_fault {
  none,
  unavailable,       ///< not written, and says so
  unknown_not_done,  ///< unknown outcome: it was not written
  unknown_done,      ///< unknown outcome: it was written
  too_new,           ///< not written: a journal has what the node cannot read
};

struct membership_tables;

/// Any thread may use it, and connections in different threads.
class memory_membership {
 public:
  memory_membership();
  ~memory_membership();

  std::unique_ptr<membership> connect();

  /// Asked before every call of all connections, under the lock. An empty function: no faults.
  void on_call(std::function<membership_fault(membership_call)> choose);

 private:
  std::unique_ptr<membership_tables> tables_;
};

}  // namespace rentwave
