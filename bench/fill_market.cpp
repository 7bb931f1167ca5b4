// Makes a journal with people who are logged in and their adverts:
//
//   bench_fill_market URL PEOPLE ADVERTS FOLDER
//
// A node in this process is sent what the API sends, but for the hashing of passwords, so the
// journal is as people would have made it. FOLDER gets three files: an access token a line in
// `tokens`, the adverts' ids in `adverts`, and words in `words`, as frequent as in the adverts.
#include <sodium.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <charconv>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "actors/runtime/node.hpp"
#include "actors/runtime/protocol.hpp"
#include "bench/adverts.hpp"
#include "http/tokens.hpp"
#include "persistence/journal.hpp"
#include "persistence/sealing.hpp"

namespace {

using namespace rentwave;

constexpr auto token_lifetime = std::chrono::hours{24};
constexpr auto answer_timeout = std::chrono::seconds{30};
constexpr int at_once = 500;  ///< entities whose commands are under way
constexpr int drawn_words = 5'000;

int give_up(const std::string& why) {
  std::cerr << "bench_fill_market: " << why << '\n';
  return 1;
}

std::optional<int> to_count(const std::string& text) {
  int count = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (bad != std::errc{} || *end != '\0' || count < 0) return std::nullopt;
  return count;
}

http::identity nth_person(int i) {
  const auto name = "person" + std::to_string(i);
  return {derive_id<account_id>(account_id{}, name), derive_id<session_id>(session_id{}, name),
          name};
}

listing_id nth_advert(int i) { return derive_id<listing_id>(listing_id{}, std::to_string(i)); }

class filler {
 public:
  filler(caf::actor_system& system, const node& to) : self_(system), to_(to) {}

  bool add_people(int count) {
    return in_groups("people", count, [this](int i) {
      const auto who = nth_person(i);
      login::sign_up named{who.username, who.account, {"none"}, {who.username}, {}, {}};
      send(login_ref(who.username), login::command{std::move(named)}, {});
      session::start begin;
      begin.id = who.session;
      begin.account = who.account;
      begin.username = who.username;
      begin.password_version = 1;
      send(session_ref(who.session), session::command{std::move(begin)}, {});
      return session_ref(who.session);
    });
  }

  bool add_adverts(int count, int people) {
    bench::advert_source adverts;
    return in_groups("adverts", count, [&](int i) {
      const auto owner = nth_person(i % people).account;
      const auto id = nth_advert(i);
      send(listing_ref(id), listing::command{listing::post{id, owner, adverts.next()}}, owner);
      return listing_ref(id);
    });
  }

 private:
  /// `add` says whom to wait for, until that has come to be and owes nothing.
  template <class Add>
  bool in_groups(const char* what, int count, Add add) {
    std::vector<entity_ref> asked;
    int told = 0;
    for (int i = 0; i < count; ++i) {
      asked.push_back(add(i));
      if (std::ssize(asked) < at_once && i + 1 < count) continue;
      for (const auto& each : asked)
        if (!exists(each)) return false;
      asked.clear();
      if (i + 1 < told + count / 10) continue;
      told = i + 1;
      std::cerr << told << " of " << count << ' ' << what << std::endl;
    }
    return true;
  }

  void send(entity_ref who, any_command body, std::optional<account_id> caller) {
    auto letter = std::make_shared<command_envelope>();
    letter->id = derive_id<command_id>(command_id{}, to_string(who));
    letter->to = std::move(who);
    letter->body = std::move(body);
    letter->caller = caller;
    const auto receiver = to_.routes()->find(letter->to);
    caf::anon_send(receiver, command_ptr{std::move(letter)});
  }

  bool exists(const entity_ref& who) {
    bool there = false;
    self_
        ->request(to_.routes()->find(who), answer_timeout,
                  query_ptr{std::make_shared<const query_envelope>(query_envelope{who, true})})
        .receive([&](const view_ptr& found) { there = found->version > 0; },
                 [&](const caf::error& why) { std::cerr << to_string(why) << '\n'; });
    return there;
  }

  caf::scoped_actor self_;
  const node& to_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string usage = "usage: bench_fill_market URL PEOPLE ADVERTS FOLDER";
  if (argc != 5) return give_up(usage);
  const std::string url = argv[1], folder = argv[4];
  const auto people = to_count(argv[2]), adverts = to_count(argv[3]);
  if (!people || !adverts || (*adverts > 0 && *people == 0)) return give_up(usage);
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
  filler market{system, **running};
  if (!market.add_people(*people)) return give_up("a session was not opened");
  if (!market.add_adverts(*adverts, *people)) return give_up("an advert was not posted");
  (*running)->stop();

  std::ofstream tokens{folder + "/tokens"}, ids{folder + "/adverts"}, words{folder + "/words"};
  const http::token_signer signer{*secret};
  const auto now = system_time();
  for (int i = 0; i < *people; ++i)
    tokens << signer.sign(nth_person(i), now, now + token_lifetime) << '\n';
  for (int i = 0; i < *adverts; ++i) ids << to_string(nth_advert(i)) << '\n';
  bench::advert_source same;
  for (int i = 0; i < drawn_words; ++i) words << same.word() << '\n';
  return tokens.flush() && ids.flush() && words.flush() ? 0 : give_up("cannot write to " + folder);
}
