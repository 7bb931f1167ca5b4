#include "tests/simulation/orders.hpp"

namespace rentwave::simulation {
namespace {

std::string name_of(const order& one) {
  return "command " + to_string(one.id) + " to " + to_string(one.to);
}

/// The map's value, if there is one.
template <class Map, class Key>
const typename Map::mapped_type* find(const Map& in, const Key& key) {
  const auto found = in.find(key);
  return found == in.end() ? nullptr : &found->second;
}

// Who asks by a second command for what a first one has done is told yes, and nothing happens: that
// is fine while the wish stands fulfilled.
template <class Command>
bool stands(const model&, const order&, const Command&) {
  return false;
}
bool stands(const model& all, const order& one, const login::sign_up& c) {
  const auto* found = find(all.logins, one.to.id);
  return found && found->account == c.account;
}
bool stands(const model& all, const order&, const session::start& c) {
  const auto* found = find(all.visits, c.id);
  return found && found->account == c.account;
}
bool stands(const model& all, const order& one, const session::end&) {
  const auto* found = find(all.visits, *parse_id<session_id>(one.to.id));
  return found && !found->open;
}
bool stands(const model& all, const order&, const listing::post& c) {
  const auto* found = find(all.adverts, c.id);
  return found && found->owner == c.owner;
}
bool stands(const model& all, const order& one, const listing::remove&) {
  const auto* found = find(all.adverts, *parse_id<listing_id>(one.to.id));
  return found && found->removed;
}
bool stands(const model& all, const order& one, const listing::unblock& c) {
  const auto* found = find(all.adverts, *parse_id<listing_id>(one.to.id));
  return found && !found->blocks.contains(c.id);
}
bool stands(const model& all, const order&, const rental::request& c) {
  const auto* found = find(all.deals, c.id);
  return found && found->renter == c.renter && found->listing == c.listing;
}
bool stands(const model& all, const order&, const wallet::top_up& c) {
  const auto* found = find(all.purses, c.owner);
  return found && found->payments.contains(c.payment);
}
bool stands(const model& all, const order&, const wallet::withdraw& c) {
  const auto* found = find(all.purses, c.owner);
  return found && found->payments.contains(c.payment);
}
bool stands(const model& all, const order& one, const inbox::mark_read& c) {
  const auto* found = find(all.read, one.caller);
  return found && *found >= c.up_to;
}

bool stands(const model& all, const order& one, const keyed_request::claim& c) {
  const auto* found = find(all.keyed_requests, one.to.id);
  return found && found->account == c.account && found->body_hash == c.body_hash;
}
bool stands(const model& all, const order& one, const keyed_request::finish&) {
  const auto* found = find(all.keyed_requests, one.to.id);
  return found && found->answer;
}

bool stands(const model& all, const order&, const webhook::create& c) {
  const auto* found = find(all.hooks, c.id);
  return found && found->owner == c.owner;
}

bool has_effect(const model& all, const order& one) {
  if (one.effect.empty() || all.effects.contains({one.to, one.id, one.effect})) return true;
  return std::visit(
      [&](const auto& body) {
        return std::visit([&](const auto& command) { return stands(all, one, command); }, body);
      },
      one.body);
}

}  // namespace

void orders::send(nodes& where, entity_ref to, any_command body, account_id caller,
                  std::string effect) {
  add(where, {where.fresh_id(), std::move(to), std::move(body), caller, std::move(effect)});
}

void orders::trespass(nodes& where, entity_ref to, any_command body, account_id caller) {
  add(where, {where.fresh_id(), std::move(to), std::move(body), caller, "nothing", true});
}

void orders::send_anew(nodes& where, std::size_t which) {
  auto& effect = all_[which].effect;
  // A change to what is so already is no event, whichever of the two comes second, and may be
  // undone by the end.
  if (effect == account::edited::type || effect.ends_with(".update")) effect.clear();
  // A block that was taken away would come back.
  if (effect == listing::blocked::type) return;
  auto again = all_[which];
  add(where, {where.fresh_id(), std::move(again.to), std::move(again.body), again.caller,
              std::move(again.effect), again.forbidden});
}

void orders::add(nodes& where, order one) {
  all_.push_back(std::move(one));
  send_again(where, all_.size() - 1);
  open_.back().fresh = true;
}

void orders::send_again(nodes& where, std::size_t which) {
  auto& one = all_[which];
  const int through = where.choose();
  if (!one.first_sent) one.first_sent = where.now_at(through);
  open_.push_back({which, through, one.accepted, false,
                   where.send(through, one.to, one.body, one.id, one.caller, *one.first_sent)});
}

void orders::settle(sending& one, const told& tell) {
  auto& about = all_[one.order];
  std::string line = to_string(about.id) + ' ';
  const auto* answer = one.answer.value();
  if (!answer) {
    about.unsure = true;
    ++errors_;
    if (!one.answer.done()) return tell(line + "nothing");
    const auto& error = std::get<caf::error>(**one.answer.slot);
    if (error == make_error(runtime_errc::not_mine) || error == make_error(runtime_errc::link_down))
      throw violation{about.to, name_of(about) + " was answered what is between nodes alone"};
    return tell(line + "error " + std::to_string(error.code()));
  }
  const auto* why = std::get_if<refusal>(answer);
  tell(line + (why ? to_string(why->code) + (" " + why->detail) : "accepted"));
  if (why) {
    ++refusals_;
    about.refused = true;
    if (one.was_accepted) about.recanted = why->code;
  } else {
    if (about.forbidden)
      throw violation{about.to, name_of(about) + " was accepted from a stranger"};
    if (!about.accepted) acknowledged_.push_back(one.order);
    about.accepted = true;
  }
}

void orders::collect(const told& tell) {
  for (auto& one : open_)
    if (one.answer.done()) settle(one, tell);
  std::erase_if(open_, [](const sending& one) { return one.answer.done(); });
}

std::vector<std::size_t> orders::give_up(const told& tell, int through) {
  std::vector<std::size_t> lost;
  collect(tell);
  for (auto& one : open_) {
    if (one.through != through) continue;
    settle(one, tell);
    lost.push_back(one.order);
  }
  std::erase_if(open_, [through](const sending& one) { return one.through == through; });
  return lost;
}

void orders::doubt(const std::function<bool(command_id)>& was_repeated) {
  for (auto& one : all_) one.unsure |= was_repeated(one.id);
}

void orders::check_all_answered() const {
  for (const auto& one : open_)
    throw violation{all_[one.order].to,
                    name_of(all_[one.order]) + " never had an answer, not even an error"};
}

void orders::check_acknowledged(const model& all) {
  for (const auto which : std::exchange(acknowledged_, {}))
    if (!has_effect(all, all_[which]))
      throw violation{all_[which].to,
                      name_of(all_[which]) + " was acknowledged, and is not in the journal"};
}

void orders::check_against(const model& all) const {
  for (const auto& one : all_) {
    if (one.accepted && !has_effect(all, one))
      throw violation{one.to, name_of(one) + " was acknowledged, and its " + one.effect +
                                  " is not in the journal"};
    const bool had_effect = all.commands.contains({one.to, one.id});
    if (one.recanted && had_effect)
      throw violation{one.to, name_of(one) + " was accepted, and its repeat was refused: " +
                                  to_string(*one.recanted)};
    if (!one.accepted && !one.unsure && one.refused && had_effect)
      throw violation{one.to, name_of(one) + " was refused, and changed something"};
  }
}

}  // namespace rentwave::simulation
