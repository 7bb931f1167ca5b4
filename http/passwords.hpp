// Passwords: hashed once by the client (or by us in its place) with SHA-256, and by us with
// Argon2id on threads of their own, so that logins never slow other requests. One pool a server.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/result.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/fields.hpp"
#include "http/tallies.hpp"

namespace rentwave::http {

/// Code points of a password that we are given in the clear.
inline constexpr text_rules password_rules{.min = 8, .max = 256, .lines = false, .trim = false};

/// The client's hash in lower case: member `<name>_sha256` (64 hex digits), or that of `<name>`.
/// Notes an error when there is neither, or both.
std::string password_digest(field_reader& body, std::string_view name);

/// Argon2id with 19 MiB and two passes (OWASP), as text with salt and parameters. Empty when there
/// is no memory for it. Takes tens of milliseconds.
std::optional<std::string> hash_argon2id(std::string_view secret);
/// As slow.
bool fits_argon2id(std::string_view secret, const std::string& hash);

enum class hashing_errc { overloaded, stopped, out_of_memory };

class password_pool {
 public:
  /// At least one thread; at most `queue` hashes wait for one (0: any number). Of one client at
  /// most `most_of_client` are made or wait (0: any number), so that nobody keeps all others out.
  password_pool(unsigned threads, std::size_t queue, std::size_t most_of_client = 0);
  ~password_pool();
  /// What waits ends as `stopped`, and so does what comes later; what runs is waited for. The
  /// executors of all that wait have to be there still.
  void stop();
  password_pool(const password_pool&) = delete;
  password_pool& operator=(const password_pool&) = delete;

  /// Hashes that are made or wait.
  std::size_t taken() const { return taken_; }

  template <class T>
  using hashing = boost::asio::awaitable<boost::system::result<T, hashing_errc>>;

  hashing<std::string> hash(std::string client, std::string secret);
  /// An empty hash costs the same work, and never fits.
  hashing<bool> check(std::string client, std::string secret, std::string hash);

 private:
  template <class T>
  hashing<T> run(std::string client, std::function<std::optional<T>()> work);

  const std::size_t limit_;
  tallies by_client_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<bool> stopping_{false};
  std::string dummy_;  ///< a hash that nothing fits
  boost::asio::thread_pool threads_;
};

}  // namespace rentwave::http
