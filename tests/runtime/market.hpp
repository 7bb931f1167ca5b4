// A world with an owner, a renter and what they do, in one line each.
#pragma once

#include <string>

#include "tests/runtime/world.hpp"

namespace rentwave::testing {

inline offer sample_book() {
  offer content;
  content.title = "Meditations";
  content.terms.price = {{250}, time_unit::hour};
  content.terms.late_fee = {{300}, time_unit::hour};
  content.terms.max_late_periods = 10;
  content.terms.deposit = {2'000};
  content.min_duration = one_hour;
  content.max_duration = one_day * 14;
  content.where = {"Berlin", "DE", {}, {}, {}};
  content.item = book_details{"9780140449334", "Meditations", "Marcus Aurelius"};
  return content;
}

struct market {
  explicit market(node_options options = small()) : world{std::move(options)} {
    owner = person("owner");
    renter = person("renter");
  }

  static node_options small() {
    node_options options;
    options.partitions = 4;
    return options;
  }

  template <class Id>
  Id fresh() {
    return Id{world.fresh_id().value};
  }

  account_id person(const std::string& name) {
    const auto id = derive_id<account_id>(account_id{}, name);
    login::sign_up command{name, id, {"hash"}, {name}, {}, {}};
    world.ask(login_ref(name), login::command{command});
    return id;
  }

  void top_up(account_id whom, money amount) {
    wallet::top_up command{whom, fresh<payment_id>(), amount};
    world.ask(wallet_ref(whom), wallet::command{command}, whom);
  }

  /// May be answered by an error, or not at all.
  pending<outcome> try_top_up(account_id whom, money amount) {
    const wallet::top_up command{whom, fresh<payment_id>(), amount};
    auto waiting = world.send(wallet_ref(whom), wallet::command{command}, world.fresh_id(), whom);
    world.run();
    return waiting;
  }

  listing_id advertise(offer content = sample_book()) {
    const auto id = fresh<listing_id>();
    world.ask(listing_ref(id), listing::command{listing::post{id, owner, std::move(content)}},
              owner);
    return id;
  }

  rental_id ask_for(listing_id listing, account_id who, duration length) {
    const auto id = fresh<rental_id>();
    rental::request command;
    command.id = id;
    command.listing = listing;
    command.renter = who;
    command.length = length;
    world.send(rental_ref(id), rental::command{command}, world.fresh_id(), who);
    return id;
  }
  rental_id book(listing_id listing, account_id who, instant start, duration length) {
    rental::request command;
    command.id = fresh<rental_id>();
    command.listing = listing;
    command.renter = who;
    command.starts_at = start;
    command.length = length;
    world.ask(rental_ref(command.id), rental::command{command}, who);
    return command.id;
  }
  rental_id rent(listing_id listing, duration length) {
    const auto id = ask_for(listing, renter, length);
    world.run();
    return id;
  }

  bool accepts(entity_ref to, any_command body, account_id caller) {
    return !std::holds_alternative<refusal>(world.ask(std::move(to), std::move(body), caller));
  }

  rentwave::rental::state rental(rental_id id) {
    return world.look(rental_ref(id))->as<rental::state>();
  }
  rentwave::wallet::state wallet(account_id id) {
    return world.look(wallet_ref(id))->as<wallet::state>();
  }
  rentwave::inbox::state inbox(account_id id) {
    return world.look(inbox_ref(id))->as<inbox::state>();
  }
  rentwave::listing::state listing(listing_id id) {
    return world.look(listing_ref(id))->as<listing::state>();
  }

  void pass(duration real) { world.pass(real); }

  testing::world world;
  account_id owner;
  account_id renter;
};

}  // namespace rentwave::testing
