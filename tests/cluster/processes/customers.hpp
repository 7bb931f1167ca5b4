// People who pay a cent into their wallets and look at them, over and over, each on a thread of
// their own, through whichever nodes they are told to use. Every payment has a key of its own and
// is asked for under it until the answer is yes; so at the end each has as many cents as there were
// yeses.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/client.hpp"

namespace rentwave::testing_cluster {

/// What came of the requests to one node.
struct tally {
  std::int64_t successes = 0;
  std::int64_t unavailable = 0;         ///< 503: it said that it cannot, at the moment
  std::int64_t others = 0;              ///< any other answer, or none
  std::chrono::milliseconds longest{};  ///< that an answer took
};

class customers {
 public:
  using addresses = std::vector<http::server_address>;

  /// Registers them, by turns at these nodes.
  customers(addresses nodes, int count);
  ~customers();

  /// Through these from their next requests on.
  void use(addresses nodes);
  /// And again, after an end.
  void begin();
  void end();
  /// One payment of one of them, while they do not live; whether it succeeded.
  bool pay(std::size_t which, const http::server_address& at);

  std::int64_t requests() const { return requests_; }
  std::int64_t failures() const { return failures_; }
  /// The first few that were not answered, or not with success.
  std::string first_failures() const;
  /// The longest that anybody waited from a request that failed to the next that did not.
  std::chrono::milliseconds longest_trouble() const { return longest_trouble_.load(); }
  /// Whether so many more payments of each succeed, from now on.
  bool all_pay(std::int64_t more, std::chrono::seconds patience) const;

  /// Of all requests to this node since the last `tally_anew`.
  tally tally_of(const http::server_address& node) const;
  void tally_anew();

  /// What is wrong with what they have, read there; empty: nothing. Afterwards.
  std::string miscount(const http::server_address& at) const;
  std::size_t size() const { return all_.size(); }
  http::client::fields fields_of(std::size_t which) const;
  std::string account_of(std::size_t which) const;
  std::int64_t paid(std::size_t which) const { return all_[which]->paid; }
  /// What the wallet has, as told there; -1: it is not told.
  std::int64_t balance(std::size_t which, const http::server_address& at) const;

 private:
  struct customer {
    std::string name;
    std::string token;
    std::string account;
    std::atomic<std::int64_t> paid = 0;
    /// The server has said of the last payment that it is not through yet; used where it is asked.
    std::atomic<bool> is_pending = false;
  };

  void live(customer& who, const std::stop_token& stop, std::size_t turn);
  bool ask(customer& who, const http::server_address& at, bool pays);
  void count(const http::server_address& at, unsigned status, std::chrono::milliseconds took);
  void fail(std::string what);
  http::server_address node(std::size_t turn) const;

  mutable std::mutex mutex_;
  addresses nodes_;
  std::vector<std::string> told_;
  std::map<http::server_address, tally> tallies_;
  std::atomic<std::int64_t> requests_ = 0;
  std::atomic<std::int64_t> failures_ = 0;
  std::atomic<std::chrono::milliseconds> longest_trouble_{};
  std::vector<std::unique_ptr<customer>> all_;
  std::vector<std::jthread> threads_;
};

}  // namespace rentwave::testing_cluster
