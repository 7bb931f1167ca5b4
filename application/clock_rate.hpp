// Domain time runs at one rate on all nodes of a journal. Whoever starts sets it, so who starts
// beside others has to name theirs.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "persistence/journal.hpp"
#include "persistence/membership.hpp"

namespace rentwave {

struct starting_node {
  std::string name;  ///< a former life of it is replaced, so it does not count
  double rate = 1;   ///< of domain time
  std::chrono::milliseconds lease{};
  std::function<journal_result<std::unique_ptr<membership>>()> connect;
  std::function<void(std::chrono::milliseconds)> wait;
};

/// Before the node sets its clock. Where the journal's rate is another, and nodes are members that
/// may be dead, it waits for a lease to see whether one of them renews. The error is a sentence
/// that names both rates. Two that start at the same moment may miss each other.
boost::system::result<void, std::string> check_clock_rate(journal& where,
                                                          const starting_node& self);

}  // namespace rentwave
