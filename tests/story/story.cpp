#include "tests/story/story.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace rentwave::testing {
namespace {

using nlohmann::json;


void expect(bool holds, const std::string& sentence) {
  if (!holds) throw std::runtime_error{sentence};
}

/// The states of this story in order: what was seen once is not undone.
std::ptrdiff_t rank_of(const std::string& status) {
  static const std::vector<std::string> order{"pending", "booked",   "active",
                                              "late",    "returned", "completed"};
  return std::ranges::find(order, status) - order.begin();
}

json book_advert() {
  return {
      {"kind", "book"},
      {"title", "Meditations"},
      {"description", "A good copy"},
      {"price", {{"amount", 250}, {"per", "hour"}}},
      // A day of domain time is 24 s here: mostly there is one late period, on a slow machine more.
      {"late_fee", {{"amount", 300}, {"per", "day"}}},
      {"grace", "PT30M"},
      {"deposit", 2000},
      {"min_duration", "PT1H"},
      {"max_duration", "P14D"},
      {"place", {{"city", "Berlin"}, {"country", "DE"}}},
      {"book",
       {{"isbn", "9780140449334"}, {"title", "Meditations"}, {"author", "Marcus Aurelius"}}}};
}

}  // namespace

http::client_response story::try_once(const std::string& method, const std::string& path,
                                      const http::client::fields& headers,
                                      const std::string& body) {
  http::client client{server_.port()};
  return client.send(method, path, headers, body);
}

http::client_response story::persist(const std::string& method, const std::string& path,
                                     const http::client::fields& headers, const std::string& body) {
  const auto until = std::chrono::steady_clock::now() + story_patience;
  for (;;) {
    if (server_.has_died()) {
      after_death();
      server_.start();
    }
    try {
      auto answer = try_once(method, path, headers, body);
      if (answer.status != 503) return answer;
    } catch (const std::exception&) {
      // The connection broke: whether the request had its effect is not known.
    }
    expect(std::chrono::steady_clock::now() < until, method + ' ' + path + " had no answer");
    std::this_thread::sleep_for(story_pause);
  }
}

http::client_response story::answer_to(const person& who, const std::string& method,
                                       const std::string& path, const json& body) {
  http::client::fields headers{{"Content-Type", "application/json"}};
  if (!who.token.empty()) headers.push_back({"Authorization", "Bearer " + who.token});
  if (method == "POST") headers.push_back({"Idempotency-Key", "story-" + std::to_string(++keys_)});
  return persist(method, path, headers, body.is_null() ? "" : body.dump());
}

json story::ask(const person& who, const std::string& method, const std::string& path,
                const json& body) {
  const auto answer = answer_to(who, method, path, body);
  expect(answer.status < 300,
         method + ' ' + path + " answered " + std::to_string(answer.status) + ": " + answer.body);
  return answer.body.empty() ? json{} : answer.json();
}

/// An hour is a second here: where the server dies and is slow to come back, it may be over before
/// it is booked. That costs nothing, and the renter asks again.
void story::rent_for_an_hour() {
  const auto until = std::chrono::steady_clock::now() + story_patience;
  for (;;) {
    const auto answer = answer_to(renter_, "POST", "/api/rentals",
                                  {{"listing_id", listing_}, {"duration", "PT1H"}});
    if (answer.status < 300) {
      rental_ = answer.json()["id"];
      return;
    }
    expect(answer.code() == "too_late" && std::chrono::steady_clock::now() < until,
           "asking for a rental answered " + answer.body);
  }
}

void story::sign_up(person& who) {
  const auto user = ask(who, "POST", "/api/users",
                        {{"username", who.name}, {"password", "correct horse battery"}});
  expect(user["username"] == who.name, "another name came back");
}

void story::log_in(person& who) {
  const auto session = ask(who, "POST", "/api/sessions",
                           {{"username", who.name}, {"password", "correct horse battery"}});
  who.token = session["access_token"];
}

/// An action has no key: after a cut it may have been carried out already, which its status shows.
void story::act(const person& who, const std::string& action, const std::string& status) {
  const auto answer = persist("POST", "/api/rentals/" + rental_ + '/' + action,
                              {{"Authorization", "Bearer " + who.token}}, "");
  expect(answer.status == 200 || answer.status == 409, action + " answered " + answer.body);
  wait_for_status(who, status);
}

void story::wait_for_status(const person& who, const std::string& status) {
  const auto until = std::chrono::steady_clock::now() + story_patience;
  for (;;) {
    const std::string now = ask(who, "GET", "/api/rentals/" + rental_)["status"];
    expect(rank_of(now) >= rank_of(status_), "it was " + status_ + " and is " + now);
    status_ = now;
    if (rank_of(now) >= rank_of(status)) return;
    expect(std::chrono::steady_clock::now() < until, "it stays " + now + ", not " + status);
    std::this_thread::sleep_for(story_pause);
  }
}

void story::expect_balance(const person& who, long cents) {
  const auto until = std::chrono::steady_clock::now() + story_patience;
  for (long found = -1; found != cents;) {
    const auto wallet = ask(who, "GET", "/api/me/wallet");
    found = wallet["balance"]["amount"];
    if (found == cents)
      return expect(wallet["held"]["amount"] == 0 && wallet["owed"]["amount"] == 0, "not settled");
    expect(std::chrono::steady_clock::now() < until,
           who.name + " has " + std::to_string(found) + ", not " + std::to_string(cents));
    std::this_thread::sleep_for(story_pause);
  }
}

void story::review(const person& who, int rating) {
  const auto made = ask(who, "POST", "/api/rentals/" + rental_ + "/reviews",
                        {{"rating", rating}, {"text", "Late, but well."}});
  expect(made["rental_id"] == rental_ && made["rating"] == rating, "another review came back");
}

/// The rental tells it on, as soon as the server is back.
void story::expect_rating(const std::string& path, int rating) {
  const auto reviews = ask({}, "GET", path + "/reviews")["items"];
  expect(reviews.size() == 1 && reviews[0]["rating"] == rating, "not the one review");
  const auto until = std::chrono::steady_clock::now() + story_patience;
  for (;;) {
    const auto given = ask({}, "GET", path)["rating"];
    if (!given.is_null())
      return expect(given["count"] == 1 && given["average"] == rating, "rated otherwise");
    expect(std::chrono::steady_clock::now() < until, path + " is never rated");
    std::this_thread::sleep_for(story_pause);
  }
}

void story::play_steps(const std::vector<std::function<void()>>& steps) {
  bool first = true;
  for (const auto& step : steps) {
    if (!std::exchange(first, false)) between_steps();
    step();
  }
}

void story::pay_in(int cents) {
  ask(renter_, "POST", "/api/me/wallet/top-ups", {{"amount", cents}});
  paid_in_ = cents;
}

long story::late_fees() {
  const auto charges = ask(renter_, "GET", "/api/rentals/" + rental_ + "/charges");
  return static_cast<long>(charges["items"].size());
}

void story::check_acknowledged(const simulation::model& seen) const {
  for (const auto* who : {&owner_, &renter_})
    expect(who->token.empty() || seen.logins.contains(who->name), who->name + " is not there");
  if (!listing_.empty())
    expect(seen.adverts.contains(*parse_id<listing_id>(listing_)), "the advert is not there");
  const bool is_there = std::ranges::any_of(seen.purses, [this](const auto& purse) {
    return std::ranges::any_of(purse.second.payments, [this](const auto& payment) {
      return payment.second.amount == money{paid_in_};
    });
  });
  expect(paid_in_ == 0 || is_there, "the top-up is not there");
  if (rental_.empty()) return;
  const auto found = seen.deals.find(*parse_id<rental_id>(rental_));
  expect(found != seen.deals.end(), "the rental is not there");
  const std::string now = boost::describe::enum_to_string(found->second.now, "unknown");
  expect(rank_of(now) >= rank_of(status_), "the rental was " + status_ + " and is " + now);
}

void story::play() {
  const std::vector<std::function<void()>> steps{
      [this] { sign_up(owner_); },
      [this] { sign_up(renter_); },
      [this] { log_in(owner_); },
      [this] { log_in(renter_); },
      [this] { pay_in(10'000); },
      [this] { listing_ = ask(owner_, "POST", "/api/listings", book_advert())["id"]; },
      [this] {
        const auto found = ask(renter_, "GET", "/api/listings?q=medit&kind=book");
        expect(found["items"].size() == 1 && found["items"][0]["id"] == listing_,
               "search finds it once");
      },
      [this] { rent_for_an_hour(); },
      [this] { wait_for_status(renter_, "late"); },
      [this] { act(renter_, "return", "returned"); },
      [this] { act(owner_, "complete", "completed"); },
      [this] {
        fees_ = late_fees();
        expect(fees_ >= 1, "no late fee");
      },
      [this] { expect_balance(renter_, 10'000 - 250 - 300 * fees_); },
      [this] { expect_balance(owner_, 250 + 300 * fees_); },
      [this] { expect(late_fees() == fees_, "a fee after the end"); },
      [this] { review(renter_, 5); },
      [this] { review(owner_, 2); },
      [this] { expect_rating("/api/listings/" + listing_, 5); },
      [this] {
        const auto parties = ask(owner_, "GET", "/api/rentals/" + rental_);
        expect_rating("/api/users/" + parties["owner"].get<std::string>(), 5);
        expect_rating("/api/users/" + parties["renter"].get<std::string>(), 2);
      },
      [this] {
        // The owner hears of it a moment later: the notifier is a subscription.
        const auto until = std::chrono::steady_clock::now() + story_patience;
        for (;;) {
          int booked = 0;
          int completed = 0;
          const auto notices = ask(owner_, "GET", "/api/me/notifications");
          for (const auto& notice : notices["items"]) {
            booked += notice["type"] == "rent.book";
            completed += notice["type"] == "rent.complete";
          }
          expect(booked <= 1 && completed <= 1, "told twice");
          if (booked == 1 && completed == 1) return;
          expect(std::chrono::steady_clock::now() < until, "never told");
          std::this_thread::sleep_for(story_pause);
        }
      },
  };
  play_steps(steps);
}

}  // namespace rentwave::testing
