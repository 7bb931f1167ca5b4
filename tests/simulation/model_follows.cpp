// Who follows what, and that each is told of what happens there: all who followed it when it
// happened, nobody twice, and nobody of his own doing.
#include <algorithm>

#include "actors/domain/topic_name.hpp"
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

/// The audience's id is the topic and the shard.
std::string topic_of_audience(const stored_event& event) {
  const auto dot = event.entity.id.rfind('.');
  expect(dot != std::string::npos, event, "the audience of no topic");
  return event.entity.id.substr(0, dot);
}

/// In an audience that the topic knows of, and not about to leave it: nothing may pass by.
bool is_firm(const model& all, account_id who, const std::string& topic) {
  const auto shards = all.enlisted.find(topic);
  return all.firm.contains({topic, who}) && shards != all.enlisted.end() &&
         shards->second.contains(audience::shard_of(who));
}

struct topic_events {
  model& all;
  const stored_event& event;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  void operator()(const topic::enlisted& e) const {
    check(e.topic == event.entity.id, "of another topic");
    check(all.enlisted[e.topic].insert(e.shard).second, "the shard is enlisted twice");
  }
  void operator()(const topic::announced& e) const {
    auto& here = all.announcements[event.entity.id];
    check(e.n == here.last + 1, "announcements are not numbered one by one");
    check(here.about.insert(e.about).second, "it is announced twice");
    here.last = e.n;
    here.pending.insert(e.n);
  }
  void operator()(const topic::stepped& e) const {
    auto& here = all.announcements[event.entity.id];
    check(here.pending.contains(e.n), "a step of what is not announced, or done");
    check(e.people <= topic::people_a_step, "a step of too many");
    if (e.missed) here.missed.insert(e.n);
    // Who was missed has another round.
    if (!e.next && here.missed.erase(e.n) == 0) here.pending.erase(e.n);
  }
};

struct follower_events {
  model& all;
  const stored_event& event;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  /// What was not told by now need not be any more.
  void forget(account_id who, const std::string& topic) const {
    all.firm.erase({topic, who});
    for (auto& [key, one] : all.reports)
      if (std::ranges::find(one.topics, topic) != one.topics.end()) one.due.erase(who);
  }
  void operator()(const follower::began& e) const {
    check(event.actor == to_string(e.who) && event.entity.id == to_string(e.who),
          "by somebody else");
    check(all.follows[e.who].insert(e.topic).second, "what is followed already");
    all.ever_followed[e.who].insert(e.topic);
  }
  void operator()(const follower::ended& e) const {
    const auto who = *parse_id<account_id>(event.entity.id);
    check(event.actor == event.entity.id, "by somebody else");
    check(all.follows[who].erase(e.topic) == 1, "what is not followed");
    forget(who, e.topic);
  }
  void operator()(const follower::closed& e) const {
    check(to_string(e.who) == event.entity.id, "of somebody else");
    check(all.characters[e.who].now == account::standing::erased, "of somebody who has not left");
    for (const auto& topic : std::exchange(all.follows[e.who], {})) forget(e.who, topic);
  }
  void operator()(const follower::settled&) const {}
  void operator()(const follower::turned_away&) const { check(false, "there was room"); }
};

}  // namespace

void see_topic(model& all, const stored_event& event) {
  std::visit(topic_events{all, event}, read<topic::event>(event));
}

void see_follower(model& all, const stored_event& event) {
  std::visit(follower_events{all, event}, read<follower::event>(event));
}

void see_audience(model& all, const stored_event& event) {
  const auto topic = topic_of_audience(event);
  const auto happened = read<audience::event>(event);
  if (const auto* joined = std::get_if<audience::joined>(&happened)) {
    expect(audience::ref(topic, audience::shard_of(joined->who)) == event.entity, event,
           "in another shard");
    expect(all.ever_followed[joined->who].contains(topic), event, "who never wanted to");
    expect(all.fans[topic].insert(joined->who).second, event, "who has joined already");
    // Who has changed his mind meanwhile may be about to leave.
    if (all.follows[joined->who].contains(topic)) all.firm.emplace(topic, joined->who);
  } else {
    expect(all.fans[topic].erase(std::get<audience::left>(happened).who) == 1, event,
           "who has never joined");
  }
}

void note_news(model& all, const stored_event& event, listing_id about, account_id owner,
               std::vector<std::string> topics) {
  auto& one = all.reports[{event.type, about, event.time}];
  one.owner = owner;
  one.topics = std::move(topics);
  ++one.times;
  for (const auto& [who, followed] : all.follows)
    if (who != owner && std::ranges::any_of(one.topics, [&](const auto& topic) {
          return is_firm(all, who, topic);
        }))
      ++one.due[who];
}

void see_news(model& all, const stored_event& event, account_id whom, const inbox::notice& notice) {
  expect(notice.listing.has_value(), event, "it is about nothing");
  const auto found = all.reports.find({notice.type, *notice.listing, notice.time});
  expect(found != all.reports.end(), event, "news of what never happened");
  auto& one = found->second;
  expect(whom != one.owner, event, "news of one's own doing");
  expect(
      std::ranges::any_of(
          one.topics, [&](const auto& topic) { return all.ever_followed[whom].contains(topic); }),
      event, "news for somebody who never followed it");
  expect(++one.told[whom] <= one.times, event, "the news is told twice");
}

void check_follows(const model& all) {
  for (const auto& [key, one] : all.reports)
    for (const auto& [who, times] : one.due) {
      if (all.closed_inboxes.contains(who)) continue;
      const auto told = one.told.find(who);
      if (told == one.told.end() || told->second < times)
        throw violation{inbox_ref(who), "was never told of " + std::get<0>(key) + " of " +
                                            to_string(std::get<1>(key))};
    }
  for (const auto& [topic, here] : all.announcements)
    if (!here.pending.empty()) throw violation{topic_ref(topic), "has not told everybody"};
  std::map<std::string, std::set<account_id>> expected;
  for (const auto& [who, topics] : all.follows) {
    const auto character = all.characters.find(who);
    if (character != all.characters.end() && !topics.empty() &&
        character->second.now == account::standing::erased)
      throw violation{follower_ref(who), "has left, and follows " + *topics.begin()};
    for (const auto& topic : topics) expected[topic].insert(who);
  }
  for (const auto& [topic, fans] : all.fans)
    if (fans != expected[topic])
      throw violation{topic_ref(topic), "its audiences are not those who follow it"};
}

}  // namespace rentwave::simulation
