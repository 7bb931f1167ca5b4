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
  /// What made the entity owe something.
  struct origin {
    instant cause;  ///< a lower bound of when the want is first sent
    trace_id trace{};
  };
  /// A want to send now, under an id that is the same each time.
  struct sending {
    want what;
    command_id id;
    origin from;
  };

  /// Takes in all that is owed at `now`, in domain time, and gives what is to be sent: what was
  /// not owed before, as begun by `why`, and again what has had no answer for `patience`; for twice
  /// that after the second time, and so on up to 32 times.
  std::vector<sending> update(const entity_ref& self, std::vector<want> owed, const origin& why,
                              instant now, duration patience);

  /// Whether the last update had a want of this key.
  bool owes(const std::string& key) const;
  bool empty() const { return under_way_.empty(); }
  /// When the first of what is owed goes out again; never while nothing is.
  std::optional<instant> next_try() const;

 private:
  struct record {
    std::string key;
    command_id id;
    origin from;
    instant next;
    int repetitions = 0;
  };
  std::vector<record> under_way_;
};

}  // namespace rentwave
