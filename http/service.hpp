// What all connections of a server share: the limits, the counts that they bound, and the list of
// connections that a stop goes through. One a server; safe from every io thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "http/authenticator.hpp"
#include "http/backend.hpp"
#include "http/body_room.hpp"
#include "http/cors.hpp"
#include "http/options.hpp"
#include "http/proxies.hpp"
#include "http/router.hpp"
#include "http/share.hpp"
#include "http/token_buckets.hpp"
#include "http/websocket/sockets.hpp"

namespace rentwave::http {

class connection;
class tls_context;

class service {
 public:
  service(const server_options& options, backend& behind, authenticator& guard,
          std::span<const route> table)
      : limits(options.limits),
        trusted(options.trusted_proxies),
        other_pages(options.cors_origins),
        api(behind),
        gate(guard),
        routes(table),
        by_address(rate_of(limits.requests_per_address_s)),
        by_account(rate_of(limits.requests_per_account_s)),
        photos_by_account(
            {limits.photos_per_account_min / 60, std::max(limits.photos_per_account_min, 1.0)}),
        live(api, limits),
        bodies_by_client_(limits.body_bytes_per_address),
        connections_by_client_(limits.connections_per_address) {
    api.counted().begin(table);
  }

  const server_limits limits;
  const proxies trusted;
  const cors other_pages;
  backend& api;
  authenticator& gate;
  const router routes;
  token_buckets by_address;         ///< requests of each `rate_key`
  token_buckets by_account;         ///< of each account's id, and messages of its WebSockets
  token_buckets photos_by_account;  ///< its uploads, which take room even if they are taken back
  sockets live;

  /// What connections that begin from now on speak TLS with; null: plain.
  void use(std::shared_ptr<tls_context> tls);
  std::shared_ptr<tls_context> tls() const;

  /// Of requests under way.
  share permits() { return {api.counted().requests_under_way, limits.requests_in_flight}; }
  /// Of bytes of bodies, from their arrival to the end of the request.
  body_room room_for_body(const std::string& client) {
    return {bodies_by_client_.of(client), {body_bytes_, limits.body_bytes_at_once}};
  }
  /// Of connections beyond the limit that are told so.
  share turning_away() { return {turned_away_, most_turned_away}; }

  /// False: too many, altogether or of this `rate_key`, or no more.
  bool enter(const std::shared_ptr<connection>& one, const std::string& address,
             const std::string& client);
  void leave(const connection* one);
  bool is_stopping() const { return stopping_; }

  /// No connection enters any more.
  void begin_stop();
  void for_each(const std::function<void(connection&)>& act);
  /// Whether the last connection left in time.
  bool wait_until_empty(std::chrono::milliseconds patience);

 private:
  /// Enough for people to learn why; a crowd is closed at once.
  static constexpr std::size_t most_turned_away = 100;

  static token_buckets::rate rate_of(double per_second) {
    constexpr double burst_s = 5;
    return {per_second, std::max(per_second * burst_s, 1.0)};
  }

  struct place {
    std::weak_ptr<connection> who;
    tallies::part of_client;
  };

  std::atomic<std::size_t> body_bytes_ = 0;
  tallies bodies_by_client_;  ///< of each `rate_key`
  std::atomic<std::size_t> turned_away_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::shared_ptr<tls_context> tls_;
  std::condition_variable emptied_;
  tallies connections_by_client_;  ///< of each `rate_key` but those of trusted proxies
  std::unordered_map<const connection*, place> connections_;
};

}  // namespace rentwave::http
