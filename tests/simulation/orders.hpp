// What people asked for and what they were answered: each order has a command id, is sent once or
// more, and each sending has an answer, an error, or none (the process died).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/simulation/model.hpp"
#include "tests/simulation/nodes.hpp"

namespace rentwave::simulation {

struct order {
  command_id id;
  entity_ref to;
  any_command body;
  account_id caller;
  std::string effect;  ///< the type of an event that it has if it is accepted; empty: maybe none
  bool forbidden = false;               ///< it has to be refused
  std::optional<instant> first_sent{};  ///< by the domain clock of the node that was asked first
  bool accepted = false;
  std::optional<refusal_code> recanted{};  ///< it was accepted, and its repeat was not
  bool refused = false;
  bool unsure = false;  ///< an error, or no answer
};

struct sending {
  std::size_t order = 0;
  int through = 0;            ///< which node
  bool was_accepted = false;  ///< the order, before this sending: the answer must be the same
  bool fresh = true;          ///< the order's first sending
  testing::pending<outcome> answer;
};

class orders {
 public:
  using told = std::function<void(const std::string& line)>;

  void send(nodes& where, entity_ref to, any_command body, account_id caller, std::string effect);
  /// Who must not: it is a violation when this is accepted.
  void trespass(nodes& where, entity_ref to, any_command body, account_id caller);
  /// The same wish under a fresh id: it may have an effect of its own, or be as good as done.
  void send_anew(nodes& where, std::size_t which);
  void send_again(nodes& where, std::size_t which);
  /// Collects answers in the order of sending and tells each. Throws `violation`.
  void collect(const told& tell);
  /// A node's process died: what went through it and has no answer yet never gets one. Says which
  /// orders those are.
  std::vector<std::size_t> give_up(const told& tell, int through);
  /// Throws when something has waited for an answer though nothing fails any more.
  void check_all_answered() const;
  /// Acknowledged is in the journal, refused has changed nothing, and what had an effect is never
  /// refused afterwards. (What had none is decided afresh when it is repeated.)
  void check_against(const model& all) const;
  /// What was asked more than once without anybody's knowing, as when a link broke: who was refused
  /// once may have been heard another time. (What had no effect is decided afresh.)
  void doubt(const std::function<bool(command_id)>& was_repeated);
  /// The same for what has been answered, at any moment.
  void check_acknowledged(const model& all);

  std::size_t size() const { return all_.size(); }
  const order& at(std::size_t which) const { return all_[which]; }
  std::int64_t refusals() const { return refusals_; }
  std::int64_t errors() const { return errors_; }

 private:
  void settle(sending& one, const told& tell);
  void add(nodes& where, order one);

  std::vector<order> all_;
  std::vector<sending> open_;
  std::vector<std::size_t> acknowledged_;  ///< since the last check
  std::int64_t refusals_ = 0;
  std::int64_t errors_ = 0;
};

}  // namespace rentwave::simulation
