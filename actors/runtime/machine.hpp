// An entity's pure functions behind one interface, together with its state: what the one generic
// entity actor drives. No actor in here, so it is tested without any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/commands.hpp"
#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/want.hpp"
#include "persistence/journal.hpp"
#include "persistence/read_models.hpp"

namespace rentwave {

class machine {
 public:
  virtual ~machine() = default;

  /// What a decide leads to: its events are folded into the state already. The metadata of the
  /// events (time, command, actor, trace) is the caller's to fill in.
  struct step {
    outcome answer;
    std::vector<new_event> events;
    std::vector<row_change> rows;
    /// The type of an event that must not be recorded yet (`context::held_back`); then nothing
    /// happened at all.
    std::string_view held_back{};
  };

  /// False: not a snapshot of ours; load all events instead.
  virtual bool restore(const snapshot& from) = 0;
  virtual journal_result<void> fold(const stored_event& event) = 0;

  /// nullopt: the command is not for this kind of entity.
  virtual std::optional<step> decide(const entity_ref& self, const any_command& asked,
                                     const context& given) = 0;
  virtual std::vector<want> wants() const = 0;
  virtual std::optional<instant> alarm() const = 0;
  /// The answer that a command got which caused these events.
  virtual outcome reply(const std::vector<stored_event>& events) const = 0;

  /// The version of the last event in the state.
  virtual std::int64_t version() const = 0;
  /// The state; later changes do not touch it.
  virtual std::shared_ptr<const void> view() const = 0;
  virtual snapshot save() const = 0;
};

using machine_factory = std::function<std::unique_ptr<machine>(const entity_ref&)>;
/// The machine for the entity's kind. `is_kept(entity.kind)`.
std::unique_ptr<machine> make_machine(const entity_ref& entity);

/// Folds a history into a new machine. False: the snapshot is not one of ours, and `into` is as it
/// was; all events are needed instead (`journal::load_from_start`).
journal_result<bool> fold(machine& into, const history& found);

/// `wake` and `answered` as a command for an entity of this kind.
any_command wake_command(entity_kind kind);
any_command answered_command(entity_kind kind, answered what);
/// The id of the command that a want is sent as.
command_id want_command_id(const entity_ref& from, const std::string& key);

}  // namespace rentwave
