// The fake market behind a real server, and the calls that tests of the market begin with: an
// advert, money, a rental. Whatever a test asks goes by HTTP.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/identify.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/server.hpp"
#include "tests/http/client.hpp"
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

/// What a test asks of a route.
struct question {
  std::optional<account_id> who = {};        ///< whose token it has; none: nobody's
  std::vector<std::string> parameters = {};  ///< what stands for `{…}` of its pattern, in order
  std::vector<std::pair<std::string, std::string>> query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  nlohmann::json body = nullptr;  ///< null: none
};

/// What it gets.
struct reply_to_test {
  unsigned status = 0;
  nlohmann::json body;
  std::map<std::string, std::string> headers;  ///< names in lower case

  std::string code() const { return body.value("code", ""); }
};

inline complaints complaints_of(const reply_to_test& reply) {
  complaints all;
  for (const auto& each : reply.body.value("errors", nlohmann::json::array()))
    all.insert(each.value("field", "") + ": " + each.value("code", ""));
  return all;
}

class market_scene : public ::testing::Test {
 protected:
  market_scene();

  /// Asks the route of this handler. Also while another question is at work, from within the
  /// market.
  reply_to_test call(handler of, const question& what);

  /// The id of a new advert of `owner`.
  std::string advert(item_kind kind = item_kind::book) { return advert(posting(kind)); }
  std::string advert(const nlohmann::json& body) {
    const auto made = call(post_listing, {.who = owner, .body = body});
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.body.value("id", "");
  }
  void pay_in(account_id who, std::int64_t cents) {
    const auto made = call(post_top_up, {.who = who, .body = {{"amount", cents}}});
    EXPECT_EQ(made.status, 201U) << made.body;
  }
  reply_to_test rent(const std::string& listing, nlohmann::json body = {{"duration", "PT2H"}}) {
    body["listing_id"] = listing;
    return call(post_rental, {.who = renter, .body = body});
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
    return call(what, {.who = who, .parameters = {id}, .body = body});
  }
  nlohmann::json wallet_of(account_id who) { return call(get_wallet, {.who = who}).body; }

  fake_market market;

 private:
  token_authenticator gate_{market, own_origin{}};
  server site_;
  std::vector<client> idle_;  ///< connections between two questions
};

}  // namespace rentwave::http
