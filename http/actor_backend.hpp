// The backend over the actors of this node: commands and questions go to partitions, read jobs to
// readers, passwords to their pool. One a server; ends before the io_context and the node do.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "http/auth_options.hpp"
#include "http/backend.hpp"
#include "http/bridge.hpp"
#include "http/login_throttle.hpp"
#include "http/news_source.hpp"
#include "http/operations.hpp"
#include "http/passwords.hpp"
#include "http/session_cache.hpp"
#include "http/tokens.hpp"

namespace rentwave::http {

/// What it works with. References outlive it.
struct backend_parts {
  caf::actor_system& system;
  routing_ptr routes;
  std::function<caf::actor()> reader;  ///< one of them, by turns; from any thread
  const domain_clock& clock;
  std::function<bool()> is_ready;  ///< from any thread
  std::string currency;
  std::string token_secret;  ///< of `load_token_secret`
  bool sandbox_payments = true;
  backend::facts about;
  std::vector<std::string> admins{};  ///< normalised usernames
  std::string setup_token{};          ///< that registering one of them needs; empty: nothing does
  std::shared_ptr<const journal_figures> counted{};
  std::shared_ptr<const runtime_figures> figures{};
  std::string owner{};  ///< the node's name as owner of partitions
  /// The thread that stores photos, null when too much waits there; from any thread. None: a
  /// reader.
  std::function<caf::actor()> keeper{};
  /// Where the journal may have several nodes.
  std::optional<cluster_office> cluster{};
  /// The thread that reads photos' bytes; from any thread. None: a reader.
  std::function<caf::actor()> fetcher{};
};

class actor_backend final : public backend, public operations, public news_source {
 public:
  actor_backend(backend_parts parts, const auth_options& options);
  ~actor_backend() override;

  /// Ends all waits with 503; what comes later too. To be called after the server's stop, while its
  /// io_context still is: suspended handlers belong to it.
  void stop();

  boost::asio::awaitable<answer<outcome>> send(const request& asked, entity_ref to,
                                               any_command body,
                                               std::optional<command_id> id = {}) override;
  boost::asio::awaitable<answer<view_ptr>> view(entity_ref of) override;
  boost::asio::awaitable<answer<view_ptr>> settled_view(
      entity_ref of, std::chrono::milliseconds patience = std::chrono::seconds{5}) override;

  boost::asio::awaitable<answer<std::string>> hash_password(const request& asked,
                                                            std::string secret) override;
  boost::asio::awaitable<answer<bool>> check_password(const request& asked, std::string secret,
                                                      std::string hash) override;

  token make_token(const identity& who) override;
  boost::asio::awaitable<answer<identity>> identify(std::string token) override;
  void forget_session(session_id session) override;

  const facts& about() const override { return parts_.about; }
  const domain_clock& clock() const override { return parts_.clock; }
  const std::string& currency() const override { return parts_.currency; }
  bool payments_are_sandbox() const override { return parts_.sandbox_payments; }
  boost::uuids::uuid new_uuid() override;
  bool is_ready() const override { return parts_.is_ready(); }
  operations* operators() override { return this; }
  news_source* news() override { return this; }
  login_throttle* throttle() override { return &throttle_; }

  // operations
  bool is_admin(const identity& who) const override;
  bool may_register(std::string_view username, std::string_view setup_token) const override;
  const journal_figures* journal_counted() const override { return parts_.counted.get(); }
  const runtime_figures* runtime_counted() const override { return parts_.figures.get(); }
  waits waiting() const override { return {bridge_.waiting(), passwords_.taken()}; }
  const life& here() const override { return life_; }
  boost::asio::awaitable<std::vector<report_ptr>> reports() override;
  boost::asio::awaitable<std::vector<report_ptr>> reports_here() override;
  partition_id partition_of(const entity_ref& entity) const override;
  boost::asio::awaitable<answer<place_ptr>> look(entity_ref entity) override;
  boost::asio::awaitable<answer<std::string>> release(entity_ref entity) override;
  boost::asio::awaitable<answer<std::string>> replay(std::string subscription,
                                                     entity_ref entity) override;
  const cluster_office* cluster() const override {
    return parts_.cluster ? &*parts_.cluster : nullptr;
  }
  boost::asio::awaitable<answer<bool>> set_draining(std::string node, bool draining) override;

  // news_source
  std::size_t partitions() const override { return parts_.routes->partitions.size(); }
  boost::asio::awaitable<answer<watch_ptr>> watch(partition_id where, watch_request what) override;
  void hear(std::function<void(const rentwave::news&)> listener) override;

 protected:
  boost::asio::awaitable<bool> run(job what) override;
  boost::asio::awaitable<bool> run_apart(job what) override;
  boost::asio::awaitable<bool> run_fetch(job what) override;

 private:
  /// Takes the reader when there is room for the wait, as whoever takes one is counted.
  boost::asio::awaitable<bool> run_on(std::function<caf::actor()> reader, job what);
  boost::asio::awaitable<answer<std::string>> order(caf::actor to, caf::message what);
  boost::asio::awaitable<std::vector<report_ptr>> reports_of(std::vector<caf::actor> partitions);
  boost::asio::awaitable<wait_result> query(entity_ref of, bool settled,
                                            std::chrono::milliseconds timeout);

  const backend_parts parts_;
  const auth_options options_;
  const life life_;
  bridge bridge_;
  password_pool passwords_;
  token_signer tokens_;
  session_cache sessions_;
  login_throttle throttle_;
};

}  // namespace rentwave::http
