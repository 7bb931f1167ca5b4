// Nodes that die or stop for a while under load: what was acknowledged is there, nobody is shown
// what is out of date, and the others go on.
#include <gmock/gmock.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "actors/runtime/routing.hpp"
#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/postgres/private_server.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;

class TroubledNodes : public SeveralNodes {
 protected:
  static std::string milliseconds_since(steady_clock::time_point began) {
    const auto took = steady_clock::now() - began;
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()) +
           " ms";
  }
  static void tell_of(const customers& all) {
    std::cout << all.failures() << " of " << all.requests()
              << " requests failed, and succeeded when asked again; at the longest after "
              << all.longest_trouble().count() << " ms\n";
  }
  simulation::model sound_journal() {
    try {
      return rentwave::testing::check_sound(journal_url());
    } catch (const std::exception& unsound) {
      ADD_FAILURE() << unsound.what();
      return {};
    }
  }
  static std::ptrdiff_t fees_of(const simulation::deal& one) {
    return std::ranges::count_if(one.periods, [](const auto& period) {
      return period.charged.has_value() && period.has_receipt;
    });
  }
  /// Each of so many rentals is charged for two hours more, and for every hour before.
  void await_late_fees(std::size_t rentals) {
    const auto before = sound_journal().deals;
    EXPECT_EQ(before.size(), rentals);
    for (const auto& [id, deal] : before)
      await("late fees of " + to_string(id), [&, hours = std::ssize(deal.periods)] {
        if (HasFailure()) return true;
        const auto seen = sound_journal().deals.at(id);
        return fees_of(seen) >= (seen.is_final() ? std::ssize(seen.periods) : hours + 2);
      });
  }
  /// What was written is right, and nobody wrote what was not his.
  void check_journal() {
    EXPECT_EQ(intruders(), "");
    sound_journal();
  }
  /// Kills n3 under load. `await_others` is given when, and returns when the others serve what
  /// it had.
  template <class Await>
  void kill_and_start_again(customers& all, Await&& await_others) {
    EXPECT_TRUE(all.all_pay(5, 60s));
    node("n3").kill();
    const auto killed = steady_clock::now();
    all.use({node("n1").port(), node("n2").port()});
    await_others(killed);
    EXPECT_TRUE(all.all_pay(5, 60s));
    node("n3").start();
    node("n3").wait_until_it_serves();
    all.use(ports());
    await_rest(node("n1"), {"n1", "n2", "n3"});
  }
  /// Rentals that nobody brings back: an hour of domain time is a second.
  void leave_rentals_to_themselves(int count) {
    const json owner{{"username", "owner"}, {"password", "correct horse battery"}};
    const auto& at = node("n1");
    http::client to{at.port()};
    to.sends_cookies = false;
    EXPECT_EQ(to.post("/api/users", owner).status, 201U);
    const auto as = [&](const json& who) {
      const std::string token = to.post("/api/sessions", who).json().at("access_token");
      return http::client::fields{{"Authorization", "Bearer " + token},
                                  {"Content-Type", "application/json"}};
    };
    const auto owner_fields = as(owner);
    const json renter{{"username", "renter"}, {"password", "correct horse battery"}};
    EXPECT_EQ(to.post("/api/users", renter).status, 201U);
    const auto renter_fields = as(renter);
    EXPECT_EQ(to.post("/api/me/wallet/top-ups", {{"amount", 100'000}}, renter_fields).status, 201U);
    for (int i = 0; i < count; ++i) {
      const json advert{
          {"kind", "room"},
          {"title", "Room " + std::to_string(i)},
          {"description", ""},
          {"price", {{"amount", 10}, {"per", "hour"}}},
          {"late_fee", {{"amount", 3}, {"per", "hour"}}},
          {"min_duration", "PT1H"},
          {"max_duration", "P14D"},
          {"place", {{"city", "Kyiv"}, {"country", "UA"}}},
          {"room", {{"guests", 2}, {"beds", 1}, {"bathrooms", 1}, {"amenities", {"desk"}}}}};
      const auto posted = to.post("/api/listings", advert, owner_fields);
      EXPECT_EQ(posted.status, 201U) << posted.body;
      const json wish{{"listing_id", posted.json().at("id")}, {"duration", "PT1H"}};
      const auto asked = to.post("/api/rentals", wish, renter_fields);
      EXPECT_EQ(asked.status, 201U) << asked.body;
    }
  }
};

TEST_F(TroubledNodes, that_are_killed_lose_nothing_and_are_replaced) {
  add_all({"n1", "n2", "n3"}, {"--clock.rate=3600"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  watch_appends();
  leave_rentals_to_themselves(4);
  customers all(ports(), 6);
  all.begin();
  for (int round = 0; round < (is_soak() ? 10 : 1); ++round)
    kill_and_start_again(all, [&](auto killed) {
      await_rest(node("n1"), {"n1", "n2"});
      std::cout << "all partitions are served " << milliseconds_since(killed) << " after kill -9\n";
    });
  EXPECT_TRUE(all.all_pay(5, 60s));
  all.end();
  tell_of(all);
  EXPECT_THAT(all.first_failures(), Not(HasSubstr("STALE")));
  EXPECT_EQ(all.miscount(node("n2").port()), "");
  await_late_fees(4);
  check_journal();
}

/// Each as on a machine of its own, with the lease that operators have: nobody sees that a process
/// has died, so its lease has to end.
class NodesOfManyMachines : public TroubledNodes {
 protected:
  static constexpr auto lease = 5s;

  NodesOfManyMachines() {
    usual_options_[0] = "--node.lease=5s";
    are_apart_ = true;
  }

  /// One for each partition. That nobody has this id only the partition's owner can say.
  static std::vector<std::string> paths_to_each_partition() {
    std::vector<std::string> paths(partitions);
    for (int i = 0, found = 0; found < partitions; ++i) {
      const auto id = to_string(derive_id<account_id>(account_id{}, std::to_string(i)));
      const entity_ref who{entity_kind::account, id};
      auto& path = paths[static_cast<std::size_t>(partition_of(who, partitions))];
      if (path.empty()) ++found;
      path = "/api/users/" + id;
    }
    return paths;
  }
  void await_answers_of_all_partitions(const node_process& at) {
    http::client to{at.port()};
    for (const auto& path : paths_to_each_partition())
      await(path, [&] { return to.get(path).status == 404; });
  }
};

TEST_F(NodesOfManyMachines, are_replaced_within_3_s_of_the_end_of_their_lease) {
  add_all({"n1", "n2", "n3"}, {"--clock.rate=3600"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  watch_appends();
  leave_rentals_to_themselves(4);
  customers all(ports(), 6);
  all.begin();
  for (int round = 0; round < (is_soak() ? 5 : 1); ++round)
    kill_and_start_again(all, [&](auto killed) {
      await_answers_of_all_partitions(node("n1"));
      EXPECT_LT(steady_clock::now() - killed, lease + 3s);
      std::cout << "all partitions answer " << milliseconds_since(killed) << " after kill -9\n";
      await_rest(node("n1"), {"n1", "n2"});
    });
  all.end();
  tell_of(all);
  EXPECT_THAT(all.first_failures(), Not(HasSubstr("STALE")));
  EXPECT_EQ(all.miscount(node("n2").port()), "");
  const auto told = node("n1").log() + node("n2").log();
  EXPECT_THAT(told, HasSubstr("its lease has ended"));
  EXPECT_THAT(told, Not(HasSubstr("its process has ended"))) << "which they could not see";
  await_late_fees(4);
  check_journal();
}

TEST_F(TroubledNodes, that_are_paused_beyond_their_lease_do_no_harm_and_come_back) {
  add_all({"n1", "n2", "n3"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  watch_appends();
  customers all(ports(), 6);
  all.begin();
  const int rounds = is_soak() ? 10 : 1;
  for (int round = 0; round < rounds; ++round) {
    EXPECT_TRUE(all.all_pay(5, 60s));
    all.use({node("n1").port(), node("n2").port()});
    node("n3").pause();
    const auto paused = steady_clock::now();
    await_rest(node("n1"), {"n1", "n2"});
    std::cout << "all partitions are served " << milliseconds_since(paused)
              << " after a node was paused\n";
    EXPECT_TRUE(all.all_pay(5, 60s)) << "what it had was taken over, and changed since";
    // From now on also through it: it may refuse, but must not show what is out of date.
    all.use(ports());
    node("n3").resume();
    await_rest(node("n1"), {"n1", "n2", "n3"});
  }
  EXPECT_TRUE(all.all_pay(5, 60s));
  all.end();
  tell_of(all);
  EXPECT_THAT(all.first_failures(), Not(HasSubstr("STALE")));
  EXPECT_EQ(all.miscount(node("n3").port()), "");
  EXPECT_THAT(node("n3").log(), HasSubstr("no member of the cluster any more"));
  check_journal();
}

/// Nobody can have taken anything over meanwhile, and nobody may count on having it still.
TEST_F(TroubledNodes, whose_database_is_away_beyond_all_their_leases_come_back_by_themselves) {
  add_all({"n1", "n2", "n3"}, {"--clock.rate=3600"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  watch_appends();
  leave_rentals_to_themselves(4);
  customers all(ports(), 6);
  all.begin();
  auto& database = testing_postgres::private_server::get();
  for (int round = 0; round < (is_soak() ? 5 : 1); ++round) {
    EXPECT_TRUE(all.all_pay(5, 60s));
    all.tally_anew();
    database.stop_at_once();
    std::this_thread::sleep_for(3s);  // they last for one
    for (const auto& each : ports()) {
      EXPECT_GT(all.tally_of(each).unavailable, 0);
      EXPECT_EQ(all.tally_of(each).others, 0);
    }
    database.start();
    const auto back = steady_clock::now();
    await_rest(node("n1"), {"n1", "n2", "n3"});
    std::cout << "all partitions are served " << milliseconds_since(back)
              << " after the database was back\n";
    EXPECT_TRUE(all.all_pay(5, 60s));
    for (const auto& each : ports()) {
      const auto longest = all.tally_of(each).longest;
      std::cout << "an answer took " << longest.count() << " ms at most\n";
      EXPECT_LT(longest, 5s);
    }
  }
  all.end();
  tell_of(all);
  EXPECT_THAT(all.first_failures(), Not(HasSubstr("STALE")));
  EXPECT_EQ(all.miscount(node("n3").port()), "");
  await_late_fees(4);
  check_journal();
}

}  // namespace
}  // namespace rentwave::testing_cluster
