// The rental story as a client lives it: two people, one book, one late fee. Every step may be cut
// off by the server's death and is then tried again, as a client with Idempotency-Keys would.
// Domain time has to run 3,600 times as fast.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tests/http/client.hpp"
#include "tests/simulation/model.hpp"
#include "tests/story/server_process.hpp"

namespace rentwave::testing {

/// For what a step waits for, and between two looks at it.
inline constexpr auto story_patience = std::chrono::seconds{60};
inline constexpr auto story_pause = std::chrono::milliseconds{5};

class story {
 public:
  explicit story(server_process& server) : server_{server} {}

  /// Called before each step but the first.
  std::function<void()> between_steps = [] {};
  /// Called when the server was found dead, before it is started again.
  std::function<void()> after_death = [] {};
  /// Everything that was acknowledged so far is in what a checker has read. Throws with a sentence.
  void check_acknowledged(const simulation::model& seen) const;
  /// From registration to the money. Throws with a sentence when something is not as it has to be.
  void play();
  /// The other story (quarrel.cpp): from registration to log-out.
  void quarrel();
  /// The third one (farewell.cpp): from registration to leaving for good.
  void farewell();

 private:
  struct person {
    std::string name;
    std::string token;
  };

  http::client_response answer_to(const person& who, const std::string& method,
                                  const std::string& path, const nlohmann::json& body);
  nlohmann::json ask(const person& who, const std::string& method, const std::string& path,
                     const nlohmann::json& body = nullptr);
  /// Until the server has answered with anything but 503; restarts it when it is dead.
  http::client_response persist(const std::string& method, const std::string& path,
                                const http::client::fields& headers, const std::string& body);
  http::client_response try_once(const std::string& method, const std::string& path,
                                 const http::client::fields& headers, const std::string& body);
  void rent_for_an_hour();
  void sign_up(person& who);
  void log_in(person& who);
  void act(const person& who, const std::string& action, const std::string& status);
  void wait_for_status(const person& who, const std::string& status);
  void play_steps(const std::vector<std::function<void()>>& steps);
  void pay_in(int cents);

  // In quarrel.cpp:
  void await(const person& who, const std::string& path,
             const std::function<bool(const http::client_response&)>& is_so);
  void await_status(const person& who, const std::string& status);
  nlohmann::json act_on_rental(const person& who, const std::string& action,
                               const nlohmann::json& body);
  void change_advert();
  void extend_rental();
  void change_password();
  void read_notices();

  // In farewell.cpp:
  void fail_to_leave();
  void leave();

  /// How many late fees were charged.
  long late_fees();
  void expect_balance(const person& who, long cents);
  void review(const person& who, int rating);
  /// Of an advert, or of a person; by the only review that there is.
  void expect_rating(const std::string& path, int rating);

  server_process& server_;
  person owner_{"olga", ""};
  person renter_{"rob", ""};
  std::string listing_;
  std::string rental_;
  std::string status_{"pending"};  ///< the furthest that was told
  int paid_in_ = 0;                ///< by the renter, in cents
  long fees_ = 0;
  long read_up_to_ = 0;
  int keys_ = 0;
};

}  // namespace rentwave::testing
