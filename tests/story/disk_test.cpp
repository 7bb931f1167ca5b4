// The whole program on a disk without room: nothing is acknowledged that is not durable, reading
// goes on, and with room again it serves as before.
#include <gmock/gmock.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

#include "tests/http/client.hpp"
#include "tests/story/server_process.hpp"
#include "tests/story/small_disk.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing {
namespace {

using http::client;
using nlohmann::json;
using ::testing::AnyOf;

constexpr std::int64_t disk_size = 24 << 20;
constexpr std::int64_t amount = 700;
/// As many as the log's old pages may still take in.
constexpr int most_before_full = 20'000;

class customer {
 public:
  explicit customer(const server_process& server) : client_{server.port()} {}

  void join() {
    const json who{{"username", "fred"}, {"password", "correct horse battery"}};
    ASSERT_EQ(client_.post("/api/users", who).status, 201u);
    token_ = client_.post("/api/sessions", who).json().at("access_token");
  }
  unsigned top_up(int number) {
    return client_
        .post("/api/me/wallet/top-ups", {{"amount", amount}},
              {{"Authorization", "Bearer " + token_},
               {"Idempotency-Key", "top-up-" + std::to_string(number)}})
        .status;
  }
  std::int64_t balance() {
    const auto wallet =
        client_.get("/api/me/wallet", {{"Authorization", "Bearer " + token_}}).json();
    return wallet.at("balance").at("amount");
  }

 private:
  client client_;
  std::string token_;
};

TEST(Disk, that_is_full_costs_no_cent_and_serves_again_with_room) {
  server_process server;
  std::unique_ptr<small_disk> disk;
  try {
    disk = std::make_unique<small_disk>(server.folder(), disk_size);
  } catch (const std::system_error& why) {
    const char* ci = std::getenv("CI");
    ASSERT_FALSE(ci && std::string_view{ci} == "true") << "CI has to permit this: " << why.what();
    GTEST_SKIP() << "this machine permits no small file system: " << why.what();
  }
  server.start();
  customer fred{server};
  ASSERT_NO_FATAL_FAILURE(fred.join());
  disk->fill();

  int taken = 0;
  unsigned answer = 201;
  while (taken < most_before_full && (answer = fred.top_up(taken + 1)) == 201u) ++taken;
  EXPECT_EQ(answer, 503u);
  for (int again = 0; again < 5; ++again) EXPECT_EQ(fred.top_up(taken + 1), 503u);
  // The last one may have been taken before there was no room for the answer under its key.
  EXPECT_THAT(fred.balance(), AnyOf(taken * amount, (taken + 1) * amount));

  disk->clear();
  EXPECT_EQ(fred.top_up(taken + 1), 201u);
  EXPECT_EQ(fred.balance(), (taken + 1) * amount);
  check_settled(server.journal_url());

  server.kill();
  check_sound(server.journal_url());
  server.start();
  EXPECT_NO_THROW(server.stop());
  check_settled(server.journal_url());
}

}  // namespace
}  // namespace rentwave::testing
