// The calls that tests of the market begin with: an advert, money, a rental.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>

#include "http/resources/market_handlers.hpp"
#include "tests/http/market/fake_market.hpp"
#include "tests/http/market/postings.hpp"
#include "tests/http/market/requests.hpp"

namespace rentwave::http {

inline const account_id owner = person(1);
inline const account_id renter = person(2);
inline const account_id stranger = person(3);

inline nlohmann::json euros(std::int64_t cents) {
  return {{"amount", cents}, {"currency", "EUR"}};
}

inline complaints complaints_of(const reply_to_test& reply) {
  complaints all;
  for (const auto& each : reply.body.value("errors", nlohmann::json::array()))
    all.insert(each.value("field", "") + ": " + each.value("code", ""));
  return all;
}

class market_scene : public ::testing::Test {
 protected:
  /// The id of a new advert of `owner`.
  std::string advert(item_kind kind = item_kind::book) { return advert(posting(kind)); }
  std::string advert(const nlohmann::json& body) {
    const auto made = market.call(post_listing, {.who = owner, .body = body});
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.body.value("id", "");
  }
  void pay_in(account_id who, std::int64_t cents) {
    const auto made = market.call(post_top_up, {.who = who, .body = {{"amount", cents}}});
    EXPECT_EQ(made.status, 201U) << made.body;
  }
  reply_to_test rent(const std::string& listing, nlohmann::json body = {{"duration", "PT2H"}}) {
    body["listing_id"] = listing;
    return market.call(post_rental, {.who = renter, .body = body});
  }
  /// The id of a rental that has begun.
  std::string rental_of(const std::string& listing) {
    pay_in(renter, 100'000);
    const auto made = rent(listing);
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.body.value("id", "");
  }
  reply_to_test act(handler what, account_id who, const std::string& id,
                    const nlohmann::json& body = nullptr) {
    return market.call(what, {.who = who, .parameters = {id}, .body = body});
  }
  nlohmann::json wallet_of(account_id who) { return market.call(get_wallet, {.who = who}).body; }

  fake_market market;
};

}  // namespace rentwave::http
