#include "http/proxies.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/ascii.hpp"

namespace rentwave::http {
namespace {

namespace ip = boost::asio::ip;

/// An address in IPv6 clothes is the IPv4 address that it is.
std::optional<std::vector<unsigned char>> address_bytes(std::string_view text) {
  boost::system::error_code error;
  auto parsed = ip::make_address(text, error);
  // The reader stops at a NUL.
  if (error || text.find('\0') != text.npos) return std::nullopt;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped())
    parsed = ip::make_address_v4(ip::v4_mapped, parsed.to_v6());
  const auto copy = [](const auto& raw) {
    return std::vector<unsigned char>(raw.begin(), raw.end());
  };
  return parsed.is_v4() ? copy(parsed.to_v4().to_bytes()) : copy(parsed.to_v6().to_bytes());
}

/// Without the port that some proxies write: "192.0.2.1:567", "[2001:db8::1]:567", "[2001:db8::1]"
/// (the `node` of RFC 7239 section 6).
std::string_view without_port(std::string_view node) {
  const auto is_port = [](std::string_view text) {
    return text.size() > 1 && text.front() == ':' &&
           std::ranges::all_of(text.substr(1), ascii::is_digit);
  };
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == node.npos) return node;
    const auto rest = node.substr(end + 1);
    return rest.empty() || is_port(rest) ? node.substr(1, end - 1) : node;
  }
  const auto colon = std::min(node.find(':'), node.size());  // an IPv6 address has more of them
  return is_port(node.substr(colon)) ? node.substr(0, colon) : node;
}

bool bit(const std::vector<unsigned char>& bytes, unsigned at) {
  return (bytes[at / 8] >> (7 - at % 8)) & 1;
}

}  // namespace

proxies::proxies(const std::vector<std::string>& trusted) {
  for (const std::string_view text : trusted) {
    const auto slash = std::min(text.find('/'), text.size());
    auto prefix = address_bytes(text.substr(0, slash));
    if (!prefix) continue;
    auto bits = static_cast<unsigned>(8 * prefix->size());
    const auto length = text.substr(std::min(slash + 1, text.size()));
    std::from_chars(length.data(), length.data() + length.size(), bits);
    bits = std::min(bits, static_cast<unsigned>(8 * prefix->size()));
    networks_.push_back({std::move(*prefix), bits});
  }
}

bool proxies::trust(std::string_view address) const {
  if (networks_.empty()) return false;
  const auto bytes = address_bytes(address);
  if (!bytes) return false;
  return std::ranges::any_of(networks_, [&](const network& each) {
    if (each.prefix.size() != bytes->size()) return false;
    for (unsigned i = 0; i < each.bits; ++i)
      if (bit(each.prefix, i) != bit(*bytes, i)) return false;
    return true;
  });
}

void proxies::look_through(request& asked) const {
  if (!trust(asked.remote_address)) return;
  const auto protocol = asked.header_list("x-forwarded-proto");
  const auto last = std::string_view{protocol}.substr(protocol.rfind(',') + 1);
  if (!protocol.empty()) asked.is_secure = ascii::same_text(ascii::trimmed(last), "https");
  // From the right: what stands further left was written by whoever the next one believed.
  const auto list = asked.header_list("x-forwarded-for");
  std::string_view rest = list;
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const auto address = without_port(ascii::trimmed(rest.substr(comma + 1)));
    rest = comma == rest.npos ? std::string_view{} : rest.substr(0, comma);
    if (!address_bytes(address)) return;
    asked.remote_address = address;
    if (!trust(address)) return;
  }
}

}  // namespace rentwave::http
