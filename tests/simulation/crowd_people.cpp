// What people do beside renting: they log in and out, change password and profile, read what they
// are told; and some try what is not theirs to do.
#include "tests/simulation/crowd.hpp"

namespace rentwave::simulation {
namespace {

template <class Map>
const auto& any_of(dice& dice, const Map& all) {
  return *std::next(all.begin(), dice.between(0, std::ssize(all) - 1));
}

}  // namespace

void crowd::forbid(entity_ref to, any_command body, account_id caller) {
  book_->trespass(*world_, std::move(to), std::move(body), caller);
}

void crowd::log_in(const model& known) {
  if (known.logins.empty()) return;
  const auto& [name, one] = any_of(dice_, known.logins);
  const session_id id{world_->fresh_id().value};
  // Whose password has changed meanwhile is logged out at once.
  const int version = dice_.one_in(10) ? one.password_version - 1 : one.password_version;
  session::start command{id, one.account, name, version, {"browser"}, {"::1"}};
  if (!known.visits.empty() && dice_.one_in(4)) {
    // By a session of one's own, mostly; somebody else's is not in the list.
    const auto by = one.sessions.empty() || dice_.one_in(10) ? any_of(dice_, known.visits).first
                                                             : dice_.pick(one.sessions);
    const auto now = world_->now();
    const auto until = now + one_hour * dice_.between(1, 48);
    command.program = session::grant{{"a program"}, {scope::read}, until, by, now};
  }
  issue(session_ref(id), session::command{command}, one.account, session::started::type);
}

void crowd::log_out(const model& known) {
  if (known.visits.empty()) return;
  const auto& [id, one] = any_of(dice_, known.visits);
  issue(session_ref(id), session::command{session::end{}}, one.account, session::ended::type);
}

void crowd::change_person(const model& known) {
  if (known.logins.empty()) return;
  const auto& [name, one] = any_of(dice_, known.logins);
  if (dice_.one_in(3)) {
    std::optional<session_id> keep;
    if (!one.sessions.empty() && dice_.one_in(2)) keep = dice_.pick(one.sessions);
    login::change_password command{one.password_version, {"hash"}, keep};
    issue(login_ref(name), login::command{command}, one.account, login::password_changed::type);
    return;
  }
  // Every name is new, so an edit that is accepted has an effect.
  account::edit change;
  change.display_name = personal{"Name " + std::to_string(++editions_)};
  if (known.accounts.contains(one.account))
    issue(account_ref(one.account), account::command{change}, one.account, account::edited::type);
}

void crowd::read_notices(const model& known) {
  if (known.cursors.empty()) return;
  const auto& [whose, last] = any_of(dice_, known.cursors);
  const auto read = known.read.find(whose);
  const auto up_to = dice_.between(read == known.read.end() ? 1 : read->second, last);
  issue(inbox_ref(whose), inbox::command{inbox::mark_read{up_to}}, whose, inbox::read::type);
}

/// Claims a new key, or answers under one that was claimed, maybe for the second time.
void crowd::use_key(const model& known) {
  if (known.keyed_requests.empty() || dice_.one_in(2)) {
    const auto who = anyone();
    issue(keyed_request_ref(world_->fresh_id().value),
          keyed_request::command{keyed_request::claim{who, "hash"}}, who,
          keyed_request::claimed::type);
    return;
  }
  const auto& [id, one] = any_of(dice_, known.keyed_requests);
  keyed_request::finish command{{201, "/here", "", {"answer " + std::to_string(++editions_)}}};
  issue({entity_kind::keyed_request, id}, keyed_request::command{command}, one.account,
        keyed_request::finished::type);
}

/// Nothing of this may succeed.
void crowd::trespass(const model& known) {
  const account_id stranger{world_->fresh_id().value};
  switch (dice_.between(0, 4)) {
    case 0:
      return trespass_on_person(known, stranger);
    case 4:
      return trespass_on_key(known, stranger);
    case 1:
      return trespass_on_wallet(stranger);
    case 2:
      return trespass_on_advert(known, stranger);
    default:
      return trespass_on_rental(known, stranger);
  }
}

void crowd::trespass_on_person(const model& known, account_id stranger) {
  if (known.logins.empty()) return;
  const auto& [name, one] = any_of(dice_, known.logins);
  switch (dice_.between(0, 5)) {
    case 5:
      return forbid(follower_ref(one.account),
                    follower::command{follower::follow{one.account, "book"}}, stranger);
    case 0: {
      login::sign_up taken{name, stranger, {"hash"}, {name}, {}, {}};
      return forbid(login_ref(name), login::command{taken}, stranger);
    }
    case 1: {
      login::change_password change{one.password_version, {"mine"}, {}};
      return forbid(login_ref(name), login::command{change}, stranger);
    }
    case 2:
      return forbid(account_ref(one.account),
                    account::command{account::edit{personal{"Eve"}, {}, {}}}, stranger);
    case 3: {
      if (known.visits.empty()) return;
      const auto& [id, visit] = any_of(dice_, known.visits);
      return forbid(session_ref(id), session::command{session::end{}}, stranger);
    }
    default: {
      if (known.cursors.empty()) return;
      const auto& [whose, last] = any_of(dice_, known.cursors);
      return forbid(inbox_ref(whose), inbox::command{inbox::mark_read{last}}, stranger);
    }
  }
}

void crowd::trespass_on_wallet(account_id stranger) {
  const auto who = anyone();
  const payment_id payment{world_->fresh_id().value};
  if (dice_.one_in(2))
    forbid(wallet_ref(who), wallet::command{wallet::top_up{who, payment, {100}}}, stranger);
  else
    forbid(wallet_ref(who), wallet::command{wallet::withdraw{who, payment, {100}}}, stranger);
}

void crowd::trespass_on_key(const model& known, account_id stranger) {
  if (known.keyed_requests.empty()) return;
  const auto& [id, one] = any_of(dice_, known.keyed_requests);
  const entity_ref to{entity_kind::keyed_request, id};
  switch (dice_.between(0, 2)) {
    case 0:
      return forbid(to, keyed_request::command{keyed_request::claim{stranger, one.body_hash}},
                    stranger);
    case 1:
      return forbid(to, keyed_request::command{keyed_request::claim{one.account, "other hash"}},
                    one.account);
    default:
      return forbid(to, keyed_request::command{keyed_request::finish{{201, "", "", {"mine"}}}},
                    stranger);
  }
}

void crowd::trespass_on_advert(const model& known, account_id stranger) {
  if (known.adverts.empty()) return;
  const auto& [id, one] = any_of(dice_, known.adverts);
  switch (dice_.between(0, 4)) {
    case 0:
      return forbid(listing_ref(id), listing::command{listing::remove{}}, stranger);
    case 3: {
      const auto now = world_->now();
      const listing::block wish{block_id{world_->fresh_id().value}, {now, now + one_hour}, ""};
      return forbid(listing_ref(id), listing::command{wish}, stranger);
    }
    case 1:
      return forbid(listing_ref(id), listing::command{listing::update{{}, {}, !one.active}},
                    stranger);
    case 2:
      return forbid(listing_ref(id), listing::command{listing::post{id, stranger, one.content}},
                    stranger);
    default:
      // The owner, who has read what is not there any more.
      return forbid(listing_ref(id),
                    listing::command{listing::update{one.revision - 1, {}, !one.active}},
                    one.owner);
  }
}

void crowd::trespass_on_rental(const model& known, account_id stranger) {
  if (known.deals.empty()) return;
  const auto& [id, one] = any_of(dice_, known.deals);
  const auto to = rental_ref(id);
  const std::vector<rental::command> actions{rental::give_back{},
                                             rental::confirm{},
                                             rental::dispute{"?"},
                                             rental::cancel{},
                                             rental::extend{one.due + one_hour},
                                             rental::review{5, "Great!"}};
  switch (dice_.between(0, 5)) {
    case 0:
      // What nobody ever asked for.
      return forbid(rental_ref(rental_id{world_->fresh_id().value}), dice_.pick(actions),
                    one.renter);
    case 1:
      return forbid(to, rental::command{rental::confirm{}}, one.renter);
    case 2:
      return forbid(to, rental::command{rental::dispute{"?"}}, one.renter);
    case 3:
      if (!one.agreed) return;
      return forbid(to, rental::command{rental::extend{one.due + one_hour}}, one.agreed->owner);
    case 4:
      return forbid(to, rental::command{rental::review{6, "Beyond all stars."}}, one.renter);
    default:
      return forbid(to, dice_.pick(actions), stranger);
  }
}

/// The right person at any moment, mostly the wrong one.
void crowd::try_out_of_turn(const model& known) {
  if (known.deals.empty()) return;
  const auto& [id, one] = any_of(dice_, known.deals);
  const auto owner = one.agreed ? one.agreed->owner : one.renter;
  const auto give = [&](rental::command what, account_id who, std::string_view effect) {
    issue(rental_ref(id), std::move(what), who, effect);
  };
  switch (dice_.between(0, 4)) {
    case 0:
      if (one.is_out()) return;  // too often, and everything would come back in time
      return give(rental::give_back{}, one.renter, rental::returned::type);
    case 1:
      return give(rental::confirm{}, owner, rental::completed::type);
    case 2:
      return give(rental::dispute{"?"}, owner, rental::disputed::type);
    case 3:
      if (!one.is_final() && !one.is_out()) return;
      return give(rental::cancel{}, one.renter, rental::cancelled::type);
    default:
      return give(rental::extend{one.due + one_hour}, one.renter,
                  rental::extension_requested::type);
  }
}

}  // namespace rentwave::simulation
