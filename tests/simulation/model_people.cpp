// People: whose a username is, that its account is opened, and which log-ins are open.
#include <algorithm>

#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

template <class Event>
Event read(const stored_event& event) {
  auto happened = decode<Event>(event.type, event.schema, event.data);
  expect(happened.has_value(), event, "the event cannot be read");
  return std::move(*happened);
}

struct login_events {
  model& all;
  const stored_event& event;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  name_taken& self() const {
    const auto found = all.logins.find(event.entity.id);
    check(found != all.logins.end(), "nobody has this name");
    return found->second;
  }

  void operator()(const login::signed_up& e) const {
    check(!all.logins.contains(event.entity.id), "the name is taken");
    check(e.username == event.entity.id, "under another name");
    all.logins[e.username].account = e.account;
  }
  void operator()(const login::account_opened&) const {
    check(!std::exchange(self().ready, true), "the account is opened twice");
    const auto found = all.accounts.find(self().account);
    check(found != all.accounts.end() && found->second.username == event.entity.id,
          "there is no such account");
  }
  void operator()(const login::password_changed& e) const {
    check(event.actor == to_string(self().account), "by somebody else");
    check(e.password_version == ++self().password_version, "the passwords are not numbered");
    std::erase_if(self().sessions, [&](session_id one) {
      if (one != e.keep) self().ending.insert(one);
      return one != e.keep;
    });
    end_programs(instant::max());
    self().one_time = false;
  }
  void end_programs(instant expired_by) const {
    std::erase_if(self().programs, [&](const auto& one) {
      if (one.second <= expired_by) self().ending.insert(one.first);
      return one.second <= expired_by;
    });
  }
  void end_all() const {
    self().ending.insert(self().sessions.begin(), self().sessions.end());
    self().sessions.clear();
    end_programs(instant::max());
  }
  void operator()(const login::password_reset& e) const {
    check(e.password_version == ++self().password_version, "the passwords are not numbered");
    check(!event.actor.empty() && event.actor.find('/') == std::string::npos, "by nobody");
    check(e.until == event.time + 24 * one_hour, "for another time");
    self().one_time = true;
    self().logged_in_once = false;
    end_all();
  }
  void operator()(const login::gate_set& e) const {
    check(event.actor == to_string(account_ref(self().account)), "by somebody else");
    check(self().gate != login::gate::closed, "of somebody who has left");
    self().gate = e.to;
    if (e.to != login::gate::open) end_all();
  }
  void operator()(const login::session_added& e) const {
    const auto found = all.visits.find(e.session);
    check(found != all.visits.end() && found->second.username == event.entity.id,
          "of a session that nobody started");
    check(!self().ending.contains(e.session) && !self().programs.contains(e.session) &&
              std::ranges::find(self().sessions, e.session) == self().sessions.end(),
          "twice");
    check(!self().dropped.contains(e.session), "though it was dropped before");
    check(self().gate == login::gate::open, "of somebody who is not welcome");
    const auto& by = found->second.made_by;
    check(e.program == by.has_value(), "a program's, or not");
    if (by) {
      check(std::ranges::find(self().sessions, *by) != self().sessions.end(),
            "made by a session that is over");
      check(e.life == found->second.life, "for another time");
      end_programs(e.life->start);
      self().programs.emplace(e.session, e.life->end);
      check(self().programs.size() <= login::max_programs, "too many tokens");
      return;
    }
    check(found->second.password_version == self().password_version, "with an old password");
    check(!std::exchange(self().logged_in_once, true) || !self().one_time,
          "a second time with a password for one");
    self().sessions.push_back(e.session);
    if (self().sessions.size() <= login::max_sessions) return;
    self().ending.insert(self().sessions.front());
    self().sessions.erase(self().sessions.begin());
  }
  void operator()(const login::session_dropped& e) const {
    const auto found = all.visits.find(e.session);
    check(found != all.visits.end() && !found->second.open, "a session that is still open");
    const auto had = std::erase(self().sessions, e.session) + self().ending.erase(e.session) +
                     self().programs.erase(e.session);
    check(self().dropped.insert(e.session).second || had == 1, "one that it did not have, twice");
  }
};

struct session_events {
  model& all;
  const stored_event& event;
  session_id id;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  visit& self() const {
    const auto found = all.visits.find(id);
    check(found != all.visits.end(), "it never began");
    return found->second;
  }

  void operator()(const session::started& e) const {
    check(!all.visits.contains(id) && e.id == id, "it begins twice, or under another id");
    all.visits[id] = {e.account, e.username, e.password_version};
    if (!e.program) return;
    all.visits[id].made_by = e.program->by;
    all.visits[id].life = {e.program->made_at.value_or(instant{}), e.program->expires_at};
  }
  void operator()(const session::registered&) const {
    check(!std::exchange(self().announced, true), "the login heard of it twice");
  }
  void operator()(const session::ended&) const {
    check(std::exchange(self().open, false), "it ends twice");
  }
  void operator()(const session::unregistered&) const {
    check(!self().open && !std::exchange(self().withdrawn, true),
          "it is open, or it is told twice");
  }
};

}  // namespace

void see_login(model& all, const stored_event& event) {
  std::visit(login_events{all, event}, read<login::event>(event));
}

void see_session(model& all, const stored_event& event) {
  const auto id = parse_id<session_id>(event.entity.id);
  expect(id.has_value(), event, "not a session's id");
  std::visit(session_events{all, event, *id}, read<session::event>(event));
}

void see_keyed_request(model& all, const stored_event& event) {
  const auto happened = read<keyed_request::event>(event);
  auto& one = all.keyed_requests[event.entity.id];
  if (const auto* claim = std::get_if<keyed_request::claimed>(&happened)) {
    expect(one.body_hash.empty(), event, "it was claimed before");
    expect(event.actor == to_string(claim->account), event, "by somebody else");
    one.account = claim->account;
    one.body_hash = claim->body_hash;
    return;
  }
  expect(!one.body_hash.empty(), event, "it was never claimed");
  expect(!one.answer, event, "it was answered before");
  expect(event.actor == to_string(one.account), event, "by somebody else");
  one.answer = std::get<keyed_request::finished>(happened).given.body.text;
}

void check_people(const model& all) {
  std::map<std::string, std::set<session_id>> open;
  for (const auto& [id, one] : all.visits) {
    if (one.open) open[one.username].insert(id);
    if (one.open ? !one.announced : !one.withdrawn)
      throw violation{session_ref(id), "the login never heard of it"};
  }
  for (const auto& [name, one] : all.logins) {
    const auto where = login_ref(name);
    if (!one.ready) throw violation{where, "its account was never opened"};
    if (!one.ending.empty()) throw violation{where, "a session has not ended as told"};
    std::set<session_id> known{one.sessions.begin(), one.sessions.end()};
    for (const auto& [id, until] : one.programs) known.insert(id);
    if (known != open[name]) throw violation{where, "its sessions are not those that are open"};
  }
}

}  // namespace rentwave::simulation
