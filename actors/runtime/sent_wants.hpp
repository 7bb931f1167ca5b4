// The wants of an entity that are under way: which of what it owes has to be sent now, and when
// unanswered ones go out again. A plain class of the entity actor.
#pragma once

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
  /// sent yet (first at `cause`), and again what has had no answer for `patience`.
  std::vector<sending> update(const entity_ref& from, std::vector<want> owed, instant cause,
                              instant now, duration patience);

  /// Nothing is owed, as of the last update.
  bool empty() const { return under_way_.empty(); }
  /// How long from now until what is owed goes out again: `patience`, doubled with every repetition
  /// up to 32 times that.
  duration backoff(duration patience) const;

 private:
  struct record {
    command_id id;
    instant cause;
    instant last;  ///< sent
  };
  std::vector<record> under_way_;
  int repetitions_ = 0;
};

}  // namespace rentwave
