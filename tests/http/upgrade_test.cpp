// What a client is told while an upgrade is under way, and afterwards.
#include <atomic>

#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

class Upgrade : public node_scene {
 protected:
  Upgrade() {
    node_options options;
    options.held_back = [types = held_back_] { return types->load(); };
    start(std::move(options));
  }

  using shared_names = std::shared_ptr<const event_names>;
  std::shared_ptr<std::atomic<shared_names>> held_back_ =  // the node outlives this
      std::make_shared<std::atomic<shared_names>>();
};

TEST_F(Upgrade, puts_off_what_another_node_could_not_read_and_does_it_when_asked_again) {
  auto ada = join("ada");
  ada.push_back({"Idempotency-Key", "once"});
  held_back_->store(std::make_shared<const event_names>(event_names{"wallet.top-up-request"}));
  const auto put_off = post("/api/me/wallet/top-ups", ada, {{"amount", 500}});
  EXPECT_EQ(put_off.status, 503U);
  EXPECT_EQ(put_off.code(), "unavailable");
  EXPECT_EQ(put_off.header("retry-after"), "1");
  EXPECT_EQ(put_off.json().at("detail"),
            "Not all of the service is upgraded to where it can do this.");
  held_back_->store(nullptr);
  EXPECT_EQ(post("/api/me/wallet/top-ups", ada, {{"amount", 500}}).status, 201U);
  EXPECT_EQ(get("/api/me/wallet", ada).json().at("balance").at("amount"), 500);
}

}  // namespace
}  // namespace rentwave::http
