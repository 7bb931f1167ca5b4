#include "actors/runtime/subscription.hpp"

#include "actors/runtime/notifier.hpp"
#include "actors/runtime/topics.hpp"

namespace rentwave {

std::vector<subscription> all_subscriptions() {
  return {{"notifier", notify}, {"topics", announce}};
}

}  // namespace rentwave
