// How coroutines wait for Asio here: an error comes back as a value, beside what else there is.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rentwave::http {

inline constexpr auto as_value = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace rentwave::http
