// The other story of the same two people: an advert that changes, extensions, a dispute, a claim, a
// cancel, and the way out. Nothing in it waits for time. Between every two steps the server may
// die.
#include <algorithm>
#include <stdexcept>
#include <thread>

#include "persistence/timestamp.hpp"
#include "tests/story/adverts.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

using nlohmann::json;

void expect(bool holds, const std::string& sentence) {
  if (!holds) throw std::runtime_error{sentence};
}

json room_with_deposit() {
  auto advert = room_advert("A quiet room");
  advert["deposit"] = 2000;
  return advert;
}

long cursor_of(const json& notice) {
  const auto& cursor = notice.at("cursor");
  return cursor.is_string() ? std::stol(cursor.get<std::string>()) : cursor.get<long>();
}

instant instant_in(const json& rental, const char* field) {
  return parse_instant(rental.at(field).get<std::string>()).value();
}

}  // namespace

/// Until it answers so.
void story::await(const person& who, const std::string& path,
                  const std::function<bool(const http::client_response&)>& is_so) {
  const auto until = std::chrono::steady_clock::now() + story_patience;
  for (;;) {
    const auto seen = persist("GET", path, {{"Authorization", "Bearer " + who.token}}, "");
    if (is_so(seen)) return;
    expect(std::chrono::steady_clock::now() < until, "GET " + path + " stays " + seen.body);
    std::this_thread::sleep_for(story_pause);
  }
}

void story::await_status(const person& who, const std::string& status) {
  await(who, "/api/rentals/" + rental_,
        [&](const auto& seen) { return seen.status == 200 && seen.json()["status"] == status; });
}

json story::act_on_rental(const person& who, const std::string& action, const json& body) {
  return ask(who, "POST", "/api/rentals/" + rental_ + '/' + action, body);
}

void story::change_advert() {
  const std::string path = "/api/listings/" + listing_;
  const auto before = persist("GET", path, {}, "");
  const auto etag = before.header("etag");
  expect(!etag.empty(), "an advert without ETag");
  const http::client::fields headers{{"Content-Type", "application/json"},
                                     {"Authorization", "Bearer " + owner_.token},
                                     {"If-Match", etag}};
  const auto changed = persist("PATCH", path, headers, R"({"description": "With a desk"})");
  expect(changed.status == 200 && changed.header("etag") != etag, "PATCH: " + changed.body);
  const auto stale = persist("PATCH", path, headers, R"({"description": "Lost"})");
  expect(stale.status == 412, "a stale ETag answered " + std::to_string(stale.status));
}

void story::extend_rental() {
  const std::string path = "/api/rentals/" + rental_;
  const auto due = instant_in(ask(renter_, "GET", path), "due_at");
  const auto granted =
      act_on_rental(renter_, "extend", {{"ends_at", format_instant(due + one_day)}});
  expect(instant_in(granted, "due_at") == due + one_day, "not extended: " + granted.dump());
  const json too_long{{"ends_at", format_instant(due + one_day * 20)}};
  const auto refused =
      persist("POST", path + "/extend",
              {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + renter_.token}},
              too_long.dump());
  expect(refused.status >= 400, "extended beyond the limit: " + refused.body);
  expect(instant_in(ask(renter_, "GET", path), "due_at") == due + one_day, "another due time");
}

void story::change_password() {
  auto elsewhere = renter_;
  log_in(elsewhere);
  ask(renter_, "POST", "/api/me/password",
      {{"current_password", "correct horse battery"}, {"password", "another horse battery"}});
  await(elsewhere, "/api/me", [](const auto& seen) { return seen.status == 401; });
}

void story::read_notices() {
  const auto told = ask(owner_, "GET", "/api/me/notifications");
  expect(!told["items"].empty(), "nothing was ever told");
  read_up_to_ = cursor_of(told["items"].back());
  ask(owner_, "POST", "/api/me/notifications/read", {{"up_to", read_up_to_}});
}

void story::quarrel() {
  // Six days, and the claim.
  constexpr long earned = 6 * 250 + 700;
  play_steps({
      [this] { sign_up(owner_); },
      [this] { sign_up(renter_); },
      [this] { log_in(owner_); },
      [this] { log_in(renter_); },
      [this] { pay_in(50'000); },
      [this] { listing_ = ask(owner_, "POST", "/api/listings", room_with_deposit())["id"]; },
      [this] { change_advert(); },
      [this] {
        rental_ = ask(renter_, "POST", "/api/rentals",
                      {{"listing_id", listing_}, {"duration", "P5D"}})["id"];
      },
      [this] { await_status(renter_, "active"); },
      [this] { extend_rental(); },
      [this] { act_on_rental(renter_, "return", nullptr); },
      [this] {
        act_on_rental(owner_, "dispute", {{"reason", "Where is the key?"}});
      },
      [this] { await_status(renter_, "active"); },
      [this] { act_on_rental(owner_, "return", nullptr); },
      [this] {
        act_on_rental(owner_, "complete", {{"deposit_claim", 700}, {"reason", "A broken lamp"}});
      },
      [this] { await_status(owner_, "completed"); },
      [this] { expect_balance(renter_, 50'000 - earned); },
      [this] { expect_balance(owner_, earned); },
      [this] {
        const auto now = instant_in(ask(owner_, "GET", "/api/meta"), "domain_time");
        rental_ = ask(renter_, "POST", "/api/rentals",
                      {{"listing_id", listing_},
                       {"starts_at", format_instant(now + one_day * 30)},
                       {"duration", "P2D"}})["id"];
      },
      [this] { act_on_rental(renter_, "cancel", nullptr); },
      [this] { await_status(owner_, "cancelled"); },
      [this] { expect_balance(renter_, 50'000 - earned); },
      [this] {
        ask(owner_, "POST", "/api/me/wallet/withdrawals", {{"amount", 1'000}});
      },
      [this] { expect_balance(owner_, earned - 1'000); },
      [this] { read_notices(); },
      [this] {
        await(owner_, "/api/me/notifications?unread=true", [this](const auto& seen) {
          return std::ranges::all_of(seen.json()["items"], [this](const json& notice) {
            return cursor_of(notice) > read_up_to_;
          });
        });
      },
      [this] { change_password(); },
      [this] { ask(owner_, "DELETE", "/api/listings/" + listing_); },
      [this] {
        await(owner_, "/api/listings/" + listing_,
              [](const auto& seen) { return seen.status == 404; });
      },
      [this] { ask(renter_, "DELETE", "/api/sessions/current"); },
      [this] { await(renter_, "/api/me", [](const auto& seen) { return seen.status == 401; }); },
  });
}

}  // namespace rentwave::testing
