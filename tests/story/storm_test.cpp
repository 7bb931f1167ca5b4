// One new book and thousands who are to be told of it, with kill -9 in the middle: each hears of it
// once. With RENTWAVE_SOAK=1 they are 50,000, and it is measured what others notice.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "actors/domain/topic_name.hpp"
#include "persistence/journal.hpp"
#include "tests/http/client.hpp"
#include "tests/story/adverts.hpp"
#include "tests/story/followers.hpp"
#include "tests/story/server_process.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing {
namespace {

using http::client;
using nlohmann::json;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr const char* isbn = "9780140449334";

bool is_soak() {
  const char* soak = std::getenv("RENTWAVE_SOAK");
  return soak && std::string_view{soak} == "1";
}
int number_of_followers() {
  return is_soak() ? 50'000 : 3'000;
}

json new_book() {
  return advert_of("book", "Meditations",
                   {{"isbn", isbn}, {"title", "Meditations"}, {"author", "Marcus Aurelius"}});
}

/// Reads the journal beside the server, each event once, and counts what each inbox was told.
class reader_along {
  static constexpr int page = 10'000;

 public:
  explicit reader_along(const std::string& url)
      : store_{*open_journal_read_only(url)}, connection_{*store_->connect()} {}

  /// How often somebody has been told of something by now.
  int notices() {
    const event_filter wanted{.kind = entity_kind::inbox, .type = "inbox.deliver"};
    int fresh = page;
    while (fresh == page) {
      const auto found = connection_->scan(after_, wanted, page);
      if (!found) break;  // busy: next time
      for (const auto& event : found->events) ++counts_[event.entity.id];
      fresh = static_cast<int>(found->events.size());
      notices_ += fresh;
      after_ = found->looked_to;
    }
    return notices_;
  }
  const std::map<std::string, int>& counts() const { return counts_; }

 private:
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> connection_;
  std::int64_t after_ = 0;
  int notices_ = 0;
  std::map<std::string, int> counts_;
};

/// People who do other things meanwhile: each reads an advert and pays in a cent, over and over.
class others {
 public:
  others(const server_process& server, std::string listing,
         const std::vector<std::string>& tokens) {
    for (const auto& token : tokens)
      running_.emplace_back([this, port = server.port(), listing, token] {
        client to{port};
        to.sends_cookies = false;
        const client::fields as{{"Authorization", "Bearer " + token},
                                {"Content-Type", "application/json"}};
        while (!enough_) {
          note(200, [&] { return to.get("/api/listings/" + listing).status; });
          note(201, [&] { return to.post("/api/me/wallet/top-ups", {{"amount", 1}}, as).status; });
        }
      });
  }
  ~others() { enough_ = true; }
  /// Ends them, and says how long 99 of 100 requests took at most.
  std::chrono::microseconds p99() {
    enough_ = true;
    running_.clear();
    std::ranges::sort(took_);
    return took_.at(took_.size() * 99 / 100);
  }
  std::size_t requests() {
    const std::lock_guard lock{mutex_};
    return took_.size();
  }

 private:
  template <class Request>
  void note(unsigned expected, Request request) {
    const auto began = steady_clock::now();
    EXPECT_EQ(request(), expected);
    const auto took = steady_clock::now() - began;
    {
      const std::lock_guard lock{mutex_};
      took_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(took));
    }
    std::this_thread::sleep_for(5ms);  // they do not do it as fast as they can
  }

  std::atomic<bool> enough_ = false;
  std::mutex mutex_;
  std::vector<std::chrono::microseconds> took_;
  std::vector<std::jthread> running_;
};

/// Seconds of processor time, and MiB of memory at the most, that the process has taken.
std::pair<double, long> taken_by(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream stat{folder + "/stat"};
  std::string word;
  double ticks = 0;
  for (int field = 1; field <= 15 && stat >> word; ++field)
    if (field >= 14) ticks += std::stod(word);
  std::ifstream status{folder + "/status"};
  long kib = 0;
  while (status >> word)
    if (word == "VmHWM:") status >> kib;
  return {ticks / static_cast<double>(sysconf(_SC_CLK_TCK)), kib / 1024};
}

/// For one wait; the whole test has 300 s.
const std::chrono::seconds storm_patience{is_soak() ? 240 : 60};

class Storm : public ::testing::TestWithParam<keeping> {
 protected:
  /// A server whose followers wait for a book.
  void SetUp() override {
    server_.start();
    client owner{server_.port()};
    const json who{{"username", "olga"}, {"password", "correct horse battery"}};
    const auto account = owner.post("/api/users", who).json();
    token_ = owner.post("/api/sessions", who).json().at("access_token");
    for (const char* name : {"ann", "ben", "cat", "dan"}) {
      client other{server_.port()};
      const json somebody{{"username", name}, {"password", "correct horse battery"}};
      other.post("/api/users", somebody);
      tokens_.push_back(other.post("/api/sessions", somebody).json().at("access_token"));
    }
    server_.stop();
    const auto olga = *parse_id<account_id>(account.at("id").get<std::string>());
    fill_followers(server_.journal_url(), number_of_followers(),
                   {topic_of(item_kind::book), topic_of_isbn(isbn), topic_of(olga)});
    server_.start();
  }
  client::fields as_owner() const {
    return {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}};
  }
  std::string advertise() {
    client owner{server_.port()};
    const auto made = owner.post("/api/listings", new_book(), as_owner());
    EXPECT_EQ(made.status, 201u) << made.body;
    return made.json().value("id", "");
  }
  /// Waits, for a while, until there are so many notices.
  static bool comes_to(reader_along& readers, int notices) {
    return comes_true([&] { return readers.notices() >= notices; }, storm_patience);
  }

  server_process server_{{}, GetParam()};
  std::string token_;
  std::vector<std::string> tokens_;  ///< of others
};
INSTANTIATE_TEST_SUITE_P(On, Storm, ::testing::Values(keeping::sqlite, keeping::postgres),
                         ::testing::PrintToStringParamName());

TEST_P(Storm, reaches_every_follower_once_over_kill_9) {
  const int all = number_of_followers();
  advertise();
  {
    reader_along before{server_.journal_url()};
    for (const int deaths : {1, 2}) {
      ASSERT_TRUE(comes_to(before, all * deaths / 3));
      server_.kill();
      ASSERT_LT(before.notices(), all) << "it was over before it was cut";
      server_.start();
    }
    ASSERT_TRUE(comes_to(before, all));
    EXPECT_NO_THROW(check_settled(server_.journal_url()));
    EXPECT_EQ(before.notices(), all);
    for (int i = 0; i < all; ++i)
      ASSERT_EQ(before.counts().at(to_string(nth_follower(i))), 1) << "follower " << i;
  }
  server_.stop();
}

TEST_P(Storm, leaves_room_for_others) {
  const int all = number_of_followers();
  reader_along readers{server_.journal_url()};
  const auto first = advertise();  // told to all, so that the inboxes are awake
  ASSERT_TRUE(comes_to(readers, all));

  others in_quiet{server_, first, tokens_};
  ASSERT_TRUE(comes_true([&] { return in_quiet.requests() >= 2'000; }, storm_patience));
  const auto quiet = in_quiet.p99();

  const auto [before_s, at_most_before] = taken_by(server_.pid());
  others in_storm{server_, first, tokens_};
  const auto began = steady_clock::now();
  advertise();
  ASSERT_TRUE(comes_to(readers, 2 * all));
  const std::chrono::duration<double> took = steady_clock::now() - began;
  const auto requests = in_storm.requests();
  const auto stormy = in_storm.p99();
  const auto [after_s, at_most_mib] = taken_by(server_.pid());
  // Told, not judged: the machine may be busy.
  std::printf(
      "%d followers were told in %.1f s, with %.1f s of the processor and at most %ld MiB; the p99 "
      "of"
      " %zu other requests was %lld us, in quiet %lld us: %.2f times\n",
      all, took.count(), after_s - before_s, at_most_mib, requests,
      static_cast<long long>(stormy.count()), static_cast<long long>(quiet.count()),
      static_cast<double>(stormy.count()) / static_cast<double>(quiet.count()));
  server_.stop();
}

}  // namespace
}  // namespace rentwave::testing
