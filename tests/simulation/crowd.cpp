#include "tests/simulation/crowd.hpp"

namespace rentwave::simulation {
namespace {

using std::chrono::minutes;

/// As many as an advert may show, so that none is refused when it is asked for again.
constexpr int photo_ids = listing::max_photos;

std::string_view added_type(item_kind kind) {
  if (kind == item_kind::book) return "book.add";
  return kind == item_kind::vehicle ? "vehicle.add" : "room.add";
}

std::string_view updated_type(item_kind kind) {
  if (kind == item_kind::book) return "book.update";
  return kind == item_kind::vehicle ? "vehicle.update" : "room.update";
}

}  // namespace

void crowd::issue(entity_ref to, any_command body, account_id caller, std::string_view effect) {
  book_->send(*world_, std::move(to), std::move(body), caller, std::string{effect});
  // A double click.
  if (dice_.one_in(25)) book_->send_again(*world_, book_->size() - 1);
}

void crowd::arrive(nodes& where, orders& book) {
  world_ = &where;
  book_ = &book;
  for (int i = 0; i < users_; ++i) {
    const auto name = "user" + std::to_string(i);
    const auto id = derive_id<account_id>(account_id{}, name);
    people_.push_back(id);
    login::sign_up command{name, id, {"hash"}, {name}, {}, {}};
    issue(login_ref(name), login::command{command}, id, login::signed_up::type);
    if (dice_.one_in(6)) {
      // Two people want one name.
      command.account = account_id{where.fresh_id().value};
      issue(login_ref(name), login::command{command}, command.account, login::signed_up::type);
    }
    const money amount{dice_.between(0, 40'000) + 1};
    const wallet::top_up pay_in{id, payment_id{where.fresh_id().value}, amount};
    issue(wallet_ref(id), wallet::command{pay_in}, id, wallet::top_up_requested::type);
  }
  for (int i = 0; i < users_; ++i) post();
}

void crowd::act(nodes& where, orders& book, const model& known) {
  world_ = &where;
  book_ = &book;
  for (const auto& [id, one] : known.deals)
    if (!one.is_final()) act_on(where, book, one);
  if (dice_.percent(90)) request(known);
  if (dice_.percent(40)) request(known);
  if (dice_.percent(35)) move_money();
  if (dice_.percent(40)) review(known);
  if (dice_.percent(8)) change_advert(known);
  if (dice_.percent(10)) change_blocks(known);
  if (dice_.percent(6) && std::ssize(known.adverts) < 6 * users_) post(&known);
  if (dice_.percent(25)) repeat();
  if (dice_.percent(8)) log_in(known);
  if (dice_.percent(6)) log_out(known);
  if (dice_.percent(4)) change_person(known);
  if (dice_.percent(8)) read_notices(known);
  if (dice_.percent(8)) use_key(known);
  if (dice_.percent(3)) leave(known);
  if (dice_.percent(6)) administrate(known);
  if (dice_.percent(8)) arbitrate(known);
  if (dice_.percent(12)) follow(known);
  if (dice_.percent(10)) change_webhooks(known);
  if (dice_.percent(10)) trespass(known);
  if (dice_.percent(4)) try_out_of_turn(known);
  if (dice_.percent(8)) change_photos(known);
}

void crowd::ask_again(nodes& where, orders& book, const std::vector<std::size_t>& unanswered) {
  world_ = &where;
  book_ = &book;
  for (const auto which : unanswered)
    if (dice_.percent(80)) book.send_again(where, which);
}

/// Mostly what was asked just now, sometimes what was asked long ago.
void crowd::repeat() {
  const auto size = static_cast<std::int64_t>(book_->size());
  const auto back = dice_.one_in(4) ? size - 1 : std::min<std::int64_t>(size - 1, 30);
  const auto which = static_cast<std::size_t>(size - 1 - dice_.between(0, back));
  if (dice_.one_in(4))
    book_->send_anew(*world_, which);
  else
    book_->send_again(*world_, which);
}

// --- money and adverts ---

void crowd::move_money() {
  const auto who = anyone();
  const payment_id id{world_->fresh_id().value};
  const money amount{dice_.between(dice_.one_in(20) ? -5 : 1, 20'000)};
  if (dice_.percent(60)) {
    issue(wallet_ref(who), wallet::command{wallet::top_up{who, id, amount}}, who,
          wallet::top_up_requested::type);
  } else {
    issue(wallet_ref(who), wallet::command{wallet::withdraw{who, id, amount}},
          dice_.one_in(30) ? anyone() : who, wallet::withdrawn::type);
  }
}

offer crowd::some_offer() {
  static const std::vector<std::string> isbns{"9780140449334", "9780141439518", "9780199535569"};
  static const std::vector units{time_unit::hour, time_unit::day};
  static const std::vector policies{cancellation_policy::flexible, cancellation_policy::moderate,
                                    cancellation_policy::strict};
  offer content;
  content.title = "Item " + std::to_string(++editions_);
  auto& terms = content.terms;
  terms.price = {{dice_.between(0, 300)}, dice_.pick(units)};
  terms.late_fee = {{dice_.between(0, 900)}, dice_.pick(units)};
  terms.grace = minutes{dice_.between(0, 8) * 15};
  terms.max_late_periods =
      static_cast<int>(dice_.between(0, terms.late_fee.per == time_unit::hour ? 20 : 4));
  terms.deposit = {dice_.one_in(3) ? 0 : dice_.between(1, 4'000)};
  terms.cancellation = dice_.pick(policies);
  content.min_duration = one_hour;
  content.max_duration = one_day * dice_.between(1, 6);
  content.where = {"Berlin", "DE", {}, {}, {}};
  switch (dice_.between(0, 2)) {
    case 0:
      content.item = book_details{dice_.pick(isbns), content.title, "Somebody"};
      break;
    case 1:
      content.item = vehicle_details{"car", "VW", "Golf", 2020, 5, 380, "manual", "petrol"};
      break;
    default:
      content.item = room_details{2, 1, 1, {"balcony"}};
      break;
  }
  return content;
}

/// A gateway lets nobody post who is not welcome.
void crowd::post(const model* known) {
  const auto owner = anyone();
  if (known) {
    const auto found = known->characters.find(owner);
    if (found != known->characters.end() && found->second.now != account::standing::good) return;
  }
  const listing_id id{world_->fresh_id().value};
  const auto content = some_offer();
  issue(listing_ref(id), listing::command{listing::post{id, owner, content}}, owner,
        added_type(content.kind()));
}

void crowd::change_advert(const model& known) {
  if (known.adverts.empty()) return;
  const auto& [id, one] =
      *std::next(known.adverts.begin(), dice_.between(0, std::ssize(known.adverts) - 1));
  const auto who = dice_.one_in(20) ? anyone() : one.owner;
  if (dice_.one_in(6)) {
    issue(listing_ref(id), listing::command{listing::remove{}}, who, listing::removed::type);
    return;
  }
  listing::update change;
  auto content = one.content;
  // Every text is new, so an update that is accepted has an effect.
  content.description = "Edition " + std::to_string(++editions_);
  if (dice_.one_in(2)) {
    const auto other = some_offer();
    content.terms = other.terms;
    content.max_duration = other.max_duration;
    if (other.kind() == content.kind()) content.item = other.item;
  }
  change.content = content;
  if (dice_.one_in(2)) change.active = one.active ? dice_.one_in(3) : true;
  if (!one.active && dice_.one_in(2)) change.active = true;
  if (dice_.one_in(2)) change.revision = one.revision;
  issue(listing_ref(id), listing::command{change}, who, updated_type(content.kind()));
}

/// An owner keeps the item for some hours, or lets go of it.
void crowd::change_blocks(const model& known) {
  if (known.adverts.empty()) return;
  const auto& [id, one] =
      *std::next(known.adverts.begin(), dice_.between(0, std::ssize(known.adverts) - 1));
  const auto who = dice_.one_in(20) ? anyone() : one.owner;
  if (!one.blocks.empty() && dice_.one_in(3)) {
    const auto& block =
        *std::next(one.blocks.begin(), dice_.between(0, std::ssize(one.blocks) - 1));
    issue(listing_ref(id), listing::command{listing::unblock{block.first}}, who,
          listing::unblocked::type);
    return;
  }
  const instant start = world_->now() + minutes{dice_.between(-60, 4 * 24 * 60)};
  const period when{start, start + minutes{dice_.between(0, 20 * 60)}};
  const listing::block wish{block_id{world_->fresh_id().value}, when, "mine"};
  issue(listing_ref(id), listing::command{wish}, who, listing::blocked::type);
}

/// An owner shows a photo, which may be there already, or takes one away. What has no event is
/// decided afresh when it is repeated, so none is expected.
void crowd::change_photos(const model& known) {
  if (known.adverts.empty()) return;
  const auto& [id, one] =
      *std::next(known.adverts.begin(), dice_.between(0, std::ssize(known.adverts) - 1));
  const auto who = dice_.one_in(20) ? anyone() : one.owner;
  photo what{{}, photo_type::jpeg, 3, 2, 100};
  what.id.digest[0] = static_cast<std::uint8_t>(dice_.between(1, photo_ids));
  if (dice_.one_in(3))
    issue(listing_ref(id), listing::command{listing::remove_photo{what.id}}, who, "");
  else
    issue(listing_ref(id), listing::command{listing::add_photo{what}}, who, "");
}

// --- rentals ---

void crowd::request(const model& known) {
  if (known.adverts.empty()) return;
  const auto& [listing, one] =
      *std::next(known.adverts.begin(), dice_.between(0, std::ssize(known.adverts) - 1));
  const auto now = world_->now();
  rental::request wish;
  wish.id = rental_id{world_->fresh_id().value};
  wish.listing = dice_.one_in(60) ? listing_id{world_->fresh_id().value} : listing;
  wish.renter = dice_.one_in(20) ? one.owner : anyone();
  if (dice_.percent(40)) wish.starts_at = now + minutes{dice_.between(-2, 4 * 24 * 60)};
  // As soon as the one before has to be back: who is late keeps the next one waiting.
  if (!one.calendar.empty() && dice_.percent(50)) {
    const auto& taken =
        *std::next(one.calendar.begin(), dice_.between(0, std::ssize(one.calendar) - 1));
    if (taken.second.end > now)
      wish.starts_at = taken.second.end + minutes{dice_.between(0, 2) * 10};
  }
  const bool daily = one.content.terms.price.per == time_unit::day;
  duration length =
      minutes{daily ? dice_.between(6 * 60, 3 * 24 * 60) : dice_.between(40, 20 * 60)};
  if (dice_.one_in(3)) length = std::chrono::floor<std::chrono::hours>(length);
  if (dice_.one_in(40)) length = one_day * 20;
  if (dice_.one_in(60)) length = -length;
  if (dice_.one_in(3))
    wish.ends_at = wish.starts_at.value_or(now) + length;
  else
    wish.length = length;
  if (dice_.one_in(60))
    wish.length = wish.ends_at.has_value() ? std::optional{length} : std::nullopt;
  if (dice_.one_in(4)) wish.expected_price = price_of(one.content.terms.price, length);
  if (dice_.one_in(40)) wish.expected_price = money{dice_.between(0, 500)};
  const auto renter = wish.renter;
  issue(rental_ref(wish.id), rental::command{wish}, dice_.one_in(60) ? anyone() : renter,
        rental::requested::type);
}

/// Mostly what is over, whether it was reviewed before or not.
void crowd::review(const model& known) {
  std::vector<const deal*> rented;
  const bool any = dice_.one_in(10);
  for (const auto& [id, one] : known.deals)
    if (one.agreed && (any || one.paid)) rented.push_back(&one);
  if (rented.empty()) return;
  const auto& one = *dice_.pick(rented);
  const rental::review wish{static_cast<int>(dice_.between(1, 5)), "What can one say."};
  issue(rental_ref(one.id), rental::command{wish}, dice_.one_in(2) ? one.renter : one.agreed->owner,
        rental::reviewed::type);
}

crowd::temper crowd::temper_of(rental_id id, const char* role) const {
  const auto drawn = derive_id<rental_id>(id, role).value.data[15] % 10;
  if (drawn < 5) return temper::prompt;
  return drawn < 8 ? temper::slow : temper::careless;
}

void crowd::act_on(nodes& where, orders&, const deal& about) {
  act_as_renter(about, where.now());
  act_as_owner(about);
}

void crowd::act_as_renter(const deal& about, instant now) {
  const auto give = [&](rental::command what, std::string_view effect) {
    issue(rental_ref(about.id), std::move(what), about.renter, effect);
  };
  if (about.is_out()) {
    const auto left = about.due - now;
    int chance = left < one_hour ? 40 : 2;
    switch (temper_of(about.id, "renter")) {
      case temper::prompt:
        break;
      case temper::slow:
        chance = left < -2 * one_hour ? 12 : 0;
        break;
      case temper::careless:
        chance = left < -one_day ? 1 : 0;
        break;
    }
    if (dice_.percent(chance)) return give(rental::give_back{}, rental::returned::type);
  }
  const bool may_extend =
      about.now == rental::status::active || about.now == rental::status::booked;
  if (may_extend && dice_.percent(about.due - now < one_hour * 3 ? 10 : 1)) {
    const instant until = about.due + minutes{dice_.between(-30, 24 * 60)};
    return give(rental::extend{until}, rental::extension_requested::type);
  }
  const bool may_cancel = about.now == rental::status::pending ||
                          about.now == rental::status::booked ||
                          about.now == rental::status::waiting;
  if (may_cancel && dice_.percent(1)) give(rental::cancel{}, rental::cancelled::type);
}

void crowd::act_as_owner(const deal& about) {
  if (!about.agreed) return;
  const auto owner = about.agreed->owner;
  const auto give = [&](rental::command what, std::string_view effect) {
    issue(rental_ref(about.id), std::move(what), owner, effect);
  };
  const auto mood = temper_of(about.id, "owner");
  if (about.now == rental::status::returned && mood != temper::careless) {
    if (dice_.percent(mood == temper::prompt ? 25 : 4)) {
      const auto most = about.agreed->terms.deposit.cents;
      const money claim{dice_.one_in(3) ? dice_.between(0, most + most / 10) : 0};
      return give(rental::confirm{claim, "a scratch"}, rental::completed::type);
    }
    if (dice_.percent(4)) return give(rental::dispute{"where is it?"}, rental::disputed::type);
  }
  if (about.is_out() && mood == temper::slow && dice_.one_in(150))
    return give(rental::give_back{}, rental::returned::type);
  if (about.now == rental::status::booked && dice_.one_in(200))
    give(rental::cancel{}, rental::cancelled::type);
}

}  // namespace rentwave::simulation
