// What a feed takes room for: who follows it, and what is there.
#include "http/websocket/feeds.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>

#include "actors/domain/listing.hpp"
#include "http/news_source.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

struct quiet_follower final : follower {
  void tell(const topic&, const text_ptr&) override {}
};

/// Counts what is in memory, which may be longer than what is alive.
template <class T>
struct counting_allocator {
  using value_type = T;

  explicit counting_allocator(std::size_t& count) : kept{&count} {}
  template <class Other>
  counting_allocator(const counting_allocator<Other>& other) : kept{other.kept} {}
  T* allocate(std::size_t n) {
    ++*kept;
    return std::allocator<T>{}.allocate(n);
  }
  void deallocate(T* at, std::size_t n) {
    --*kept;
    std::allocator<T>{}.deallocate(at, n);
  }
  bool operator==(const counting_allocator&) const = default;

  std::size_t* kept;
};

/// One partition and one advert; it counts what is watched.
class scripted_market final : public idle_backend, public news_source {
 public:
  news_source* news() override { return this; }
  std::size_t partitions() const override { return 1; }
  partition_id partition_of(const entity_ref&) const override { return 0; }
  boost::asio::awaitable<answer<watch_ptr>> watch(partition_id, watch_request what) override {
    watched += what.entities.size();
    watch_ptr none = std::make_shared<const watch_answer>();
    co_return none;
  }
  void hear(std::function<void(const rentwave::news&)>) override {}
  boost::asio::awaitable<answer<view_ptr>> view(entity_ref of) override {
    auto advert = std::make_shared<listing::state>();
    advert->exists = of.id == to_string(there);
    co_return view_ptr{std::make_shared<const entity_view>(entity_view{of, 1, std::move(advert)})};
  }

  const listing_id there{{1}};
  std::size_t watched = 0;
};

class Feeds : public ::testing::Test {
 protected:
  Feeds() { all_.begin(io_.get_executor()); }

  static topic advert(listing_id which) { return {topic::what::listing, to_string(which)}; }
  answer<std::shared_ptr<feed>> follow(const topic& about, const std::weak_ptr<follower>& one) {
    answer<std::shared_ptr<feed>> found = problem{};
    boost::asio::co_spawn(
        io_, all_.follow(about, one, account_id{}),
        [&](std::exception_ptr, answer<std::shared_ptr<feed>> made) { found = std::move(made); });
    io_.restart();
    io_.poll();
    return found;
  }

  boost::asio::io_context io_;
  scripted_market market_;
  watch_post watches_{market_};
  feeds all_{market_, watches_};
};

TEST_F(Feeds, watch_what_is_there_only) {
  const auto one = std::make_shared<quiet_follower>();
  const auto nothing = follow(advert(listing_id{{2}}), one);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().status, 404);
  EXPECT_EQ(market_.watched, 0U);
  EXPECT_TRUE(follow(advert(market_.there), one));
  EXPECT_EQ(market_.watched, 1U);
}

TEST_F(Feeds, keep_nothing_of_followers_that_are_gone) {
  std::size_t kept = 0;
  const auto first = std::make_shared<quiet_follower>();
  const auto quiet = follow(advert(market_.there), first);
  ASSERT_TRUE(quiet);
  for (int i = 0; i < 10; ++i) {
    const auto brief =
        std::allocate_shared<quiet_follower>(counting_allocator<quiet_follower>{kept});
    EXPECT_TRUE(follow(advert(market_.there), brief));
    EXPECT_EQ(kept, 1U);
  }
}

}  // namespace
}  // namespace rentwave::http
