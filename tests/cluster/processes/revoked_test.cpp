// Sessions that end on one node are of no use on any other, at the latest 5 s later (api.md).
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>

#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/http/socket_client.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using http::client;
using http::client_response;
using http::socket_client;
using nlohmann::json;
using std::chrono::steady_clock;

constexpr auto longest_use = 5s;
constexpr std::array nodes_asked{"n1", "n2", "n3"};

/// A session of a person's, or a program's token, and another session of the same person.
struct visitor {
  std::string account;
  client::fields there;  ///< the one that ends
  std::string there_id;
  client::fields here;

  std::vector<socket_client> sockets;
  std::optional<steady_clock::time_point> ended;
  std::set<std::string> refused_by;
};

class RevokedSessions : public SeveralNodes {
 protected:
  static client::fields fields_of(const json& session) {
    return {{"Authorization", "Bearer " + session.at("access_token").get<std::string>()},
            {"Content-Type", "application/json"}};
  }
  client_response ask(const std::string& at, const client::fields& as, const char* method,
                      const std::string& path, const json& body = nullptr) {
    client to{node(at).port()};
    return to.send(method, path, as, body.is_null() ? "" : body.dump());
  }

  visitor join(const std::string& name) {
    const json who{{"username", name}, {"password", "correct horse battery"}};
    client to{node("n1").port()};
    visitor one;
    one.account = to.post("/api/users", who).json().at("id");
    const auto there = to.post("/api/sessions", who).json();
    one.there = fields_of(there);
    one.there_id = there.at("session_id");
    one.here = fields_of(to.post("/api/sessions", who).json());
    return one;
  }
  /// The session that ends is that of a program.
  visitor join_with_program(const std::string& name) {
    auto one = join(name);
    const json wish{{"name", "a program"}, {"scopes", {"read"}}};
    const auto token = ask("n1", one.here, "POST", "/api/me/tokens", wish).json();
    one.there = fields_of(token);
    one.there_id = token.at("id");
    return one;
  }

  /// The session's last use before its end: n3 has just looked that it is open, and there is no
  /// socket there that would be told.
  void use_everywhere(visitor& one) {
    for (const auto* at : {"n1", "n2"}) {
      auto& socket = one.sockets.emplace_back(node(at).port());
      ASSERT_EQ(socket.open(one.there), 101U);
      socket.send({{"type", "hello"}});
      ASSERT_EQ(socket.receive()["type"], "welcome");
    }
    for (const auto* at : nodes_asked)
      ASSERT_EQ(ask(at, one.there, "GET", "/api/me/notifications").status, 200U);
  }

  void end(visitor& one, const std::function<client_response(const visitor&)>& how) {
    use_everywhere(one);
    if (HasFatalFailure()) return;
    const auto answer = how(one);
    ASSERT_TRUE(answer.status == 200 || answer.status == 204) << answer.body;
    one.ended = steady_clock::now();
    EXPECT_EQ(ask("n1", one.there, "GET", "/api/me/notifications").status, 401U) << "at once here";
    for (auto& socket : one.sockets) EXPECT_EQ(socket.close_code(), 4401U);
    EXPECT_LT(steady_clock::now() - *one.ended, longest_use) << "until the sockets were closed";
  }

  /// Asks once more. A request that comes later than it may be answered is refused.
  void use_again(visitor& one, const std::string& at) {
    const auto asked = steady_clock::now();
    const auto answer = ask(at, one.there, "GET", "/api/me/notifications");
    if (answer.status == 401) {
      one.refused_by.insert(at);
      return;
    }
    EXPECT_EQ(answer.status, 200U) << answer.body;
    EXPECT_LT(asked - *one.ended, longest_use) << "at " << at;
    EXPECT_FALSE(one.refused_by.contains(at)) << "once refused, refused for good";
  }
};

TEST_F(RevokedSessions, are_refused_on_every_node_and_their_sockets_closed) {
  add_all({"n1", "n2", "n3"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  const auto by = [this](const client::fields visitor::*whose, const char* method,
                         const std::string& path, const json& body = nullptr) {
    return [=, this](const visitor& one) { return ask("n1", one.*whose, method, path, body); };
  };
  const auto by_root = [this](const char* action, const json& body) {
    return [=, this](const visitor& one) {
      return post(node("n1"), "/api/admin/users/" + one.account + action, body);
    };
  };
  const auto revoke = [this](const visitor& one) {
    return ask("n1", one.here, "DELETE", "/api/sessions/" + one.there_id);
  };
  const json passwords{{"current_password", "correct horse battery"},
                       {"password", "better horse battery"}};

  std::map<std::string, visitor> all;
  const auto end_one = [&](const std::string& name, visitor one, auto how) {
    SCOPED_TRACE(name);
    end(one, how);
    all.emplace(name, std::move(one));
  };
  end_one("log-out", join("ann"), by(&visitor::there, "DELETE", "/api/sessions/current"));
  end_one("log-out elsewhere", join("bob"), revoke);
  end_one("new password", join("cem"), by(&visitor::here, "POST", "/api/me/password", passwords));
  end_one("leaving", join("dan"), by(&visitor::here, "DELETE", "/api/me"));
  end_one("suspension", join("eve"), by_root("/suspend", {{"reason", "as a test"}}));
  end_one("password reset", join("fay"), by_root("/password-reset", json::object()));
  end_one("end of a program's token", join_with_program("gus"), revoke);
  ASSERT_FALSE(HasFailure());

  await("all nodes to refuse all", [&] {
    bool are_refused = true;
    for (auto& [how, one] : all)
      for (const auto* at : nodes_asked) {
        SCOPED_TRACE(how);
        use_again(one, at);
        are_refused = are_refused && one.refused_by.contains(at);
      }
    return are_refused || HasFailure();
  });
}

}  // namespace
}  // namespace rentwave::testing_cluster
