// People who pay a cent into their wallets and look at them, over and over, each on a thread of
// their own, through whichever nodes they are told to use. Every payment has a key of its own and
// is asked for under it until the answer is yes; so at the end each has as many cents as there were
// yeses.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/client.hpp"

namespace rentwave::testing_cluster {

class customers {
 public:
  /// Registers them, by turns at these ports.
  customers(std::vector<std::uint16_t> ports, int count);
  ~customers();

  /// Through these from their next requests on.
  void use(std::vector<std::uint16_t> ports);
  void begin();
  void end();

  std::int64_t requests() const { return requests_; }
  std::int64_t failures() const { return failures_; }
  /// The first few that were not answered, or not with success.
  std::string first_failures() const;
  /// The longest that anybody waited from a request that failed to the next that did not.
  std::chrono::milliseconds longest_trouble() const { return longest_trouble_.load(); }
  /// Whether so many more payments of each succeed, from now on.
  bool all_pay(std::int64_t more, std::chrono::seconds patience) const;

  /// What is wrong with what they have, read at this port; empty: nothing. Afterwards.
  std::string miscount(std::uint16_t port) const;
  std::size_t size() const { return all_.size(); }
  http::client::fields fields_of(std::size_t which) const;
  std::string account_of(std::size_t which) const;
  std::int64_t paid(std::size_t which) const { return all_[which]->paid; }
  /// What the wallet has, as told at this port; -1: it is not told.
  std::int64_t balance(std::size_t which, std::uint16_t port) const;

 private:
  struct customer {
    std::string name;
    std::string token;
    std::string account;
    std::atomic<std::int64_t> paid = 0;
  };

  void live(customer& who, const std::stop_token& stop, std::size_t turn);
  bool ask(customer& who, std::uint16_t port, bool pays);
  void fail(std::string what);
  std::uint16_t port(std::size_t turn) const;

  mutable std::mutex mutex_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::string> told_;
  std::atomic<std::int64_t> requests_ = 0;
  std::atomic<std::int64_t> failures_ = 0;
  std::atomic<std::chrono::milliseconds> longest_trouble_{};
  std::vector<std::unique_ptr<customer>> all_;
  std::vector<std::jthread> threads_;
};

}  // namespace rentwave::testing_cluster
