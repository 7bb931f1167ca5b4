// What an entity remembers of the commands that it carried out, so that a repeat gets the same
// answer. Bounded by time: what is older is looked up in the journal (design.md section 4).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/outcome.hpp"

namespace rentwave {

class answer_memory {
 public:
  /// Commands whose events are from before `since` are not in here.
  void covers(instant since) { since_ = since; }
  /// True when a command that was first sent at `cause` would be remembered if it had had an
  /// effect.
  bool would_know(instant cause) const { return cause >= since_; }

  void remember(command_id id, instant at, const outcome& answer);
  std::optional<outcome> find(command_id id) const;
  /// Forgets what happened before `oldest`.
  void forget_before(instant oldest);
  std::size_t size() const { return entries_.size(); }

 private:
  struct entry {
    command_id id;
    instant at;
    std::unique_ptr<const outcome> answer;  ///< null means `accepted`, which most are
  };
  std::vector<entry> entries_;  ///< oldest first
  instant since_ = instant::min();
};

}  // namespace rentwave
