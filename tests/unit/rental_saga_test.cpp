// Rentals between real wallets and a listing of straw, under people who do anything at any time and
// a post that loses, repeats and reorders. Every rental comes to rest, and everyone gets his due.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/dice.hpp"
#include "tests/unit/rental_scene.hpp"
#include "tests/unit/straw_listing.hpp"
#include "tests/unit/wallet_scene.hpp"

namespace rentwave {
namespace {

using rental::status;

struct letter {
  entity_ref from;
  std::optional<want> ask;  // otherwise an answer to `from`
  answered answer;
};

/// A rental's state, and what the test has seen of it.
struct followed {
  rental::state s;
  rental::request asked;
  std::vector<instant> late_seen;
  money rent;  // by the events
};

class world {
 public:
  explicit world(std::uint64_t seed)
      : chance_{seed}, landlord_{rental::make_id<account_id>(9)}, listing_{landlord_, chance_} {
    for (std::uint8_t n = 0; n < 3; ++n)
      renters_.push_back(rental::make_id<account_id>(static_cast<std::uint8_t>(n + 1)));
    for (std::uint8_t n = 0; n < 6; ++n) {
      const auto starts = now_ + std::chrono::hours{chance_.below(60)};
      rental::request wish{rental::make_id<rental_id>(static_cast<std::uint8_t>(n + 1)),
                           item_,
                           {},
                           starts,
                           {},
                           {},
                           {}};
      wish.renter = chance_.pick(renters_);
      wish.length = std::chrono::hours{chance_.between(1, 70)};
      rentals_.push_back({{}, wish, {}, {}});
      command(rentals_.back(), rentals_.back().asked, rentals_.back().asked.renter);
    }
    for (const auto& each : renters_) top_up(each, chance_.between(0, 9000));
  }

  void run(int steps) {
    for (int n = 0; n < steps && !testing::Test::HasFailure(); ++n) step();
    come_to_rest();
    if (!testing::Test::HasFailure()) check();
  }

  /// How often each type of event happened.
  const std::map<std::string, int>& happened() const { return happened_; }

 private:
  // --- what happens ---

  void step() {
    auto& r = chance_.pick(rentals_);
    switch (chance_.below(12)) {
      case 0:
        now_ += duration{chance_.below(one_hour.count())};
        break;
      case 1:
        if (const auto* next = next_alarm(); next && chance_.percent(12))
          now_ = std::max(now_, *rental::alarm(next->s));
        break;
      case 2:
        wake(r);
        break;
      case 3:
        act(r);
        break;
      case 4:
        if (chance_.percent(20)) top_up(chance_.pick(renters_), 150);
        act(r);
        break;
      case 5:
      case 6:
      case 7:
        post();
        break;
      default:
        deliver_any();
        deliver_any();
    }
  }

  /// Anyone tries anything.
  void act(followed& r) {
    const std::vector<rental::command> wishes{
        rental::give_back{}, rental::give_back{}, rental::dispute{"no"}, rental::dispute{"no"},
        rental::confirm{money{chance_.below(160)}, ""}, r.asked,
        // Who asks for nothing else ends up with nothing but cancelled rentals.
        chance_.percent(10) ? rental::command{rental::cancel{}} : rentwave::wake{},
        rental::extend{r.s.when.end + std::chrono::hours{chance_.between(-1, 30)}},
        rental::extend{r.s.when.end + std::chrono::hours{chance_.between(1, 9)}},
        rental::review{static_cast<int>(chance_.between(0, 5)), ""}};
    const account_id callers[] = {r.asked.renter, landlord_, landlord_,
                                  rental::make_id<account_id>(99)};
    const auto wish =
        static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(wishes.size())));
    command(r, wishes[wish], callers[chance_.below(4)]);
  }

  void wake(followed& r) { command(r, rentwave::wake{}, {}); }

  /// Decides, folds, and tries a second copy, which must do nothing.
  void command(followed& r, const rental::command& c, std::optional<account_id> caller) {
    const auto decided = decide(r.s, c, {now_, caller});
    if (!decided) return;
    for (const auto& name : rental::names_of(*decided)) ++happened_[name];
    for (const auto& each : *decided) {
      if (const auto* e = std::get_if<rental::late>(&each)) {
        EXPECT_LE(e->due, now_) << "charged before its time";
        EXPECT_EQ(e->n, static_cast<int>(r.late_seen.size()) + 1) << "out of order, or twice";
        r.late_seen.push_back(e->due);
      }
      if (const auto* e = std::get_if<rental::booked>(&each)) r.rent = e->rent;
      if (const auto* e = std::get_if<rental::started>(&each)) r.rent = e->rent;
      if (const auto* e = std::get_if<rental::extended>(&each)) r.rent += e->rent;
      if (const auto* e = std::get_if<rental::reviewed>(&each)) {
        EXPECT_TRUE(reviewed_.emplace(r.s.id, e->by).second) << "reviewed twice by one side";
        auto& person = given_[e->by == rental::party::renter ? landlord_ : r.asked.renter];
        person = person.with(e->rating);
        if (e->by == rental::party::renter) advert_given_ = advert_given_.with(e->rating);
      }
      r.s = evolve(std::move(r.s), each);
    }
    const auto again = decide(r.s, c, {now_, caller});
    EXPECT_TRUE(!again || again->empty()) << "a second copy had an effect, command " << c.index();
    rental::expect_alarm_is_exact(r.s, now_);
  }

  void top_up(account_id who, std::int64_t cents) {
    const auto id = wallet::make_id<payment_id>(++payments_);
    tell(who, wallet::top_up{who, id, money{cents}}, who);
    tell(who, answered{"payment-" + to_string(id), accepted{}}, {});
    paid_in_ += money{cents};
  }

  // --- the post ---

  std::vector<letter> all_that_is_owed() {
    std::vector<letter> result;
    for (const auto& each : rentals_)
      for (const auto& w : rental::wants(each.s)) result.push_back({rental_ref(each.s.id), w, {}});
    for (const auto& [id, s] : wallets_)
      for (const auto& w : wallet::wants(s)) result.push_back({wallet_ref(id), w, {}});
    for (const auto& each : rentals_)
      if (listing_.of(each.s.id).queued)
        result.push_back({listing_ref(item_),
                          want{"ready-" + to_string(each.s.id), rental_ref(each.s.id),
                               rental::command{rental::item_ready{}}},
                          {}});
    return result;
  }

  void post() {
    for (auto& each : all_that_is_owed()) {
      // The item comes back when it comes back.
      const bool ready = each.from.kind == entity_kind::listing;
      if (chance_.percent(ready ? 5 : 50)) mail_.push_back(std::move(each));
    }
  }

  void deliver_any() {
    if (mail_.empty()) return;
    const auto at =
        static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(mail_.size())));
    const letter one = mail_[at];
    if (!chance_.percent(30)) mail_.erase(mail_.begin() + static_cast<std::ptrdiff_t>(at));
    if (chance_.percent(20)) return;  // this copy is lost
    if (auto back = deliver(one)) mail_.push_back(*back);
  }

  std::optional<letter> deliver(const letter& one) {
    if (one.ask) return letter{one.from, std::nullopt, {one.ask->key, receive(one)}};
    if (one.from.kind == entity_kind::rental) {
      command(find(one.from.id), one.answer, {});
    } else if (one.from.kind == entity_kind::wallet) {
      tell(*parse_id<account_id>(one.from.id), one.answer, {});
    } else {
      listing_.of(*parse_id<rental_id>(one.answer.want.substr(6))).queued = false;
    }
    return std::nullopt;
  }

  /// Adding up is no business of its own: what has to be right is that each is told once.
  bool count(const letter& one) {
    const want& ask = *one.ask;
    const auto* any_listing = std::get_if<listing::command>(&ask.body);
    const auto* advert = any_listing ? std::get_if<listing::rate>(any_listing) : nullptr;
    if (!advert && ask.to.kind != entity_kind::account) return false;
    if (!effects_.emplace(to_string(one.from) + ask.key, accepted{}).second) return true;
    if (advert) {
      advert_rating_ = advert_rating_.with(advert->rating);
    } else {
      const auto& person = std::get<account::rate>(std::get<account::command>(ask.body));
      EXPECT_EQ(ask.to, account_ref(person.id));
      ratings_[person.id] = ratings_[person.id].with(person.rating);
    }
    return true;
  }

  outcome receive(const letter& one) {
    const want& ask = *one.ask;
    if (count(one)) return accepted{};
    switch (ask.to.kind) {
      case entity_kind::listing:
        return listing_.hear(to_string(one.from) + ask.key, std::get<listing::command>(ask.body),
                             now_);
      case entity_kind::rental:
        command(find(ask.to.id), std::get<rental::command>(ask.body), {});
        return accepted{};
      default: {
        // What had an effect is told from its copies by its id, as in the runtime; a refusal is
        // not.
        const auto id = to_string(one.from) + ask.key;
        if (const auto known = effects_.find(id); known != effects_.end()) return known->second;
        const auto& body = std::get<wallet::command>(ask.body);
        return tell(*parse_id<account_id>(ask.to.id), body, {}, id);
      }
    }
  }

  outcome tell(account_id who, const wallet::command& c, std::optional<account_id> caller,
               const std::string& id = {}) {
    auto& s = wallets_[who];
    const auto decided = decide(s, c, {now_, caller});
    if (!decided) return decided.error();
    s = wallet::fold(s, *decided);
    for (const auto& each : *decided) {
      if (const auto* e = std::get_if<wallet::charged>(&each)) ++charges_[{e->rental, e->n}];
      if (const auto* e = std::get_if<wallet::received>(&each)) income_[e->rental] += e->amount;
    }
    const auto said = wallet::reply(s, *decided);
    if (!id.empty() && !decided->empty()) effects_.emplace(id, said);
    return said;
  }

  followed& find(const std::string& id) {
    return *std::find_if(rentals_.begin(), rentals_.end(),
                         [&id](const auto& each) { return to_string(each.s.id) == id; });
  }

  followed* next_alarm() {
    followed* next = nullptr;
    for (auto& each : rentals_)
      if (rental::alarm(each.s) && (!next || *rental::alarm(each.s) < *rental::alarm(next->s)))
        next = &each;
    return next;
  }

  // --- the end ---

  /// People stay away, the post works, old copies keep coming, and time goes from alarm to alarm.
  void come_to_rest() {
    for (int round = 0; round < 2000; ++round) {
      if (!mail_.empty()) deliver(chance_.pick(mail_));
      auto owed = all_that_is_owed();
      for (const auto& each : owed)
        if (auto back = deliver(each)) deliver(*back);
      if (!owed.empty()) continue;
      auto* next = next_alarm();
      if (!next) return;
      now_ = std::max(now_, *rental::alarm(next->s));
      wake(*next);
    }
    ADD_FAILURE() << "it never comes to rest";
  }

  /// How many late periods had begun to be due, from the terms alone.
  static int late_periods_by(const rental::state& s, instant at) {
    int n = 0;
    while (n < s.terms.max_late_periods &&
           s.when.end + std::max(s.terms.grace, length_of(s.terms.late_fee.per) * n) <= at)
      ++n;
    return n;
  }

  void check() {
    money sum;
    for (const auto& [id, each] : wallets_) {
      EXPECT_TRUE(each.holds.empty()) << "money is held for nobody";
      sum += each.balance;
    }
    EXPECT_EQ(sum, paid_in_) << sum.cents << " are there, " << paid_in_.cents << " were paid in";
    for (const auto& each : rentals_) check(each);
    EXPECT_EQ(advert_rating_, advert_given_);
    EXPECT_EQ(ratings_, given_);
  }

  void check(const followed& r) {
    const auto& s = r.s;
    SCOPED_TRACE(to_string(s.id));
    EXPECT_TRUE(s.owed.empty());
    auto& straw = listing_.of(s.id);
    EXPECT_FALSE(straw.held) << "the listing keeps a period for nobody";
    EXPECT_EQ(straw.lost, s.now == status::lost);
    if (s.reserved) {
      EXPECT_EQ(straw.end, s.when.end) << "listing and rental disagree";
    }
    int late = 0;
    money due_to_owner;
    money deposit_left = s.terms.deposit;
    for (const auto& each : s.receipts) {
      EXPECT_EQ((charges_[{s.id, each.n}]), 1) << "late period " << each.n;
      ASSERT_TRUE(each.result);
      deposit_left -= each.result->from_deposit;
    }
    switch (s.now) {
      case status::completed:
        late = late_periods_by(s, *s.returned_at);
        due_to_owner = r.rent + rental::late_fees(s) + std::min(s.claim, deposit_left);
        break;
      case status::lost:
        late = s.terms.max_late_periods;
        due_to_owner = r.rent + rental::late_fees(s) + deposit_left;
        break;
      case status::cancelled:
        due_to_owner = s.fee;
        break;
      case status::rejected:
        break;
      default:
        ADD_FAILURE() << "this is no end";
    }
    EXPECT_EQ(static_cast<int>(s.receipts.size()), late);
    EXPECT_EQ(s.receipts.size(), r.late_seen.size());
    money income = income_[s.id];
    for (const auto& each : wallets_[r.asked.renter].debts)
      if (each.rental == s.id) income += each.amount;
    EXPECT_EQ(income, due_to_owner)
        << income.cents << " came or is owed, " << due_to_owner.cents << " were due";
  }

  dice chance_;
  instant now_ = rental::noon;
  listing_id item_ = rental::item;
  account_id landlord_;
  straw_listing listing_;
  std::vector<account_id> renters_;
  std::vector<followed> rentals_;
  std::map<account_id, wallet::state> wallets_;
  std::vector<letter> mail_;
  std::map<std::string, outcome> effects_;
  std::map<std::pair<rental_id, int>, int> charges_;
  std::map<rental_id, money> income_;
  std::map<std::string, int> happened_;
  std::set<std::pair<rental_id, rental::party>> reviewed_;
  rating_total advert_given_;  // by the events
  rating_total advert_rating_;
  std::map<account_id, rating_total> given_;
  std::map<account_id, rating_total> ratings_;
  int payments_ = 0;
  money paid_in_;
};

TEST(Rental, comes_to_rest_and_pays_everyone_his_due_whatever_the_post_does) {
  std::map<std::string, int> happened;
  std::uint64_t runs = 0;
  constexpr int seeds = 200;
  with_seeds(seeds, [&](std::uint64_t seed) {
    world w{seed};
    w.run(1000);
    for (const auto& [name, times] : w.happened()) happened[name] += times;
    ++runs;
  });
  if (testing::Test::HasFailure() || runs < seeds) return;
  // 1,200 rentals that all went the same way would show little.
  for (const auto* name :
       {"rent.wait", "rent.start", "rent.remind", "rent.late", "rent.charge", "rent.return",
        "rent.dispute", "rent.complete", "rent.reject", "rent.cancel", "rent.lost", "rent.extend",
        "rent.extend-reject", "rent.review"})
    EXPECT_GT(happened[name], 50) << name;
}

}  // namespace
}  // namespace rentwave
