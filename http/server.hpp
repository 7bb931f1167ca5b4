// The HTTP server: listens, accepts, and runs connections on threads of its own. Whoever makes one
// owns it; the backend, the authenticator and the table have to outlive it.
//
// Actors may hold completions of the server's coroutines: stop the server first, then the actors,
// and only then let it go.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "http/authenticator.hpp"
#include "http/backend.hpp"
#include "http/options.hpp"

namespace rentwave::http {

class tls_context;

class server {
 public:
  server(server_options options, backend& api, authenticator& gate, std::span<const route> table);
  ~server();  ///< stops without grace, unless that was done

  /// https; before `start`. After it, from any thread: a newer one, for connections to come.
  void use(std::shared_ptr<tls_context> tls);
  /// Listens and starts the threads. At most once.
  boost::system::result<void> start();
  /// Where it listens; the one chosen by the system if 0 was asked for.
  std::uint16_t port() const;

  /// Accepts no more, closes idle connections, lets requests under way finish; cuts what is not
  /// done after `grace`. Returns when the threads have ended, which only a handler that blocks its
  /// thread delays. From any thread but an io thread; a second call does nothing.
  void stop(std::chrono::milliseconds grace);

 private:
  class listener;
  std::unique_ptr<listener> listener_;
};

}  // namespace rentwave::http
