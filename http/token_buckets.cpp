#include "http/token_buckets.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <vector>

namespace rentwave::http {
namespace {

using seconds = std::chrono::duration<double>;

token_buckets::clock::duration as_ticks(double in_seconds) {
  return std::chrono::duration_cast<token_buckets::clock::duration>(seconds{in_seconds});
}

}  // namespace

token_buckets::token_buckets(rate allowed, std::size_t most_keys)
    : is_off_(allowed.per_second <= 0),
      interval_(is_off_ ? clock::duration{} : as_ticks(1 / allowed.per_second)),
      tolerance_(is_off_ ? clock::duration{} : as_ticks((allowed.burst - 1) / allowed.per_second)),
      most_in_shard_(std::max<std::size_t>(most_keys / shards, 1)) {}

std::optional<token_buckets::clock::duration> token_buckets::wait(clock::time_point full,
                                                                  clock::time_point now) const {
  const auto ahead = full - now;
  return ahead > tolerance_ ? std::optional{ahead - tolerance_} : std::nullopt;
}

std::optional<token_buckets::clock::duration> token_buckets::take(std::string_view key,
                                                                  clock::time_point now) {
  if (is_off_) return std::nullopt;
  auto& [mutex, keys] = shard_of(key);
  const std::lock_guard lock{mutex};
  auto known = keys.find(key);
  if (known == keys.end()) {
    if (keys.size() >= most_in_shard_) make_room(keys, now);
    known = keys.emplace(key, now).first;
  }
  const auto full = std::max(known->second, now);
  const auto too_early = wait(full, now);
  if (!too_early) known->second = full + interval_;
  return too_early;
}

void token_buckets::give_back(std::string_view key) {
  auto& [mutex, keys] = shard_of(key);
  const std::lock_guard lock{mutex};
  if (const auto known = keys.find(key); known != keys.end()) known->second -= interval_;
}

void token_buckets::forget(std::string_view key) {
  auto& [mutex, keys] = shard_of(key);
  const std::lock_guard lock{mutex};
  if (const auto known = keys.find(key); known != keys.end()) keys.erase(known);
}

std::size_t token_buckets::size() const {
  std::size_t sum = 0;
  for (const auto& [mutex, keys] : shards_) {
    const std::lock_guard lock{mutex};
    sum += keys.size();
  }
  return sum;
}

/// Half of the room at once, so that a flood of keys pays for one look at all of them in many.
/// Those that are nearest to full go first: whoever wants his own bucket forgotten has to empty as
/// many others as far.
void token_buckets::make_room(full_at& keys, clock::time_point now) const {
  std::erase_if(keys, [now](const auto& each) { return each.second <= now; });
  const auto most = most_in_shard_ / 2;
  if (keys.size() <= most) return;
  std::vector<clock::time_point> ends;
  ends.reserve(keys.size());
  for (const auto& [key, full] : keys) ends.push_back(full);
  auto surplus = keys.size() - most;
  const auto middle = ends.begin() + static_cast<std::ptrdiff_t>(surplus - 1);
  std::ranges::nth_element(ends, middle);
  const auto last = *middle;
  surplus -= std::erase_if(keys, [last](const auto& each) { return each.second < last; });
  std::erase_if(keys, [last, &surplus](const auto& each) {
    if (surplus == 0 || each.second != last) return false;
    --surplus;
    return true;
  });
}

token_buckets::shard& token_buckets::shard_of(std::string_view key) {
  // Not the bits that choose the bucket of the map.
  return shards_[(hash{}(key) >> 48) % shards];
}

std::string rate_key(std::string_view address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error || parsed.is_v4()) return std::string{address};
  const auto v6 = parsed.to_v6();
  if (v6.is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6{bytes}.to_string() + "/64";
}

}  // namespace rentwave::http
