#include "http/passwords.hpp"

#include "http/digests.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace rentwave::http {
namespace {

namespace asio = boost::asio;

template <class T>
using hashed = boost::system::result<T, hashing_errc>;

/// Starts it on the context; the result arrives with `context.run()`.
template <class T>
std::shared_ptr<std::optional<hashed<T>>> start(asio::io_context& context,
                                                password_pool::hashing<T> work) {
  auto result = std::make_shared<std::optional<hashed<T>>>();
  auto done = [result](std::exception_ptr, hashed<T> value) { result->emplace(std::move(value)); };
  asio::co_spawn(context, std::move(work), std::move(done));
  return result;
}

template <class T>
hashed<T> finish(password_pool::hashing<T> work) {
  asio::io_context context;
  auto result = start(context, std::move(work));
  context.run();
  return **result;
}

TEST(Passwords, sha256_is_that_of_fips_180) {
  // FIPS 180-2 appendix B.1.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Passwords, fit_their_own_hash_only) {
  password_pool pool{1, 8};
  const auto hash = finish(pool.hash("a", "secret"));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *hash;
  EXPECT_TRUE(*finish(pool.check("a", "secret", *hash)));
  EXPECT_FALSE(*finish(pool.check("a", "Secret", *hash)));
  EXPECT_NE(*finish(pool.hash("a", "secret")), *hash) << "every hash has a salt of its own";
}

TEST(Passwords, never_fit_an_unknown_user_and_cost_the_same) {
  password_pool pool{1, 8};
  using clock = std::chrono::steady_clock;
  const auto hash = *finish(pool.hash("a", "secret"));
  const auto took = [&pool](const std::string& of) {
    auto least = clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const auto begin = clock::now();
      EXPECT_FALSE(*finish(pool.check("a", "wrong", of)));
      least = std::min(least, clock::now() - begin);
    }
    return least;
  };
  // Argon2id takes tens of milliseconds, a shortcut microseconds: a factor of 10 tells them apart
  // on any machine, however busy.
  EXPECT_GT(took("") * 10, took(hash));
}

TEST(Passwords, of_a_broken_hash_never_fit) {
  password_pool pool{1, 8};
  for (const auto* broken : {"x", "$argon2id$", "$argon2id$v=19$m=4294967295,t=2,p=1$AAAA$AAAA"})
    EXPECT_FALSE(*finish(pool.check("a", "secret", broken))) << broken;
}

TEST(Passwords, a_full_pool_refuses_at_once) {
  password_pool pool{1, 1};
  asio::io_context context;
  std::vector<std::shared_ptr<std::optional<hashed<bool>>>> all;
  // One runs, one waits; nobody counts down before the context has run.
  for (int i = 0; i < 20; ++i) all.push_back(start(context, pool.check("a", "secret", "")));
  context.run();
  int done = 0;
  int refused = 0;
  for (const auto& each : all) {
    ASSERT_TRUE(*each);
    if (**each)
      ++done;
    else if ((*each)->error() == hashing_errc::overloaded)
      ++refused;
  }
  EXPECT_EQ(done + refused, 20);
  EXPECT_GE(done, 2);
  EXPECT_GE(refused, 1);
  EXPECT_TRUE(finish(pool.check("a", "secret", ""))) << "there is room again";
}

TEST(Passwords, of_one_client_leave_room_for_others) {
  password_pool pool{1, 100, 3};
  asio::io_context context;
  std::vector<std::shared_ptr<std::optional<hashed<std::string>>>> greedy;
  for (int i = 0; i < 20; ++i) greedy.push_back(start(context, pool.hash("greedy", "secret")));
  const auto other = start(context, pool.check("other", "secret", ""));
  context.poll();
  const auto refused = std::ranges::count_if(greedy, [](const auto& each) {
    return *each && !**each && (*each)->error() == hashing_errc::overloaded;
  });
  EXPECT_GE(refused, 1);
  context.run();
  EXPECT_TRUE(**other);
  EXPECT_TRUE(finish(pool.hash("greedy", "secret"))) << "there is room again";
}

TEST(Passwords, a_queue_of_zero_has_no_limit) {
  password_pool pool{1, 0};
  asio::io_context context;
  std::vector<std::shared_ptr<std::optional<hashed<bool>>>> all;
  for (int i = 0; i < 10; ++i) all.push_back(start(context, pool.check("a", "secret", "")));
  context.run();
  for (const auto& each : all) EXPECT_TRUE(*each && each->value());
}

TEST(Passwords, the_end_of_the_pool_ends_what_waits) {
  asio::io_context context;
  auto pool = std::make_unique<password_pool>(1, 100);
  std::vector<std::shared_ptr<std::optional<hashed<bool>>>> all;
  for (int i = 0; i < 50; ++i) all.push_back(start(context, pool->check("a", "secret", "")));
  context.poll();  // they are in the pool now
  pool.reset();
  context.run();
  for (const auto& each : all) ASSERT_TRUE(*each);
  EXPECT_EQ((*all.back())->error(), hashing_errc::stopped);
}

TEST(Passwords, a_stopped_pool_refuses) {
  password_pool pool{1, 8};
  pool.stop();
  EXPECT_EQ(finish(pool.check("a", "secret", "")).error(), hashing_errc::stopped);
  pool.stop();
}

// --- what clients send ---

std::string digest_of(nlohmann::json members, bool fits = true) {
  field_reader body{std::move(members)};
  auto digest = password_digest(body, "password");
  EXPECT_EQ(body.ok(), fits);
  return digest;
}

TEST(PasswordDigest, is_the_same_whoever_hashes) {
  const auto upper = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
  EXPECT_EQ(digest_of({{"password_sha256", upper}}), sha256_hex("abc"));
  EXPECT_EQ(digest_of({{"password", " abc defg "}}), sha256_hex(" abc defg "));
}

TEST(PasswordDigest, says_what_is_wrong) {
  digest_of(nlohmann::json::object(), false);
  digest_of({{"password", "1234567"}}, false);
  digest_of({{"password", std::string(257, 'x')}}, false);
  digest_of({{"password_sha256", "abc"}}, false);
  digest_of({{"password_sha256", std::string(64, 'g')}}, false);
  digest_of({{"password_sha256", std::string(64, 'a')}, {"password", "12345678"}}, false);
}

}  // namespace
}  // namespace rentwave::http
