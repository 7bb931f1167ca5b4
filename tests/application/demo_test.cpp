// --demo, by the whole program in this process: what is in the journal afterwards, as its clients
// see it.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <map>
#include <thread>

#include "application/application.hpp"
#include "application/demo/adverts.hpp"
#include "application/demo/people.hpp"
#include "application/demo/rentals.hpp"
#include "config/parse.hpp"
#include "persistence/forwarding_journal.hpp"
#include "tests/http/client.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave {
namespace {

using nlohmann::json;
using testing_journal::temporary_folder;

using started = boost::system::result<std::unique_ptr<application>, std::string>;

class Demo : public testing::Test {
 protected:
  Demo() { spdlog::set_level(spdlog::level::off); }
  ~Demo() override { spdlog::set_level(spdlog::level::info); }

  started start(std::vector<std::string> options, const application::wrapper& wrap = {}) {
    options.insert(options.begin(), {"rentwave", "--http.port=0", "--journal.partitions=4",
                                     "--journal.url=sqlite:" + file()});
    std::vector<const char*> arguments;
    for (const auto& each : options) arguments.push_back(each.c_str());
    const char* environment[] = {nullptr};
    const auto parsed =
        config::parse(static_cast<int>(arguments.size()), arguments.data(), environment);
    return application::start(std::get<config::invocation>(parsed).settings, wrap);
  }
  std::unique_ptr<application> running(std::vector<std::string> options,
                                       const application::wrapper& wrap = {}) {
    auto one = start(std::move(options), wrap);
    EXPECT_TRUE(one) << one.error();
    EXPECT_TRUE((*one)->wait_until_ready(std::chrono::minutes{2}));
    return *std::move(one);
  }
  std::string why_not(std::vector<std::string> options) {
    const auto one = start(std::move(options));
    return one ? "" : one.error();
  }

  std::string file() const { return (folder_.path() / (journal_ + ".db")).string(); }
  std::size_t events() const {
    const auto store = open_journal_read_only("sqlite:" + file());
    const auto connection = (*store)->connect();
    return (*connection)->scan(0, {}, 100'000)->events.size();
  }

  temporary_folder folder_;
  std::string journal_ = "journal";
};

/// Somebody of the demo, logged in.
http::client log_in(const application& where, std::string_view username) {
  http::client one{where.port()};
  const auto got =
      one.post("/api/sessions", {{"username", username}, {"password", demo::password}});
  EXPECT_EQ(got.status, 201U) << username;
  return one;
}

/// All adverts that anybody sees.
json adverts(const application& where) {
  return http::client{where.port()}.get("/api/listings?limit=100").json();
}

json rentals_of(http::client& renter) {
  return renter.get("/api/me/rentals?role=renter&limit=100").json().at("items");
}

/// What comes of a rental by itself, and when, is another matter: late is active, some time later.
std::string settled(std::string status) {
  return status == "late" ? "active" : status;
}

/// What there is, as far as it does not change by itself.
json picture_of(const application& where) {
  json seen;
  seen["adverts"] = adverts(where)["items"].size();
  for (const auto& each : demo::people()) {
    auto one = log_in(where, each.username);
    auto& person = seen[std::string{each.username}];
    // How many, by status and advert; who was refused never learnt the title.
    for (const auto& rental : rentals_of(one)) {
      auto& times = person[rental["listing_id"]][settled(rental["status"])];
      times = times.is_null() ? 1 : times.get<int>() + 1;
    }
    // A late fee moves it from the one to the other.
    const auto wallet = one.get("/api/me/wallet").json();
    person["money"] = wallet["balance"]["amount"].get<std::int64_t>() +
                      wallet["held"]["amount"].get<std::int64_t>();
  }
  return seen;
}

TEST_F(Demo, fills_an_empty_journal) {
  const auto program = running({"--demo"});
  const auto all = adverts(*program);
  EXPECT_EQ(all["total"], demo::adverts().size());
  std::map<std::string, int> kinds;
  for (const auto& each : all["items"]) ++kinds[each["kind"]];
  EXPECT_EQ(kinds.size(), 3U);

  std::map<std::string, int> states;
  std::int64_t money_there = 0, money_in = 0;
  for (const auto& each : demo::people()) {
    auto one = log_in(*program, each.username);
    for (const auto& rental : rentals_of(one)) ++states[settled(rental["status"])];
    const auto wallet = one.get("/api/me/wallet").json();
    for (const auto* part : {"balance", "held"})
      money_there += wallet[part]["amount"].get<std::int64_t>();
    EXPECT_EQ(wallet["owed"]["amount"], 0) << each.username;
    money_in += each.top_up.cents;
  }
  EXPECT_EQ(money_there, money_in) << "nothing was made out of nothing";

  std::map<std::string, int> wanted;
  for (const auto& each : demo::rentals()) {
    using enum demo::goal;
    constexpr const char* names[] = {"booked",    "active",    "active",    "returned",
                                     "completed", "cancelled", "cancelled", "rejected"};
    ++wanted[names[static_cast<int>(each.goal)]];
  }
  EXPECT_EQ(states, wanted);
}

TEST_F(Demo, has_adverts_that_were_reviewed) {
  const auto program = running({"--demo"});
  const auto best = http::client{program->port()}.get("/api/listings?sort=rating&limit=1").json();
  const auto& advert = best["items"].at(0);
  EXPECT_FALSE(advert["rating"].is_null());
  const auto where = "/api/listings/" + advert["id"].get<std::string>() + "/reviews";
  EXPECT_EQ(http::client{program->port()}.get(where).json()["items"].size(),
            advert["rating"]["count"]);
  int given = 0, counted = 0;
  for (const auto& each : demo::rentals()) given += each.by_renter.rating > 0;
  const auto all = adverts(*program)["items"];
  for (const auto& each : all)
    if (!each["rating"].is_null()) counted += each["rating"]["count"].get<int>();
  EXPECT_EQ(counted, given);
}

TEST_F(Demo, has_a_rental_that_becomes_late_by_itself) {
  const auto program = running({"--demo", "--limits.enabled=false"});  // we ask again and again
  auto kofi = log_in(*program, "demo.kofi");
  const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  json charges;
  while (charges.empty() && std::chrono::steady_clock::now() < patience) {
    const auto late = kofi.get("/api/me/rentals?status=late").json().at("items");
    for (const auto& each : late) {
      const auto path = "/api/rentals/" + each["id"].get<std::string>() + "/charges";
      charges = kofi.get(path).json().at("items");
    }
    std::this_thread::yield();
  }
  ASSERT_EQ(charges.size(), 1U);
  EXPECT_EQ(charges[0]["fee"]["amount"], 400);
}

/// Appends fail for good after so many.
application::wrapper cut_after(int appends) {
  class cut_journal final : public forwarding_journal {
   public:
    cut_journal(std::unique_ptr<journal> inner, std::shared_ptr<std::atomic<int>> left)
        : forwarding_journal{std::move(inner)}, left_{std::move(left)} {}
    journal_result<std::vector<partition_result>> append(
        const std::vector<partition_append>& batch) override {
      if ((*left_)-- > 0) return inner().append(batch);
      return journal_error{journal_errc::unavailable, "as the test wants it"};
    }

   private:
    std::shared_ptr<std::atomic<int>> left_;
  };
  return [left = std::make_shared<std::atomic<int>>(appends)](auto store) {
    return std::make_unique<wrapping_store>(std::move(store), [left](auto connection) {
      return std::make_unique<cut_journal>(std::move(connection), left);
    });
  };
}

TEST_F(Demo, ends_the_same_wherever_it_was_cut) {
  const auto uncut = picture_of(*running({"--demo"}));
  EXPECT_EQ(uncut["adverts"], demo::adverts().size());
  const auto whole = events();
  for (const int appends : {0, 30, 120, 240}) {
    journal_ = "cut-" + std::to_string(appends);
    running({"--demo"}, cut_after(appends)).reset();
    const auto cut = events();
    EXPECT_LT(cut, whole) << "nothing was cut";
    EXPECT_EQ(picture_of(*running({"--demo"})), uncut) << "cut after " << appends << " appends";
  }
}

TEST_F(Demo, is_filled_in_once) {
  running({"--demo"}).reset();
  {
    const auto program = running({});
    auto marta = log_in(*program, "demo.marta");
    const auto mine = marta.get("/api/me/listings?limit=100").json()["items"];
    ASSERT_FALSE(mine.empty());
    const auto path = "/api/listings/" + mine.front()["id"].get<std::string>();
    EXPECT_EQ(marta.send("DELETE", path).status, 204U) << "the newest, which nobody rented";
    EXPECT_EQ(adverts(*program)["items"].size(), demo::adverts().size() - 1);
  }
  EXPECT_EQ(adverts(*running({"--demo"}))["items"].size(), demo::adverts().size() - 1);
}

TEST_F(Demo, leaves_a_journal_with_other_contents_alone) {
  {
    const auto program = running({});
    http::client one{program->port()};
    const json ada{{"username", "ada"}, {"password", "correct horse"}};
    EXPECT_EQ(one.post("/api/users", ada).status, 201U);
  }
  const auto before = events();
  const auto program = running({"--demo"});
  EXPECT_EQ(adverts(*program)["total"], 0);
  EXPECT_EQ(program->sample_accounts(), "");
  EXPECT_EQ(http::client{program->port()}.get("/").body.find("demo.marta"), std::string::npos);
  EXPECT_EQ(events(), before);
}

TEST_F(Demo, says_who_may_log_in) {
  const auto program = running({"--demo"});
  const auto page = http::client{program->port()}.get("/").body;
  for (const auto& each : demo::people()) {
    EXPECT_NE(page.find(each.username), page.npos);
    EXPECT_NE(program->sample_accounts().find(each.username), std::string::npos);
  }
  for (const auto& text : {page, program->sample_accounts()})
    EXPECT_NE(text.find(demo::password), text.npos);
}

TEST_F(Demo, is_served_to_this_machine_only) {
  const std::string everywhere = "--http.address=0.0.0.0";
  EXPECT_NE(why_not({"--demo", everywhere}).find("--http.address"), std::string::npos);
  running({"--demo"}).reset();
  EXPECT_NE(why_not({"--demo", everywhere}).find("--http.address"), std::string::npos);
  EXPECT_NE(why_not({everywhere}).find("--http.address"), std::string::npos)
      << "the accounts are there, whoever asked for them";
  for (const auto* proxied :
       {"--http.trusted-proxies=127.0.0.1", "--http.origin=https://a.example"})
    EXPECT_NE(why_not({proxied}).find("--http.trusted-proxies"), std::string::npos) << proxied;

  journal_ = "other";
  {
    const auto program = running({});
    const json ada{{"username", "ada"}, {"password", "correct horse"}};
    EXPECT_EQ(http::client{program->port()}.post("/api/users", ada).status, 201U);
  }
  EXPECT_EQ(why_not({"--demo", everywhere}), "") << "there is no demo in it";
}

TEST_F(Demo, makes_no_administrator) {
  const std::string admins = "--admin.users=root,demo.KOFI";
  EXPECT_NE(why_not({"--demo", admins}).find("demo.kofi"), std::string::npos);
  running({"--demo", "--admin.users=root"}).reset();
  EXPECT_NE(why_not({admins}).find("demo.kofi"), std::string::npos);
}

}  // namespace
}  // namespace rentwave
