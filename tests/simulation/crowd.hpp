// The people: they post, rent, return (or not), pay, quarrel and repeat themselves, by the seed.
// What they know is what the checker has read from the journal so far.
#pragma once

#include <map>
#include <vector>

#include "tests/simulation/dice.hpp"
#include "tests/simulation/model.hpp"
#include "tests/simulation/orders.hpp"

namespace rentwave::simulation {

class crowd {
 public:
  crowd(std::uint64_t seed, int users) : dice_{seed}, users_{users} {}

  /// Everybody registers and tops up.
  void arrive(nodes& where, orders& book);
  /// What happens in one round.
  void act(nodes& where, orders& book, const model& known);
  /// After a crash: who had no answer mostly asks again, under the same id.
  void ask_again(nodes& where, orders& book, const std::vector<std::size_t>& unanswered);

 private:
  /// How a renter, or an owner, takes things.
  enum class temper { prompt, slow, careless };

  void act_on(nodes& where, orders& book, const deal& about);
  void act_as_renter(const deal& about, instant now);
  void act_as_owner(const deal& about);
  void post(const model* known = nullptr);
  void change_advert(const model& known);
  void change_blocks(const model& known);
  void change_photos(const model& known);
  void move_money();
  void request(const model& known);
  void review(const model& known);
  void repeat();
  // In crowd_people.cpp:
  void log_in(const model& known);
  void log_out(const model& known);
  void change_person(const model& known);
  void read_notices(const model& known);
  void use_key(const model& known);
  /// In crowd_follows.cpp.
  void follow(const model& known);
  /// In crowd_webhooks.cpp.
  void change_webhooks(const model& known);
  // In crowd_office.cpp:
  void leave(const model& known);
  void administrate(const model& known);
  void arbitrate(const model& known);
  // In crowd_people.cpp:
  void trespass(const model& known);
  void trespass_on_person(const model& known, account_id stranger);
  void trespass_on_wallet(account_id stranger);
  void trespass_on_key(const model& known, account_id stranger);
  void trespass_on_advert(const model& known, account_id stranger);
  void trespass_on_rental(const model& known, account_id stranger);
  void try_out_of_turn(const model& known);
  /// Has to be refused.
  void forbid(entity_ref to, any_command body, account_id caller);
  void issue(entity_ref to, any_command body, account_id caller, std::string_view effect);

  offer some_offer();
  temper temper_of(rental_id id, const char* role) const;
  account_id anyone() { return dice_.pick(people_); }

  dice dice_;
  int users_;
  std::vector<account_id> people_;
  std::int64_t editions_ = 0;
  nodes* world_ = nullptr;
  orders* book_ = nullptr;
};

}  // namespace rentwave::simulation
