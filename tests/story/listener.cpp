#include "tests/story/listener.hpp"

#include <gtest/gtest.h>

#include "tests/story/adverts.hpp"

namespace rentwave::testing {

using http::client;
using nlohmann::json;

http::client_response pauper::call(std::uint16_t port, const char* method, const std::string& path,
                                   const json& body) const {
  client to{port};
  const auto text = body.is_null() ? std::string{} : body.dump();
  return to.send(method, path, headers, text);
}

unsigned pauper::try_to_rent(std::uint16_t port, const std::string& listing) const {
  const json wish{{"listing_id", listing}, {"duration", "P1D"}};
  return call(port, "POST", "/api/rentals", wish).status;
}

int pauper::unread(std::uint16_t port) const {
  return call(port, "GET", "/api/me/notifications").json().at("unread");
}

pauper join(std::uint16_t port, const std::string& name) {
  pauper one{{{"Content-Type", "application/json"}}};
  const json who{{"username", name}, {"password", "correct horse battery"}};
  one.call(port, "POST", "/api/users", who);
  const std::string token = one.call(port, "POST", "/api/sessions", who).json().at("access_token");
  one.headers.emplace_back("Authorization", "Bearer " + token);
  return one;
}

std::string advertise(std::uint16_t port) {
  const auto owner = join(port, "owner");
  return owner.call(port, "POST", "/api/listings", dear_room()).json().at("id");
}

void listener::connect(std::uint16_t port) {
  socket.emplace(port);
  ASSERT_EQ(socket->open(who->headers), 101u);
  socket->send({{"type", "hello"}, {"after", std::to_string(cursor)}});
  const auto welcome = socket->receive();
  ASSERT_EQ(welcome["type"], "welcome") << welcome;
  ASSERT_EQ(welcome["cursor"], std::to_string(cursor));
}

bool listener::hear() {
  const auto told = socket->receive();
  if (told.is_null()) return false;
  EXPECT_EQ(told["type"], "notification") << told;
  EXPECT_EQ(told["cursor"], std::to_string(++cursor)) << "none is missing, and none comes twice";
  return true;
}

void listener::hear_up_to(int last) {
  while (cursor < last) ASSERT_TRUE(hear());
  socket->send({{"type", "ping"}});
  ASSERT_EQ(socket->receive()["type"], "pong") << "and no more";
}

}  // namespace rentwave::testing
