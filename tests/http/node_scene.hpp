// A whole node over an empty journal, and the real server in front of it. A test begins with
// `start`; "root" and "boss" are administrators.
#pragma once

#include <gtest/gtest.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "actors/runtime/node.hpp"
#include "http/actor_backend.hpp"
#include "http/identify.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "persistence/measured.hpp"
#include "persistence/sealing.hpp"
#include "tests/http/client.hpp"
#include "tests/http/exchange_log.hpp"
#include "tests/persistence/temporary_journal.hpp"

namespace rentwave::http {

class node_scene : public ::testing::Test {
 protected:
  /// `silent`: one partition that does everything but report.
  void start(node_options options = {}, std::optional<std::size_t> silent = {}) {
    log_journal(testing_journal::wanted_kind());
    store = measure(testing_journal::temporary_journal(), counted);
    if (seals) store = seal_personal_fields(std::move(store));
    if (around) store = around(std::move(store));
    options.partitions = 4;
    const auto owner = options.name;
    running = *node::start(system, *store, std::move(options));
    auto routes = std::make_shared<routing>(*running->routes());
    if (silent) routes->partitions.at(*silent) = without_reports(routes->partitions.at(*silent));
    const auto secret = *load_token_secret(**store->connect());
    about.webhooks = receivers;
    parts.emplace(backend_parts{system,
                                routes,
                                [this] { return running->reader(); },
                                running->clock(),
                                [this] { return running->is_ready(); },
                                "EUR",
                                secret,
                                true,
                                about,
                                {"root", "boss"},
                                "the-token",
                                counted,
                                running->figures(),
                                owner,
                                [this] { return running->keeper(); },
                                office,
                                [this] { return running->fetcher(); }});
    api.emplace(*parts, waiting);
    gate.emplace(*api, origin, cors{cors_origins});
    site = serve(*api, *gate);
  }
  std::unique_ptr<server> serve(backend& behind, authenticator& guard) const {
    server_options listening;
    listening.port = 0;
    listening.limits = limits;
    listening.cors_origins = cors_origins;
    auto made = std::make_unique<server>(listening, behind, guard, all_routes());
    EXPECT_TRUE(made->start());
    return made;
  }
  /// One more way into the node, for who puts something of their own before it: over a backend
  /// that nobody else uses, as an actor that answers may touch the server until that is stopped.
  class side_door {
   public:
    side_door(std::unique_ptr<server> opened, actor_backend& below)
        : site_(std::move(opened)), below_(below) {}
    side_door(const side_door&) = delete;
    side_door& operator=(const side_door&) = delete;
    ~side_door() {
      site_->stop(std::chrono::milliseconds{0});
      below_.stop();
    }
    const server& operator*() const { return *site_; }
    const server* operator->() const { return site_.get(); }

   private:
    const std::unique_ptr<server> site_;
    actor_backend& below_;
  };
  side_door serve(actor_backend& below, backend& behind, authenticator& guard) const {
    return {serve(behind, guard), below};
  }
  ~node_scene() override {
    if (site) site->stop(std::chrono::milliseconds{0});
    if (api) api->stop();
    if (running) running->stop();
    site.reset();
    api.reset();
  }

  caf::actor without_reports(const caf::actor& partition) {
    return system.spawn([partition](caf::event_based_actor* self) -> caf::behavior {
      return {
          [self](report_request) -> caf::result<report_ptr> {
            return self->make_response_promise<report_ptr>();
          },
          [self, partition](const command_ptr& asked) { return self->delegate(partition, asked); },
          [self, partition](const query_ptr& asked) { return self->delegate(partition, asked); },
      };
    });
  }
  /// Registers and logs in; the fields of requests in this name.
  client::fields join(const std::string& name) {
    client to{site->port()};
    nlohmann::json who{{"username", name}, {"password", "correct horse"}};
    if (name == "root" || name == "boss") who["setup_token"] = "the-token";
    EXPECT_EQ(to.post("/api/users", who).status, 201U);
    who.erase("setup_token");
    const std::string token = to.post("/api/sessions", who).json().at("access_token");
    return {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
  }
  client_response get(const std::string& path, const client::fields& as) {
    client from{site->port()};
    return from.get(path, as);
  }
  client_response post(const std::string& path, const client::fields& as,
                       const nlohmann::json& body = nlohmann::json::object()) {
    client to{site->port()};
    return to.post(path, body, as);
  }
  /// The value of one sample of `/metrics`, by name and labels; -1: it is not there.
  static double metric(const std::string& text, const std::string& name) {
    const auto at = text.find('\n' + name + ' ');
    return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }
  /// Waits, for a while, until it is so.
  static bool comes_true(const std::function<bool()>& it) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!it()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return true;
  }
  /// Waits, for a while, until a list is as long.
  nlohmann::json items(const std::string& path, const client::fields& as, std::size_t length) {
    nlohmann::json found;
    comes_true([&] {
      found = get(path, as).json().at("items");
      return found.size() == length;
    });
    return found;
  }

  bool seals = false;  ///< personal fields, as the program does
  /// Puts something of the test's own around the journal.
  std::function<std::unique_ptr<journal_store>(std::unique_ptr<journal_store>)> around;
  receiver_rules receivers;
  std::optional<cluster_office> office;  ///< none: the node is alone
  backend::facts about{"1.2.3", 16384, 65536, false};
  auth_options waiting;
  own_origin origin;
  server_limits limits;
  std::vector<std::string> cors_origins;
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::shared_ptr<journal_figures> counted = std::make_shared<journal_figures>();
  std::unique_ptr<journal_store> store;
  std::unique_ptr<node> running;
  std::optional<backend_parts> parts;
  std::optional<actor_backend> api;
  std::optional<token_authenticator> gate;
  std::unique_ptr<server> site;
};

}  // namespace rentwave::http
