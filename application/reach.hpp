// Who reaches this node by HTTP, as far as its settings tell.
#pragma once

#include "config/settings.hpp"

namespace rentwave {

/// Whether nobody but this machine's users do: it listens on loopback, trusts no proxy, and has no
/// public origin. A proxy that the settings do not mention goes unseen.
bool serves_this_machine_only(const config::http_settings& settings);

}  // namespace rentwave
