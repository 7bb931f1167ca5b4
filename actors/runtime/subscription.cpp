#include "actors/runtime/subscription.hpp"

#include "actors/runtime/notifier.hpp"
#include "actors/runtime/topics.hpp"

namespace rentwave {

std::vector<subscription> all_subscriptions(std::string currency) {
  const auto tell = [currency = std::move(currency)](const stored_event& event) {
    return notify(event, currency);
  };
  return {{"notifier", tell}, {"topics", announce}};
}

}  // namespace rentwave
