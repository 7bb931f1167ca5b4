#include "http/webhooks/public_address.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace rentwave::http {
namespace {

namespace ip = boost::asio::ip;

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

struct v4_network {
  std::uint32_t first;
  int bits;

  constexpr bool has(std::uint32_t address) const {
    return ((address ^ first) >> (32 - bits)) == 0;
  }
};

constexpr v4_network not_public[] = {
    {v4(0, 0, 0, 0), 8},        // this network
    {v4(10, 0, 0, 0), 8},       // private
    {v4(100, 64, 0, 0), 10},    // shared between a provider and its customers
    {v4(127, 0, 0, 0), 8},      // loopback
    {v4(169, 254, 0, 0), 16},   // link-local: clouds keep their metadata there
    {v4(172, 16, 0, 0), 12},    // private
    {v4(192, 0, 0, 0), 24},     // protocol assignments
    {v4(192, 0, 2, 0), 24},     // documentation
    {v4(192, 88, 99, 0), 24},   // 6to4 relays
    {v4(192, 168, 0, 0), 16},   // private
    {v4(198, 18, 0, 0), 15},    // benchmarking
    {v4(198, 51, 100, 0), 24},  // documentation
    {v4(203, 0, 113, 0), 24},   // documentation
    {v4(224, 0, 0, 0), 4},      // multicast
    {v4(240, 0, 0, 0), 4},      // reserved, and broadcast
};

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(not_public, [&](const auto& each) { return each.has(address); });
}

struct v6_network {
  ip::address_v6::bytes_type first;  ///< what is left out is 0
  std::size_t bits;

  bool has(const ip::address_v6::bytes_type& address) const {
    const auto whole = bits / 8;
    if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.begin()))
      return false;
    return bits % 8 == 0 || ((first[whole] ^ address[whole]) >> (8 - bits % 8)) == 0;
  }
};

const v6_network nat64{{0x00, 0x64, 0xff, 0x9b}, 96};
const v6_network global_unicast{{0x20}, 3};
const v6_network special[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments: Teredo, ORCHID and others
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: any IPv4 address can be in it
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

bool is_public_v6(const ip::address_v6::bytes_type& address) {
  if (nat64.has(address))
    return is_public_v4(v4(address[12], address[13], address[14], address[15]));
  return global_unicast.has(address) &&
         std::ranges::none_of(special, [&](const auto& each) { return each.has(address); });
}

}  // namespace

bool is_public(const ip::address& address) {
  if (address.is_v4()) return is_public_v4(address.to_v4().to_uint());
  return address.to_v6().scope_id() == 0 && is_public_v6(address.to_v6().to_bytes());
}

}  // namespace rentwave::http
