#include "actors/domain/follower.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>

#include "actors/domain/want.hpp"

namespace rentwave::follower {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

refusal no(refusal_code code, const char* why) {
  return {code, why, {}};
}

refusal not_mine() {
  return no(refusal_code::not_owner, "Everybody chooses only what to follow themselves.");
}
refusal too_busy() {
  return no(refusal_code::not_now, "Earlier changes are under way; try again later.");
}

answer handle(const state& s, const follow& c, const context& given) {
  if (given.caller != c.who || (s.sequence > 0 && s.who != c.who)) return not_mine();
  if (s.is_closed) return no(refusal_code::account_closed, "This person has left.");
  const auto* known = topic_of(s, c.topic);
  if (known && !known->rejected) return events{};
  if (!known && s.topics.size() >= max_topics)
    return no(refusal_code::too_many_follows, "You follow as many topics as one may.");
  if (s.owed.size() >= max_owed) return too_busy();
  return events{began{c.who, c.topic, given.now}};
}

answer handle(const state& s, const unfollow& c, const context& given) {
  if (!topic_of(s, c.topic)) return events{};
  if (given.caller != s.who) return not_mine();
  if (s.owed.size() >= max_owed) return too_busy();
  return events{ended{c.topic}};
}

/// By the account itself. However much is owed already: nobody would ask again.
answer handle(const state& s, const close& c, const context& given) {
  if (given.caller) return not_mine();
  return s.is_closed ? events{} : events{closed{c.who}};
}

answer handle(const state& s, const answered& c, const context&) {
  const auto found = std::ranges::find(s.owed, c.want, &owed_command::key);
  if (found == s.owed.end()) return events{};
  if (const auto* why = std::get_if<refusal>(&c.result))
    return events{turned_away{c.want, found->topic, *why}};
  return events{settled{c.want}};
}

answer handle(const state&, const wake&, const context&) {
  return events{};
}

// --- evolve ---

void owe(state& s, step what, const std::string& topic) {
  s.owed.push_back({what, ++s.sequence, topic});
}

/// An audience hears one thing at a time, so of what is owed to it only the first has been sent:
/// a second one that is not to be any more is taken back, and none is left if there is none.
bool take_back(state& s, step what, const std::string& topic) {
  const auto to_audience = [&](const owed_command& each) {
    return each.topic == topic && each.what != step::enlist;
  };
  const auto first = std::ranges::find_if(s.owed, to_audience);
  if (first == s.owed.end()) return false;
  const auto second = std::find_if(first + 1, s.owed.end(), to_audience);
  if (second == s.owed.end() || second->what != what) return false;
  s.owed.erase(second);
  return true;
}

void apply(state& s, const began& e) {
  s.who = e.who;
  std::erase_if(s.topics, [&e](const auto& each) { return each.topic == e.topic; });
  s.topics.push_back({++s.sequence, e.topic, e.at, {}});
  if (take_back(s, step::leave, e.topic)) return;
  owe(s, step::enlist, e.topic);
  owe(s, step::join, e.topic);
}

void end(state& s, const std::string& topic) {
  const auto* known = topic_of(s, topic);
  const bool never_joined = known && known->rejected;
  std::erase_if(s.topics, [&topic](const auto& each) { return each.topic == topic; });
  if (!never_joined && !take_back(s, step::join, topic)) owe(s, step::leave, topic);
}

void apply(state& s, const ended& e) {
  end(s, e.topic);
}

void apply(state& s, const closed& e) {
  s.who = e.who;
  s.is_closed = true;
  for (const auto& each : std::vector{s.topics}) end(s, each.topic);
}

void settle(state& s, const std::string& want) {
  std::erase_if(s.owed, [&want](const owed_command& each) { return each.key() == want; });
}

void apply(state& s, const settled& e) {
  settle(s, e.want);
}

/// Who was not let in need not leave.
void apply(state& s, const turned_away& e) {
  take_back(s, step::leave, e.topic);
  settle(s, e.want);
  const auto known = std::ranges::find(s.topics, e.topic, &followed_topic::topic);
  if (known != s.topics.end()) known->rejected = e.why;
}

want want_of(const state& s, const owed_command& owed) {
  const int shard = audience::shard_of(s.who);
  switch (owed.what) {
    case step::enlist:
      return {owed.key(), topic_ref(owed.topic), topic::command{topic::enlist{owed.topic, shard}}};
    case step::join:
      return {owed.key(), audience::ref(owed.topic, shard),
              audience::command{audience::join{s.who}}};
    case step::leave:
      break;
  }
  return {owed.key(), audience::ref(owed.topic, shard), audience::command{audience::leave{s.who}}};
}

}  // namespace

const followed_topic* topic_of(const state& now, const std::string& topic) {
  const auto found = std::ranges::find(now.topics, topic, &followed_topic::topic);
  return found == now.topics.end() ? nullptr : &*found;
}

std::string owed_command::key() const {
  return std::string{boost::describe::enum_to_string(what, "unknown")} + '-' + std::to_string(n);
}

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  std::vector<want> result;
  std::vector<std::string_view> asked;  // audiences that hear something already
  for (const auto& each : now.owed) {
    if (each.what != step::enlist) {
      if (std::ranges::find(asked, each.topic) != asked.end()) continue;
      asked.push_back(each.topic);
    }
    result.push_back(want_of(now, each));
  }
  return result;
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::follower
