// The sockets of links, for the broker of CAF's middleman: with TLS or, on loopback, without. They
// take the place of those of CAF and of its OpenSSL module (docs/decisions/0029): who may not
// connect is refused and said so without harm to those who may, and no frame makes us allocate
// more than a message may have.
#pragma once

#include <boost/system/result.hpp>
#include <caf/fwd.hpp>
#include <caf/io/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cluster/node_tls.hpp"

namespace rentwave {

/// Of one frame of CAF's protocol: a wire message of the largest size fits well.
inline constexpr std::size_t max_frame = std::size_t{2} << 20;
/// Connections to a doorman that have yet to show that they are a node's, by a certificate where
/// there is TLS, and by CAF's greeting: more are closed, and those that take too long.
inline constexpr std::size_t max_newcomers = 64;
class newcomers;
std::shared_ptr<newcomers> make_newcomers(std::chrono::milliseconds patience);
/// Those that have taken too long; to be called now and then, from any thread.
void close_slow(caf::actor_system& system, const std::shared_ptr<newcomers>& among);

/// Why a connection was ended that did not keep the rules; called in the middleman's thread.
using refusal_note = std::function<void(const std::string& why)>;

/// For BASP's `connect`. The socket is connected, and goes with the scribe; `tls` is over it, and
/// there may be none.
caf::io::scribe_ptr make_node_scribe(caf::actor_system& system, int socket,
                                     std::unique_ptr<tls_session> tls, refusal_note refused);

/// For BASP's `publish`: listens at the address. The error is a sentence.
boost::system::result<caf::io::doorman_ptr, std::string> make_node_doorman(
    caf::actor_system& system, const std::string& address, std::uint16_t port,
    std::shared_ptr<const node_tls> tls, std::shared_ptr<newcomers> arriving);

}  // namespace rentwave
