// A task that may not end because one attempt at it failed.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>

namespace rentwave::http {

/// Attempts it again and again until `is_over`, with a pause after an attempt that came to nothing
/// (false) or threw; what was thrown is logged under the name.
boost::asio::awaitable<void> keep_trying(const char* name,
                                         std::function<boost::asio::awaitable<bool>()> attempt,
                                         std::chrono::milliseconds pause,
                                         std::function<bool()> is_over);

}  // namespace rentwave::http
