// The whole program, put together: journal, actors and HTTP server in the order that they need each
// other, and apart again in the opposite one. main.cpp runs it; tests run it in processes of their
// own.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/settings.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

class application {
 public:
  /// A decorator around the journal, for tests that make it fail.
  using wrapper = std::function<std::unique_ptr<journal_store>(std::unique_ptr<journal_store>)>;

  /// Starts everything; ready once every partition is open. The error is a sentence for the
  /// operator.
  static boost::system::result<std::unique_ptr<application>, std::string> start(
      const config::settings& settings, const wrapper& wrap = {});
  ~application();

  std::uint16_t port() const;
  /// Waits until every partition is open, and the demo filled where that was asked for; false when
  /// that takes longer than `patience`.
  bool wait_until_ready(std::chrono::milliseconds patience) const;
  /// What the operator reads at start: version, address, journal and its promise, partitions, node.
  std::string banner() const;
  /// Who may log in with a password that everybody knows; empty without the demo.
  std::string sample_accounts() const;
  /// From now on `/readyz` says that we are leaving; all else goes on. For proxies, which then send
  /// their requests elsewhere. Partitions go to other nodes, where there are any.
  void begin_drain();
  /// Another process has joined the cluster under this node's name, or the journal has events of a
  /// later release than this: it is to end, and has failed.
  bool will_not_join() const;
  /// Reads certificate and key again, for connections to come. When they cannot be used the old
  /// ones stay, and the log says why.
  void renew_tls();
  /// Other nodes get the partitions first; then requests under way end, then the actors, then the
  /// journal.
  void stop(std::chrono::milliseconds grace);

 private:
  application();
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace rentwave
