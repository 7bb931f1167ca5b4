// What an entity remembers of the commands that it carried out, so that a repeat gets the same
// answer. Bounded by time: what is older is looked up in the journal (design.md section 4).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/outcome.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

class answer_memory {
 public:
  using reply_function = std::function<outcome(const std::vector<stored_event>&)>;

  /// Begins with the commands of a loaded history that are from `oldest` or later; `reply` makes
  /// the answer to the command that caused some events. The clocks of nodes that send commands are
  /// ahead of those that wrote the history by `skew` at most.
  void recall(const history& loaded, instant oldest, instant now, duration skew,
              const reply_function& reply);

  /// True when a command that was first sent at `cause` would be remembered if it had had an
  /// effect.
  bool would_know(instant cause) const { return cause >= since_; }

  /// Beyond `most` commands the oldest are forgotten early.
  void remember(command_id id, instant at, const outcome& answer);
  std::optional<outcome> find(command_id id) const;
  /// Forgets what happened before `oldest`.
  void forget_before(instant oldest);
  std::size_t size() const { return kept_ ? kept_->answers.size() : 0; }

  static constexpr std::size_t most = 4096;

 private:
  struct remembered {
    /// Null means `accepted`, which most are.
    std::unordered_map<command_id, std::unique_ptr<const outcome>> answers;
    std::vector<std::pair<instant, command_id>> order;  ///< oldest first, from `first` on
    std::size_t first = 0;

    instant oldest() const { return order[first].first; }
    void forget_first();
  };

  std::unique_ptr<remembered> kept_;  ///< null while there is nothing, as in most entities at rest
  instant since_ = instant::min();    ///< commands whose events are older are not in here
};

}  // namespace rentwave
