// Whether other machines reach an address.
#pragma once

#include <string>

namespace rentwave {

/// False for what is no IP address.
bool is_loopback(const std::string& address);

}  // namespace rentwave
