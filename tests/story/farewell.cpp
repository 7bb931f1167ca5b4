// The third story: somebody comes, offers a room, lets a program in, and leaves for good. Between
// every two steps, and at any append, the server may die.
#include <stdexcept>

#include "tests/story/adverts.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

using nlohmann::json;

void demand(bool holds, const std::string& sentence) {
  if (!holds) throw std::runtime_error{sentence};
}

bool is_void(const http::client_response& seen) {
  return seen.status == 401;
}
bool is_gone(const http::client_response& seen) {
  return seen.status == 404;
}

}  // namespace

void story::fail_to_leave() {
  const auto refused = answer_to(owner_, "DELETE", "/api/me", nullptr);
  demand(refused.status == 409 && refused.code() == "wallet_not_empty",
         "who has money left: " + refused.body);
}

/// After a cut it may have come to pass already: then the session has ended.
void story::leave() {
  for (;;) {
    const auto left = answer_to(owner_, "DELETE", "/api/me", nullptr);
    if (left.status == 204 || left.status == 401) return;
    demand(left.status == 202, "leaving answered " + left.body);
  }
}

void story::farewell() {
  const json in{{"username", owner_.name}, {"password", "correct horse battery"}};
  std::string id;
  person program;
  play_steps({
      [this] { sign_up(owner_); },
      [this] { log_in(owner_); },
      [&] { id = ask(owner_, "GET", "/api/me")["id"]; },
      [this] {
        listing_ = ask(owner_, "POST", "/api/listings", room_advert("A spare room"))["id"];
      },
      [&] {
        program.token = ask(owner_, "POST", "/api/me/tokens",
                            {{"name", "bot"}, {"scopes", {"wallet"}}})["access_token"];
      },
      [&] {
        ask(program, "POST", "/api/me/wallet/top-ups", {{"amount", 1'000}});
      },
      [this] { fail_to_leave(); },
      [&] {
        ask(program, "POST", "/api/me/wallet/withdrawals", {{"amount", 1'000}});
      },
      [this] { leave(); },
      [this] { await(owner_, "/api/me", is_void); },
      [&] { await(program, "/api/me/wallet", is_void); },
      [&] { demand(answer_to({}, "POST", "/api/sessions", in).status == 401, "a log-in"); },
      [&] { demand(answer_to({}, "POST", "/api/users", in).status == 409, "the name is free"); },
      [&] { await(program, "/api/users/" + id, is_gone); },
      [&] { await(program, "/api/listings/" + listing_, is_gone); },
  });
}

}  // namespace rentwave::testing
