#include "application/loopback.hpp"

#include <boost/asio/ip/address.hpp>

namespace rentwave {

bool is_loopback(const std::string& address) {
  boost::system::error_code unknown;
  const auto parsed = boost::asio::ip::make_address(address, unknown);
  return !unknown && parsed.is_loopback();
}

}  // namespace rentwave
