#include "http/passwords.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <limits>

#include "http/ascii.hpp"
#include "http/digests.hpp"

namespace rentwave::http {
namespace asio = boost::asio;
namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memory_bytes = 19 * 1024 * 1024;
constexpr std::size_t digest_digits = 64;

unsigned at_least_one(unsigned threads) {
  return std::max(threads, 1U);
}
std::size_t limit_of(unsigned threads, std::size_t queue) {
  return queue == 0 ? std::numeric_limits<std::size_t>::max() : queue + at_least_one(threads);
}

}  // namespace

std::string password_digest(field_reader& body, std::string_view name) {
  const std::string hashed = std::string{name} + "_sha256";
  if (!body.has(hashed)) return sha256_hex(body.text(name, password_rules));
  if (body.has(name))
    body.refuse(name, "conflict", "Give one of the two, the password or its hash.");
  auto digest = body.text(hashed, {.min = 1, .max = 200, .lines = false, .trim = false});
  if (!digest.empty() &&
      (digest.size() != digest_digits || !std::ranges::all_of(digest, ascii::is_hex)))
    body.refuse(hashed, "format", "A SHA-256 has 64 hexadecimal digits.");
  return ascii::lowered(std::move(digest));
}

std::optional<std::string> hash_argon2id(std::string_view secret) {
  std::array<char, crypto_pwhash_STRBYTES> text;
  if (crypto_pwhash_str_alg(text.data(), secret.data(), secret.size(), passes, memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return std::nullopt;
  return std::string{text.data()};
}

bool fits_argon2id(std::string_view secret, const std::string& hash) {
  return crypto_pwhash_str_verify(hash.c_str(), secret.data(), secret.size()) == 0;
}

// --- the pool ---

password_pool::password_pool(unsigned threads, std::size_t queue, std::size_t most_of_client)
    : limit_(limit_of(threads, queue)),
      by_client_(most_of_client),
      threads_(at_least_one(threads)) {
  [[maybe_unused]] const int ready = sodium_init();  // more than once is fine
  dummy_ = hash_argon2id(random_hex()).value_or("");
}

password_pool::~password_pool() {
  stop();
}

void password_pool::stop() {
  stopping_ = true;
  threads_.join();
}

template <class T>
password_pool::hashing<T> password_pool::run(std::string client,
                                             std::function<std::optional<T>()> work) {
  using result = boost::system::result<T, hashing_errc>;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(result)>(
      [this, part = by_client_.of(std::move(client)),
       work = std::move(work)]<class Handler>(Handler handler) mutable {
        auto home = asio::get_associated_executor(handler);
        const bool full = taken_.fetch_add(1) >= limit_ || !part.grow(1);
        if (full || stopping_) {
          --taken_;
          const auto why = full ? hashing_errc::overloaded : hashing_errc::stopped;
          asio::post(home, [h = std::move(handler), why]() mutable { std::move(h)(result{why}); });
          return;
        }
        // The guard keeps the coroutine's context at work while nothing of it is there.
        auto job = [this, part = std::move(part), work = std::move(work),
                    handler = std::move(handler), guard = asio::make_work_guard(home)]() mutable {
          result done{hashing_errc::stopped};
          if (!stopping_) {
            auto found = work();
            done = found ? result{*std::move(found)} : result{hashing_errc::out_of_memory};
          }
          --taken_;
          part.shrink(1);
          asio::post(guard.get_executor(), [h = std::move(handler), r = std::move(done)]() mutable {
            std::move(h)(std::move(r));
          });
        };
        asio::post(threads_, std::move(job));
      },
      asio::use_awaitable);
}

password_pool::hashing<std::string> password_pool::hash(std::string client, std::string secret) {
  return run<std::string>(std::move(client),
                          [secret = std::move(secret)] { return hash_argon2id(secret); });
}

password_pool::hashing<bool> password_pool::check(std::string client, std::string secret,
                                                  std::string hash) {
  return run<bool>(std::move(client), [this, secret = std::move(secret), hash = std::move(hash)] {
    const bool known = !hash.empty();
    const bool fits = fits_argon2id(secret, known ? hash : dummy_);
    return std::optional{known && fits};
  });
}

}  // namespace rentwave::http
