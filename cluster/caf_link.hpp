// Links over CAF's middleman, with TLS of both sides for any address but loopback. Of two nodes the
// one that joined later connects, so that there is one connection. A thread of its own does so, for
// ever, with pauses that grow; the rest is one actor, the node's ear.
//
// Every connection may send to every actor of this process, as CAF has it: so whoever gets in is
// trusted with everything, and nobody does without a certificate of the CA.
#pragma once

#include <boost/system/result.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "cluster/link.hpp"
#include "cluster/node_tls.hpp"

namespace rentwave {

class newcomers;

struct caf_link_options {
  std::string address = "127.0.0.1";  ///< where to listen
  std::uint16_t port = 0;             ///< 0: any free one
  std::shared_ptr<const node_tls> tls{};
  // Real time:
  std::chrono::milliseconds first_pause{100};  ///< between attempts, then doubled up to
  std::chrono::milliseconds longest_pause{2000};
  std::chrono::milliseconds connect_time{3000};  ///< of connecting, of TLS, and of greeting, each
  std::chrono::milliseconds newcomer_time{10'000};  ///< who connects to us shows who it is
};

class caf_links final : public links {
 public:
  /// What the actor system needs before it is made: the middleman, and a link that is silent for
  /// three seconds has ended.
  static void prepare(caf::actor_system_config& config);

  /// Listens. Errors, as sentences: the address is taken, or is not there, or other machines reach
  /// it and there is no TLS.
  static boost::system::result<std::unique_ptr<caf_links>, std::string> open(
      caf::actor_system& system, caf_link_options options);
  /// Listens no more, and makes no more links; before the actor system. The peers' ends are those
  /// of the links.
  ~caf_links() override;

  std::uint16_t port() const { return port_; }
  void know(const node_id& self, std::vector<known_node> others) override;

 private:
  class dialler;
  caf_links(caf::actor_system& system, caf_link_options options, std::uint16_t port,
            const std::shared_ptr<newcomers>& arriving);

  caf::actor_system& system_;
  std::uint16_t port_;
  std::unique_ptr<dialler> dialler_;
  caf::actor ear_;
};

}  // namespace rentwave
