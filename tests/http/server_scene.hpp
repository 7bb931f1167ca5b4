// A server with a table of its own, for tests of what is around handlers. Nothing is behind it: the
// handlers are scripted by the test and never ask the backend.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "http/routes.hpp"
#include "http/server.hpp"
#include "tests/http/client.hpp"

namespace rentwave::http {

class idle_backend : public backend {
 public:
  boost::asio::awaitable<answer<outcome>> send(const request&, entity_ref, any_command,
                                               std::optional<command_id>) override {
    throw std::logic_error("not scripted");
  }
  boost::asio::awaitable<answer<view_ptr>> view(entity_ref) override {
    throw std::logic_error("not scripted");
  }
  boost::asio::awaitable<answer<view_ptr>> settled_view(entity_ref,
                                                        std::chrono::milliseconds) override {
    throw std::logic_error("not scripted");
  }
  boost::asio::awaitable<answer<std::string>> hash_password(const request&, std::string) override {
    throw std::logic_error("not scripted");
  }
  boost::asio::awaitable<answer<bool>> check_password(const request&, std::string,
                                                      std::string) override {
    throw std::logic_error("not scripted");
  }
  boost::asio::awaitable<answer<identity>> identify(std::string) override {
    throw std::logic_error("not scripted");
  }
  token make_token(const identity&) override { return {}; }
  void forget_session(session_id) override {}
  const facts& about() const override { return described; }
  const domain_clock& clock() const override { return clock_; }
  const std::string& currency() const override { return currency_; }
  bool payments_are_sandbox() const override { return true; }
  boost::uuids::uuid new_uuid() override { return {}; }
  bool is_ready() const override { return true; }

  facts described;

 protected:
  boost::asio::awaitable<bool> run(std::function<void(journal&)>) override {
    throw std::logic_error("not scripted");
  }

 private:
  domain_clock clock_{{}, system_time};
  std::string currency_ = "EUR";
};

/// "Bearer good" is somebody, "Bearer foreign" another site, any other token is bad.
class scripted_guard final : public authenticator {
 public:
  boost::asio::awaitable<answer<std::optional<identity>>> identify(const request& asked) override {
    ++times_asked;
    const auto field = asked.header("authorization");
    if (field.empty()) co_return std::optional<identity>{};
    if (field == "Bearer good") {
      identity who;
      who.username = "ada";
      co_return std::optional{who};
    }
    problem bad;
    bad.status = field == "Bearer foreign" ? 403 : 401;
    bad.code = bad.status == 403 ? "foreign_origin" : "unauthenticated";
    co_return bad;
  }

  std::atomic<int> times_asked = 0;
};

/// Holds handlers up until the test lets them go.
struct gate {
  std::atomic<int> waiting = 0;
  std::atomic<bool> open = false;

  void await_waiting(int count) const {
    while (waiting < count) std::this_thread::yield();
  }
};
inline gate& the_gate() {
  static gate one;
  return one;
}
inline gate& another_gate() {
  static gate one;
  return one;
}

using answering = boost::asio::awaitable<response>;

/// What arrived, as JSON.
inline answering echo(backend&, const request& asked) {
  nlohmann::json body{{"path", asked.path},
                      {"parameters", asked.parameters},
                      {"query", asked.query},
                      {"body", asked.body},
                      {"who", asked.who ? asked.who->username : ""},
                      {"from", asked.remote_address}};
  co_return json_response(200, body);
}
inline answering empty(backend&, const request&) {
  response made;
  made.status = 204;
  co_return made;
}
inline answering broken(backend&, const request&) {
  throw std::runtime_error("a secret");
  co_return response{};
}
inline answering large(backend&, const request&) {
  response made;
  made.body.assign(64 * 1024 * 1024, 'x');
  co_return made;
}
inline answering wait_at(gate& here) {
  ++here.waiting;
  boost::asio::steady_timer pause{co_await boost::asio::this_coro::executor};
  while (!here.open) {
    pause.expires_after(std::chrono::milliseconds{1});
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
  --here.waiting;
  co_return json_response(200, nlohmann::json::object());
}
inline answering gated(backend&, const request&) {
  return wait_at(the_gate());
}
inline answering gated_otherwise(backend&, const request&) {
  return wait_at(another_gate());
}
inline answering injecting(backend&, const request&) {
  response made;
  made.headers.emplace_back("X-Evil", "a\r\nSet-Cookie: auth=x");
  made.headers.emplace_back("X-Good", "b");
  co_return made;
}

inline constexpr route test_table[] = {
    {verb::get, "/", access::open, echo},
    {verb::get, "/things/{id}", access::open, echo},
    {verb::post, "/things", access::open, echo},
    {verb::get, "/things", access::open, echo},
    {verb::get, "/mine", access::session, echo},
    {verb::get, "/empty", access::open, empty},
    {verb::get, "/broken", access::open, broken},
    {verb::get, "/broken/{how}", access::open, broken},
    {verb::get, "/large", access::open, large},
    {verb::get, "/gated", access::open, gated},
    {verb::get, "/gated/otherwise", access::open, gated_otherwise},
    {verb::get, "/probe", access::probe, echo},
    {verb::get, "/injecting", access::open, injecting},
};

class server_scene : public ::testing::Test {
 protected:
  server_scene() {
    for (auto* each : {&the_gate(), &another_gate()}) {
      each->open = false;
      each->waiting = 0;
    }
    options.threads = 2;
  }
  ~server_scene() override {
    the_gate().open = true;
    another_gate().open = true;
  }

  server& serve(std::shared_ptr<tls_context> tls = {}, std::span<const route> table = test_table) {
    has_the_api = table.data() == all_routes().data();
    running = std::make_unique<server>(options, api, guard, table);
    running->use(std::move(tls));
    const auto started = running->start();
    EXPECT_TRUE(started) << started.error().message();
    return *running;
  }
  client connect() const {
    client one{running->port()};
    one.is_of_the_api = has_the_api;
    return one;
  }
  /// What the server says to these bytes, and whether it closes then.
  client_response say(std::string_view bytes) const {
    auto one = connect();
    one.send_raw(bytes);
    return one.receive();
  }

  server_options options;
  idle_backend api;
  scripted_guard guard;
  std::unique_ptr<server> running;
  bool has_the_api = false;  ///< or a table of the test's own, for which there is no contract
};

}  // namespace rentwave::http
