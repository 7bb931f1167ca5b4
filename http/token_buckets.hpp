// How often something may happen, for each of any number of keys: so often a second on average, and
// a burst at once. Remembers one instant a key, and a bounded number of keys. Safe from any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rentwave::http {

class token_buckets {
 public:
  using clock = std::chrono::steady_clock;

  struct rate {
    double per_second = 0;  ///< 0: no limit
    double burst = 1;       ///< at least 1
  };

  /// Of more keys than `most_keys` some are forgotten, first those that have taken least.
  explicit token_buckets(rate allowed, std::size_t most_keys = 100'000);

  /// How long the key has to wait; nothing: now. Takes one if it may.
  std::optional<clock::duration> take(std::string_view key, clock::time_point now);
  /// What was taken for nothing.
  void give_back(std::string_view key);
  /// The key may do everything again.
  void forget(std::string_view key);

  std::size_t size() const;

 private:
  static constexpr std::size_t shards = 16;
  struct hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  /// When all that was taken will have come back. That is all there is to remember: the generic
  /// cell rate algorithm.
  using full_at = std::unordered_map<std::string, clock::time_point, hash, std::equal_to<>>;
  struct shard {
    mutable std::mutex mutex;
    full_at keys;
  };

  std::optional<clock::duration> wait(clock::time_point full, clock::time_point now) const;
  void make_room(full_at& keys, clock::time_point now) const;
  shard& shard_of(std::string_view key);

  const bool is_off_;
  const clock::duration interval_;   ///< between two
  const clock::duration tolerance_;  ///< how far ahead of that a burst may run
  const std::size_t most_in_shard_;
  std::array<shard, shards> shards_;
};

/// What an address counts as: an IPv4 address itself, of IPv6 its /64, which is what one customer
/// has (RFC 6177). Text that is no address counts as itself.
std::string rate_key(std::string_view address);

}  // namespace rentwave::http
