// A backend that passes everything on to another, for tests that change one thing about it. It asks
// no questions of the journal.
#pragma once

#include <string>
#include <utility>

#include "http/backend.hpp"

namespace rentwave::http {

class passing_backend : public backend {
 public:
  explicit passing_backend(backend& behind) : behind_(behind) {}

  boost::asio::awaitable<answer<outcome>> send(const request& asked, entity_ref to,
                                               any_command body,
                                               std::optional<command_id> id) override {
    return behind_.send(asked, std::move(to), std::move(body), id);
  }
  boost::asio::awaitable<answer<view_ptr>> view(entity_ref of) override {
    return behind_.view(std::move(of));
  }
  boost::asio::awaitable<answer<view_ptr>> settled_view(
      entity_ref of, std::chrono::milliseconds patience) override {
    return behind_.settled_view(std::move(of), patience);
  }
  boost::asio::awaitable<answer<std::string>> hash_password(const request& asked,
                                                            std::string secret) override {
    return behind_.hash_password(asked, std::move(secret));
  }
  boost::asio::awaitable<answer<bool>> check_password(const request& asked, std::string secret,
                                                      std::string hash) override {
    return behind_.check_password(asked, std::move(secret), std::move(hash));
  }
  boost::asio::awaitable<answer<identity>> identify(std::string token) override {
    return behind_.identify(std::move(token));
  }
  backend::token make_token(const identity& who) override { return behind_.make_token(who); }
  void forget_session(session_id session) override { behind_.forget_session(session); }
  const facts& about() const override { return behind_.about(); }
  const domain_clock& clock() const override { return behind_.clock(); }
  const std::string& currency() const override { return behind_.currency(); }
  bool payments_are_sandbox() const override { return behind_.payments_are_sandbox(); }
  boost::uuids::uuid new_uuid() override { return behind_.new_uuid(); }
  bool is_ready() const override { return behind_.is_ready(); }

 protected:
  boost::asio::awaitable<bool> run(job) override { co_return false; }

 private:
  backend& behind_;
};

}  // namespace rentwave::http
