// What a subscription is: a name and a pure function from an event to commands (design.md section
// 7). The runtime gives it the durable events of every partition, in order, at least once; each
// command's id comes from the event, so that a repeat has no second effect.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "actors/domain/commands.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// What a subscription wants done about an event. `key` tells the effects of one event apart.
struct effect {
  std::string key;
  entity_ref to;
  any_command body;
};

struct subscription {
  std::string name;  ///< of its offset: never change it
  std::function<std::vector<effect>(const stored_event&)> handle;
};

/// Everything that is subscribed to every partition: to add one is to add a line here. What people
/// are told of money names the `currency` (ISO 4217).
std::vector<subscription> all_subscriptions(std::string currency);

}  // namespace rentwave
