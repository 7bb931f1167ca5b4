// Makes a journal with people who are logged in, for bench/sockets:
//
//   bench_fill_sessions URL COUNT TOKENS
//
// A node in this process lets each of them sign up and starts a session, as the API does but for
// the hashing of a password; the file TOKENS gets an access token a line.
#include <sodium.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <charconv>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "actors/runtime/node.hpp"
#include "actors/runtime/protocol.hpp"
#include "http/tokens.hpp"
#include "persistence/journal.hpp"
#include "persistence/sealing.hpp"

namespace {

using namespace rentwave;

constexpr auto token_lifetime = std::chrono::hours{24};
constexpr int at_once = 200;  ///< people whose commands are under way

int give_up(const std::string& why) {
  std::cerr << "bench_fill_sessions: " << why << '\n';
  return 1;
}

http::identity nth_person(int i) {
  const auto name = "person" + std::to_string(i);
  return {derive_id<account_id>(account_id{}, name), derive_id<session_id>(session_id{}, name),
          name};
}

void send(caf::scoped_actor& self, const node& to, entity_ref who, any_command body) {
  auto letter = std::make_shared<command_envelope>();
  letter->id = derive_id<command_id>(command_id{}, to_string(who));
  letter->to = std::move(who);
  letter->body = std::move(body);
  const auto receiver = to.routes()->find(letter->to);
  self->send(receiver, command_ptr{std::move(letter)});
}

/// Waits until the session is open and owes nothing.
bool is_open(caf::scoped_actor& self, const node& at, session_id id) {
  const auto where = session_ref(id);
  bool open = false;
  self->request(at.routes()->find(where), std::chrono::seconds{30},
                std::make_shared<const query_envelope>(query_envelope{where, true}))
      .receive(
          [&](const view_ptr& found) {
            open = found->as<session::state>().now == session::status::open;
          },
          [](const caf::error&) {});
  return open;
}

bool fill(caf::actor_system& system, const node& to, int count) {
  caf::scoped_actor self{system};
  for (int from = 0; from < count; from += at_once) {
    const int end = std::min(count, from + at_once);
    for (int i = from; i < end; ++i) {
      const auto who = nth_person(i);
      send(self, to, login_ref(who.username),
           login::command{
               login::sign_up{who.username, who.account, {"none"}, {who.username}, {}, {}}});
      session::start begin;
      begin.id = who.session;
      begin.account = who.account;
      begin.username = who.username;
      begin.password_version = 1;
      send(self, to, session_ref(who.session), session::command{std::move(begin)});
    }
    for (int i = from; i < end; ++i)
      if (!is_open(self, to, nth_person(i).session)) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "usage: bench_fill_sessions URL COUNT TOKENS";
  if (argc != 4) return give_up(usage);
  const std::string url = argv[1], number = argv[2], file = argv[3];
  int count = 0;
  const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (bad != std::errc{} || *end != '\0' || count < 1) return give_up(usage);
  if (sodium_init() < 0) return give_up("the system has no source of randomness");

  auto opened = open_journal(url);
  if (!opened) return give_up(opened.error().detail);
  const auto store = seal_personal_fields(std::move(*opened));
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto running = node::start(system, *store, {});
  if (!running) return give_up(running.error().detail);
  while (!(*running)->is_ready()) std::this_thread::yield();
  const auto secret = http::load_token_secret(**store->connect());
  if (!secret) return give_up(secret.error().detail);
  if (!fill(system, **running, count)) return give_up("a session was not opened");
  (*running)->stop();

  std::ofstream tokens{file};
  const http::token_signer signer{*secret};
  const auto now = system_time();
  for (int i = 0; i < count; ++i)
    tokens << signer.sign(nth_person(i), now, now + token_lifetime) << '\n';
  return tokens.good() ? 0 : give_up("cannot write " + file);
}
