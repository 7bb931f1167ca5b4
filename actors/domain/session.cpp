#include "actors/domain/session.hpp"

#include "actors/domain/want.hpp"

namespace rentwave::session {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

constexpr std::string_view announce_key = "announce";
constexpr std::string_view withdraw_key = "withdraw";

refusal no(refusal_code code, const char* why) {
  return {code, why, {}};
}

// --- decide ---

answer handle(const state& s, const start& c, const context& given) {
  if (s.now == status::none)
    return events{started{c.id, c.account, c.username, c.password_version, c.device, c.address,
                          given.now, c.program}};
  if (s.id == c.id && s.account == c.account) return events{};
  return no(refusal_code::already_exists, "There is another session of this id.");
}

/// The login asks without a caller.
answer handle(const state& s, const end&, const context& given) {
  if (s.now == status::none || (given.caller && *given.caller != s.account))
    return no(refusal_code::unknown_entity, "There is no such session.");
  if (s.now == status::ended) return events{};
  return events{ended{}};
}

answer handle(const state& s, const answered& c, const context&) {
  if (c.want == announce_key && s.announce) {
    // The password changed while the log-in was under way, or the session that made this one ended.
    // A repeat of the announcement may still be under way, so it is withdrawn all the same.
    if (std::holds_alternative<refusal>(c.result)) return events{ended{}};
    return events{registered{}};
  }
  if (c.want == withdraw_key && s.withdraw) return events{unregistered{}};
  return events{};
}

answer handle(const state&, const wake&, const context&) {
  return events{};
}

// --- evolve ---

void apply(state& s, const started& e) {
  s.now = status::open;
  s.id = e.id;
  s.account = e.account;
  s.username = e.username;
  s.password_version = e.password_version;
  s.device = e.device;
  s.address = e.address;
  s.since = e.at;
  s.program = e.program;
  s.announce = true;
}

void apply(state& s, const registered&) {
  s.announce = false;
}

void apply(state& s, const ended&) {
  s.now = status::ended;
  s.announce = false;
  s.withdraw = true;
  // Shown only while it is open.
  s.device = {};
  s.address = {};
}

void apply(state& s, const unregistered&) {
  s.withdraw = false;
}

}  // namespace

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  const auto to = login_ref(now.username);
  if (now.announce) {
    login::add_session added{now.id, now.password_version};
    if (const auto& program = now.program) {
      added.by = program->by;
      if (program->made_at) added.life = period{*program->made_at, program->expires_at};
    }
    return {{std::string{announce_key}, to, login::command{std::move(added)}}};
  }
  if (now.withdraw)
    return {{std::string{withdraw_key}, to, login::command{login::drop_session{now.id}}}};
  return {};
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::session
