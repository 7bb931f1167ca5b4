// The notifier's part for webhooks: its owner hears that one was switched off.
#pragma once

#include <vector>

#include "actors/runtime/subscription.hpp"

namespace rentwave {

/// Of `webhook.switch-off`. Pure. The notice does not name the URL, which is the person's, and
/// sealed in events.
std::vector<effect> tell_of_switched_off(const stored_event& event);

}  // namespace rentwave
