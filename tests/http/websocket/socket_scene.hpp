// A whole node with people who have WebSockets open, for tests of what goes over them.
#pragma once

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "tests/http/node_scene.hpp"
#include "tests/http/socket_client.hpp"

namespace rentwave::http {

using nlohmann::json;

class socket_scene : public node_scene {
 protected:
  /// Opens a socket, and expects that it is.
  socket_client open(const client::fields& as) {
    socket_client one{site->port()};
    EXPECT_EQ(one.open(as), 101U);
    return one;
  }
  /// The same, and greets; the welcome's cursor in `cursor`.
  socket_client greet(const client::fields& as, const json& after = nullptr) {
    auto one = open(as);
    json hello{{"type", "hello"}};
    if (!after.is_null()) hello["after"] = after;
    one.send(hello);
    const auto welcome = one.receive();
    EXPECT_EQ(welcome["type"], "welcome") << welcome;
    return one;
  }
  /// Watches, and waits until that is so.
  static void watch(socket_client& by, const std::string& topic) {
    by.send({{"type", "watch"}, {"topic", topic}});
    expect_calm(by);
  }
  /// Everything that was sent before has had its effect, and nothing was said to it.
  static void expect_calm(socket_client& one) {
    one.send({{"type", "ping"}});
    EXPECT_EQ(one.receive(), json({{"type", "pong"}}));
  }
  static void expect_error(socket_client& one, const json& message, const std::string& code) {
    one.send(message);
    const auto answer = one.receive();
    EXPECT_EQ(answer.value("type", ""), "error") << answer;
    EXPECT_EQ(answer.value("code", ""), code) << answer;
    EXPECT_FALSE(answer.value("detail", "").empty());
  }

  /// A token for a program of theirs.
  client::fields program_of(const client::fields& whose, const std::vector<std::string>& scopes) {
    const auto made = post("/api/me/tokens", whose, {{"name", "a bot"}, {"scopes", scopes}});
    EXPECT_EQ(made.status, 201U) << made.body;
    return {{"Authorization", "Bearer " + made.json().at("access_token").get<std::string>()}};
  }
  account_id account_of(const client::fields& who) {
    const std::string id = get("/api/me", who).json().at("id");
    return *parse_id<account_id>(id);
  }
  /// Puts notices into an inbox, as the notifier does, and waits until they are there.
  void notify(account_id whom, int count = 1) {
    caf::scoped_actor self{system};
    const auto box = inbox_ref(whom);
    for (int i = 0; i < count; ++i) {
      inbox::notice what;
      what.type = "test";
      what.text = "Notice " + std::to_string(++notices_);
      auto letter = std::make_shared<command_envelope>();
      letter->to = box;
      letter->id = command_id{api->new_uuid()};
      letter->body = any_command{inbox::command{inbox::deliver{whom, what}}};
      self->request(running->routes()->find(box), caf::infinite, command_ptr{std::move(letter)})
          .receive([](const outcome&) {}, [](const caf::error&) { ADD_FAILURE(); });
    }
  }
  static std::vector<int> receive_cursors(socket_client& by, int count) {
    std::vector<int> cursors;
    for (int i = 0; i < count; ++i) {
      const auto told = by.receive();
      if (told.value("type", "") != "notification") break;
      cursors.push_back(std::stoi(told.at("cursor").get<std::string>()));
    }
    return cursors;
  }
  static std::vector<int> numbers(int first, int last) {
    std::vector<int> all;
    for (int i = first; i <= last; ++i) all.push_back(i);
    return all;
  }
  /// An advert of a room, by its id.
  std::string post_advert(const client::fields& as) {
    const json advert{
        {"kind", "room"},
        {"title", "Attic"},
        {"description", "Quiet."},
        {"price", {{"amount", 100}, {"per", "day"}}},
        {"late_fee", {{"amount", 10}, {"per", "hour"}}},
        {"min_duration", "PT1H"},
        {"max_duration", "P14D"},
        {"place", {{"city", "Vienna"}, {"country", "AT"}}},
        {"room", {{"guests", 2}, {"beds", 1}, {"bathrooms", 1}, {"amenities", {"desk"}}}}};
    const auto made = post("/api/listings", as, advert);
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.json().at("id");
  }
  std::string rent(const client::fields& as, const std::string& listing) {
    EXPECT_EQ(post("/api/me/wallet/top-ups", as, {{"amount", 10000}}).status, 201U);
    const auto made = post("/api/rentals", as, {{"listing_id", listing}, {"duration", "P1D"}});
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.json().at("id");
  }
  std::uint64_t closed(ending how) {
    return api->counted().websockets_closed[static_cast<std::size_t>(how)];
  }

 private:
  int notices_ = 0;
};

}  // namespace rentwave::http
