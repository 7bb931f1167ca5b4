#include "tests/simulation/orders.hpp"

namespace rentwave::simulation {
namespace {

std::string name_of(const order& one) {
  return "command " + to_string(one.id) + " to " + to_string(one.to);
}

bool has_effect(const model& all, const order& one) {
  // Who removes an advert twice, by two commands, is told yes both times.
  if (one.effect == listing::removed::type) {
    const auto found = all.adverts.find(*parse_id<listing_id>(one.to.id));
    return found != all.adverts.end() && found->second.removed;
  }
  return all.effects.contains({one.to, one.id, one.effect});
}

}  // namespace

void orders::send(testing::world& where, entity_ref to, any_command body, account_id caller,
                  std::string effect) {
  all_.push_back(
      {where.fresh_id(), std::move(to), std::move(body), caller, std::move(effect), where.now()});
  send_again(where, all_.size() - 1);
  open_.back().fresh = true;
}

void orders::send_again(testing::world& where, std::size_t which) {
  const auto& one = all_[which];
  open_.push_back({which, life_, one.accepted, false,
                   where.send(one.to, one.body, one.id, one.caller, one.first_sent)});
}

void orders::settle(sending& one, const told& tell) {
  auto& about = all_[one.order];
  std::string line = to_string(about.id) + ' ';
  const auto* answer = one.answer.value();
  if (!answer) {
    about.unsure = true;
    ++errors_;
    return tell(line + (one.answer.done() ? "error" : "nothing"));
  }
  const auto* why = std::get_if<refusal>(answer);
  tell(line + (why ? to_string(why->code) : "accepted"));
  if (why) {
    ++refusals_;
    about.refused = true;
    if (one.was_accepted)
      throw violation{about.to, name_of(about) + " was accepted, and its repeat was refused: " +
                                    to_string(why->code)};
  } else {
    if (!about.accepted) acknowledged_.push_back(one.order);
    about.accepted = true;
  }
}

void orders::collect(const told& tell) {
  for (auto& one : open_)
    if (one.answer.done()) settle(one, tell);
  std::erase_if(open_, [](const sending& one) { return one.answer.done(); });
}

std::vector<std::size_t> orders::give_up(const told& tell) {
  std::vector<std::size_t> lost;
  collect(tell);
  for (auto& one : open_) {
    settle(one, tell);
    lost.push_back(one.order);
  }
  open_.clear();
  ++life_;
  return lost;
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
    if (!one.accepted && !one.unsure && one.refused && all.commands.contains({one.to, one.id}))
      throw violation{one.to, name_of(one) + " was refused, and changed something"};
  }
}

}  // namespace rentwave::simulation
