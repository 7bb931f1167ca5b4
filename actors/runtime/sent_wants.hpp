// The wants of an entity that are under way: which of what it owes has to be sent now, and when the
// unanswered ones go out again. A plain class of the entity actor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/domain/want.hpp"

namespace rentwave {

class sent_wants {
 public:
  /// A want to send now, under an id that is the same each time.
  struct sending {
    want what;
    command_id id;
    instant cause;  ///< a lower bound of when it was first sent
  };

  /// Takes in all that is owed at `now`, in domain time, and gives what is to be sent: what was not
  /// sent yet (first at `cause`), and again what has had no answer for `patience`; for twice that
  /// after the second time, and so on up to 32 times.
  std::vector<sending> update(const entity_ref& from, std::vector<want> owed, instant cause,
                              instant now, duration patience);

  /// Nothing is owed, as of the last update.
  bool empty() const { return under_way_.empty(); }
  /// When the first of what is owed goes out again; never while nothing is.
  std::optional<instant> next_try() const;

 private:
  struct record {
    std::string key;
    command_id id;
    instant cause;
    instant next;
    int repetitions = 0;
  };
  std::vector<record> under_way_;
};

}  // namespace rentwave
