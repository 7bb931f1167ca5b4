// Whether an address is one of the public Internet: what people name as a receiver must not lead
// into the network that we are in. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace rentwave::http {

/// By IANA's special-purpose registries (RFC 6890): not loopback, private, shared, link-local,
/// multicast, documentation, benchmarking or reserved; of IPv6 only what is global unicast, and a
/// NAT64 address (RFC 6052) if the IPv4 address in it is public. IPv4-mapped and -compatible
/// addresses, 6to4 and Teredo are not: nothing public needs to be reached by them.
bool is_public(const boost::asio::ip::address& address);

}  // namespace rentwave::http
