// A listing that decides by the dice, for tests of what depends on listings: any answer that a real
// one may give, and no calendar.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "actors/domain/listing.hpp"
#include "actors/domain/tariff.hpp"
#include "tests/unit/dice.hpp"

namespace rentwave {

/// One rental as the listing sees it. A yes is remembered by the want's key, as the runtime does; a
/// no is not, so a second copy may be answered otherwise.
struct booking_of_straw {
  bool held = false;
  bool undone = false;
  bool queued = false;
  bool lost = false;
  instant end;
  std::map<std::string, outcome> said;
  std::set<int> retracted;
};

class straw_listing {
 public:
  straw_listing(account_id owner, dice& chance) : owner_{owner}, chance_{chance} {}

  outcome hear(const std::string& key, const listing::command& c, instant now) {
    return std::visit([&](const auto& body) { return answer(key, body, now); }, c);
  }
  booking_of_straw& of(rental_id id) { return bookings_[id]; }

 private:
  static refusal no(refusal_code code) { return {code, "", {}}; }

  outcome answer(const std::string& key, const listing::reserve& c, instant now) {
    auto& b = of(c.rental);
    if (const auto known = b.said.find(key); known != b.said.end()) return known->second;
    if (b.undone) return no(refusal_code::undone);
    if (chance_.percent(15)) return no(refusal_code::not_available);
    b.held = true;
    b.end = c.when.end;
    reservation yes{owner_, item_kind::room, "straw", c.when, terms(), {}, false};
    yes.rent = rent_for(yes.terms.price, c.when.length());
    yes.handed_over = c.when.start <= now && chance_.percent(70);
    return b.said[key] = yes;
  }
  outcome answer(const std::string& key, const listing::hand_over& c, instant) {
    auto& b = of(c.rental);
    if (const auto known = b.said.find(key); known != b.said.end()) return known->second;
    if (!b.held) return no(refusal_code::unknown_entity);
    b.queued = chance_.percent(40);
    return b.said[key] = hand_over_result{!b.queued};
  }
  outcome answer(const std::string& key, const listing::release& c, instant) {
    auto& b = of(c.rental);
    if (b.said.emplace(key, accepted{}).second) {
      b.undone = b.undone || !b.held;
      b.held = b.queued = false;
    }
    return accepted{};
  }
  outcome answer(const std::string& key, const listing::reclaim& c, instant) {
    auto& b = of(c.rental);
    if (b.said.emplace(key, accepted{}).second) {
      EXPECT_FALSE(b.held) << "reclaimed before it was released";
      EXPECT_EQ(b.end, c.when.end);
      b.held = true;
    }
    return accepted{};
  }
  outcome answer(const std::string& key, const listing::extend& c, instant) {
    auto& b = of(c.rental);
    if (const auto known = b.said.find(key); known != b.said.end()) return known->second;
    if (b.retracted.contains(c.n)) return no(refusal_code::undone);
    if (!b.held) return no(refusal_code::unknown_entity);
    if (chance_.percent(30)) return no(refusal_code::not_available);
    b.end = c.ends_at;
    reservation yes;
    yes.rent = money{chance_.below(80)};
    return b.said[key] = yes;
  }
  outcome answer(const std::string& key, const listing::retract_extension& c, instant) {
    auto& b = of(c.rental);
    if (b.said.emplace(key, accepted{}).second) {
      b.retracted.insert(c.n);
      b.end = c.old_end;
    }
    return accepted{};
  }
  outcome answer(const std::string&, const listing::lose& c, instant) {
    of(c.rental).held = false;
    of(c.rental).lost = true;
    return accepted{};
  }
  template <class Other>
  outcome answer(const std::string& key, const Other&, instant) {
    ADD_FAILURE() << "a rental never asks this: " << key;
    return accepted{};
  }

  rental_terms terms() {
    rental_terms t;
    const auto unit = chance_.percent(50) ? time_unit::hour : time_unit::day;
    t.price = {money{chance_.between(0, 60)}, unit};
    t.late_fee = {money{chance_.between(0, 90)},
                  chance_.percent(50) ? time_unit::hour : time_unit::day};
    t.grace = std::chrono::minutes{chance_.pick(graces_)};
    t.max_late_periods = static_cast<int>(chance_.between(0, 5));
    t.deposit = money{chance_.between(0, 150)};
    t.cancellation = static_cast<cancellation_policy>(chance_.below(3));
    return t;
  }

  account_id owner_;
  dice& chance_;
  std::map<rental_id, booking_of_straw> bookings_;
  std::vector<int> graces_{0, 15, 90, 26 * 60};
};

}  // namespace rentwave
