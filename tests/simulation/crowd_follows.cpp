// What people follow: kinds, books, adverts and each other, and what they have had enough of.
#include "actors/domain/topic_name.hpp"
#include "tests/simulation/crowd.hpp"

namespace rentwave::simulation {
namespace {

template <class Map>
const auto& one_of(dice& dice, const Map& all) {
  return *std::next(all.begin(), dice.between(0, std::ssize(all) - 1));
}

}  // namespace

void crowd::follow(const model& known) {
  const auto who = anyone();
  const auto mine = known.follows.find(who);
  const bool has_some = mine != known.follows.end() && !mine->second.empty();
  // An order that changes nothing is as good as one that does: hence no effect to be looked for.
  if (has_some && dice_.one_in(3)) {
    auto topic = one_of(dice_, mine->second);
    issue(follower_ref(who), follower::command{follower::unfollow{topic}}, who, "");
    // And changes his mind again before it is known everywhere.
    if (dice_.one_in(4))
      issue(follower_ref(who), follower::command{follower::follow{who, topic}}, who, "");
    return;
  }
  static const std::vector kinds{item_kind::book, item_kind::vehicle, item_kind::room};
  std::string topic = topic_of(dice_.pick(kinds));
  const auto drawn = dice_.between(0, 3);
  if (drawn == 1) topic = topic_of(anyone());
  if (drawn >= 2 && !known.adverts.empty()) {
    const auto& [id, one] = one_of(dice_, known.adverts);
    const auto* book = std::get_if<book_details>(&one.content.item);
    topic = drawn == 2 && book ? topic_of_isbn(book->isbn) : topic_of(id);
  }
  issue(follower_ref(who), follower::command{follower::follow{who, std::move(topic)}}, who, "");
}

}  // namespace rentwave::simulation
