// One watch at a partition for all sockets of a gateway, when the partition moves or is silent.
#include "http/websocket/watch_post.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "http/news_source.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

const entity_ref in_first{entity_kind::listing, "first"};
const entity_ref in_second{entity_kind::listing, "second"};

/// Two partitions; it notes what they are asked.
class scripted_partitions final : public idle_backend, public news_source {
 public:
  news_source* news() override { return this; }
  std::size_t partitions() const override { return 2; }
  partition_id partition_of(const entity_ref& entity) const override {
    return entity == in_first ? 0 : 1;
  }
  boost::asio::awaitable<answer<watch_ptr>> watch(partition_id where, watch_request what) override {
    asked.push_back(where);
    sizes.push_back(what.entities.size());
    if (is_silent || asked.size() == silent_at) co_return problem{};
    watch_ptr none = std::make_shared<const watch_answer>();
    co_return none;
  }
  void hear(std::function<void(const rentwave::news&)> to) override { listener = std::move(to); }

  std::vector<partition_id> asked;
  std::vector<std::size_t> sizes;
  bool is_silent = false;
  std::size_t silent_at = 0;  ///< the request of this number
  std::function<void(const rentwave::news&)> listener;
};

struct counting_watcher final : watcher {
  void changed(const entity_ref&) override { ++changes; }
  int changes = 0;
};

class Watch_post : public ::testing::Test {
 protected:
  Watch_post() {
    post_.begin(io_.get_executor());
    for (const auto& each : {in_first, in_second})
      boost::asio::co_spawn(io_, post_.watch(each, who_), boost::asio::detached);
    io_.poll();
    partitions_.asked.clear();
    who_->changes = 0;
  }
  void first_has_moved() { has_moved(0); }
  void has_moved(partition_id which) {
    partitions_.asked.clear();
    partitions_.sizes.clear();
    partitions_.listener({.entities = {}, .ended = true, .partition = which});
    io_.poll();
  }

  scripted_partitions partitions_;
  std::shared_ptr<counting_watcher> who_ = std::make_shared<counting_watcher>();
  watch_post post_{partitions_};
  boost::asio::io_context io_;
};

TEST_F(Watch_post, asks_again_at_once_where_a_partition_has_moved) {
  first_has_moved();
  EXPECT_EQ(partitions_.asked, std::vector<partition_id>{0});
}

TEST_F(Watch_post, takes_everything_for_changed_when_an_answer_was_missed) {
  partitions_.is_silent = true;
  first_has_moved();
  EXPECT_EQ(who_->changes, 0);
  partitions_.is_silent = false;
  first_has_moved();
  EXPECT_EQ(who_->changes, 1);
  first_has_moved();
  EXPECT_EQ(who_->changes, 1);
}

TEST_F(Watch_post, takes_everything_for_changed_when_somebody_new_had_no_answer) {
  partitions_.is_silent = true;
  const auto other = std::make_shared<counting_watcher>();
  boost::asio::co_spawn(io_, post_.watch(in_first, other), boost::asio::detached);
  io_.poll();
  partitions_.is_silent = false;
  first_has_moved();
  EXPECT_EQ(who_->changes, 1) << "what the answer would have said of it is lost";
}

TEST_F(Watch_post, has_whoever_watches_look_for_themselves_while_a_partition_stays_silent) {
  partitions_.is_silent = true;
  for (const int changes : {0, 1, 2}) {
    first_has_moved();
    EXPECT_EQ(who_->changes, changes);
  }
}

/// Of 5,000 each at most, so that they fit into a message between nodes.
TEST_F(Watch_post, asks_for_many_in_several_requests) {
  for (int i = 1; i < 12'000; ++i)
    boost::asio::co_spawn(io_, post_.watch({entity_kind::listing, std::to_string(i)}, who_),
                          boost::asio::detached);
  io_.poll();
  has_moved(1);
  EXPECT_EQ(partitions_.sizes, (std::vector<std::size_t>{5'000, 5'000, 2'000}));

  partitions_.silent_at = 2;
  has_moved(1);
  EXPECT_EQ(partitions_.asked.size(), 2U) << "the third would say nothing either";
  partitions_.silent_at = 0;
  who_->changes = 0;
  has_moved(1);
  EXPECT_EQ(who_->changes, 12'000) << "an answer was missed";
  has_moved(1);
  EXPECT_EQ(who_->changes, 12'000);
}

}  // namespace
}  // namespace rentwave::http
