// A backend without actors: the real decide, evolve and wants of every entity of the market, driven
// in turn until nothing is owed, over a real journal. Time stands still until a test moves it. One
// a test; nothing is locked, as a test waits for each answer before it goes on.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/domain/want.hpp"
#include "http/backend.hpp"
#include "persistence/journal.hpp"

namespace rentwave::http {

class fake_market final : public backend {
 public:
  fake_market();

  /// Moves time, wakes whoever wants to be woken, and lets everything settle.
  void advance(duration by);
  /// A command that no client sends, such as a notice for an inbox.
  void send_inside(const entity_ref& to, any_command body);

  /// The payment provider says no.
  bool payments_fail = false;
  bool audiences_are_full = false;
  bool followers_are_busy = false;
  /// Wants that are not delivered for now.
  std::function<bool(const want&)> held_back;
  /// Which URLs are taken for webhooks.
  void allow(receiver_rules rules) { facts_.webhooks = rules; }
  /// Called once before the next command of a client is decided: somebody else comes first.
  std::function<void()> before_next_send;

  // backend
  boost::asio::awaitable<answer<outcome>> send(const request& asked, entity_ref to,
                                               any_command body,
                                               std::optional<command_id> id) override;
  boost::asio::awaitable<answer<view_ptr>> view(entity_ref of) override;
  boost::asio::awaitable<answer<view_ptr>> settled_view(entity_ref of,
                                                        std::chrono::milliseconds) override;
  boost::asio::awaitable<answer<std::string>> hash_password(const request&, std::string) override;
  boost::asio::awaitable<answer<bool>> check_password(const request&, std::string,
                                                      std::string) override;
  boost::asio::awaitable<answer<identity>> identify(std::string) override;
  /// A token is the id of its account.
  token make_token(const identity& who) override { return {to_string(who.account), now_}; }
  void forget_session(session_id) override {}
  const facts& about() const override { return facts_; }
  const domain_clock& clock() const override { return clock_; }
  const std::string& currency() const override { return currency_; }
  bool payments_are_sandbox() const override { return true; }
  boost::uuids::uuid new_uuid() override;
  bool is_ready() const override { return true; }

 protected:
  boost::asio::awaitable<bool> run(std::function<void(journal&)> job) override;

 private:
  using any_state =
      std::variant<listing::state, book::state, rental::state, wallet::state, inbox::state,
                   keyed_request::state, account::state, follower::state, topic::state,
                   rentwave::audience::state, webhook::state>;
  struct entity {
    any_state state;
    std::int64_t version = 0;
    std::map<command_id, outcome> answers;
  };

  entity& find(const entity_ref& ref);
  outcome deliver(const entity_ref& to, const any_command& body, std::optional<account_id> caller,
                  command_id id);
  template <class State>
  outcome decide_and_keep(const entity_ref& to, entity& here,
                          const typename State::command_type& body,
                          std::optional<account_id> caller, command_id id);
  void keep(const entity_ref& of, std::int64_t version, std::vector<new_event> events,
            std::vector<row_change> rows);
  bool wake_one();
  void settle();
  view_ptr view_of(const entity_ref& of);

  instant now_;
  domain_clock clock_;
  std::string currency_ = "EUR";
  facts facts_;
  std::uint8_t next_id_[2] = {0, 0};
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> journal_;
  partition_lease lease_;
  std::map<entity_ref, entity> entities_;
};

/// Somebody with an account, always the same for the same number.
account_id person(std::uint8_t number);

}  // namespace rentwave::http
