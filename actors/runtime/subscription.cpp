#include "actors/runtime/subscription.hpp"

#include "actors/runtime/notifier.hpp"

namespace rentwave {

std::vector<subscription> all_subscriptions() {
  return {{"notifier", notify}};
}

}  // namespace rentwave
