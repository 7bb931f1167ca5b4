// Every message between actors, and who takes which: the table of contents of the runtime. Local
// messages are shared pointers to immutable structs; they never travel between nodes as they are.
//
//   partition     command_ptr → outcome      routes to the entity, starts it if need be; or to the
//                                            node that has the partition (remote.hpp)
//                 query_ptr → view_ptr       the same
//                 commit_ptr                 from the writer: what became durable, in order
//                 suspended                  from the writer: what was written last is unknown
//                 reopened                   from the writer: the partition has a new epoch
//                 fenced_note                from the writer: another owner has the partition
//                 still_awake                from an entity that could not sleep as told
//                 nothing_here               from an entity to which nothing ever happened
//                 ending_note                from an entity that has failed
//                 report_request → report_ptr
//                 look_request → place_ptr     an operator looks at an entity
//                 release_order → std::string  an operator lets an entity out of quarantine
//                 replay_order → std::string  an operator has dead letters tried again
//                 watch_request → watch_ptr   whoever asks is told of changes, for a while
//   entity        command_ptr, query_ptr, entity_order
//   writer        append_ptr → entity_result_ptr, open_request → lease, offset_note,
//                 close_request → nothing, forget_note
//   reader        load_request → history_ptr, find_request → events_ptr, log_request → events_ptr,
//                 alarms_request → alarms_ptr, offset_request → std::int64_t,
//                 letters_request → letters_ptr, job_ptr
//   subscription  commit_ptr, reopened, replay_order → std::string
//   payment       command_ptr: the provider, which answers the sender by `answered`
//   estate        command_ptr: likewise, of what the journal has of a person
//   sweeper       swept_ptr: what a part of a sweep of photos came to
//   watcher       news_ptr: something became durable where it watches; a gateway is one
//   crier         command_ptr: tells followers, and answers the topic by `answered`
//   postman       command_ptr: posts a notice, and answers the webhook by `answered`
//
// What goes between partitions' actors and links to other nodes: remote.hpp.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/domain/commands.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/runtime/restart_budget.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// Why there is no answer. Only `expired` and `not_yet` say that the command had no effect: else
/// ask again under the same command id.
enum class runtime_errc : std::uint8_t {
  none,
  unavailable,  ///< the journal failed, or the partition is not open
  overloaded,   ///< a queue is full
  crashed,      ///< the entity threw, or its events cannot be read: it is to blame, and it alone
  wrong_kind,   ///< a command of one kind was sent to an entity of another
  quarantined,  ///< it kept failing, and stays down until an operator releases it
  expired,      ///< the deadline passed before it was decided: it had no effect
  not_yet,      ///< its event could not be read by every node during this upgrade: it had no effect
  // Between nodes only (remote.hpp); who asks a partition's actor never sees them:
  not_mine,   ///< the partition is not on the node that was asked: it had no effect
  link_down,  ///< the link ended before the answer came
};
caf::error make_error(runtime_errc code, std::string detail = {});
std::string to_string(runtime_errc code);

// --- to entities ---

struct command_envelope {
  entity_ref to;
  command_id id;
  any_command body;
  /// A lower bound of when it was first sent, in domain time: what is older than an entity's memory
  /// of answers is looked up in the journal. The default is "unknown".
  instant cause = instant::min();
  std::optional<account_id> caller;  ///< the person who asks, as authenticated by a gateway
  std::optional<entity_ref> from;    ///< the entity that asks or answers
  /// The key of `from`'s want that this is: the answer goes there, as `answered`. Empty: the answer
  /// is the response of the CAF request, if it is one.
  std::string want;
  /// In real time: afterwards nobody waits for the answer, and it is not decided any more.
  instant deadline = instant::max();
  trace_id trace;
};
using command_ptr = std::shared_ptr<const command_envelope>;

/// What is the entity's state?
struct query_envelope {
  entity_ref to;
  bool settled = false;  ///< answer only once it owes nothing to anyone, so that a saga has ended
};
using query_ptr = std::shared_ptr<const query_envelope>;

/// A durable state, shared and immutable. Version 0: nothing ever happened here.
struct entity_view {
  entity_ref ref;
  std::int64_t version = 0;
  std::shared_ptr<const void> state;

  /// `State` has to be that of `ref.kind`, for example `rental::state`.
  template <class State>
  const State& as() const {
    return *static_cast<const State*>(state.get());
  }
};
using view_ptr = std::shared_ptr<const entity_view>;

/// One message, as every kind of message that an actor takes costs each of them 40 bytes.
enum class entity_order : std::uint8_t {
  wake,   ///< its alarm is due
  sleep,  ///< what comes for it is kept back until it has ended, or says that it cannot
  close,  ///< what it is writing ends first, what else it has goes back to the partition's actor
  cut,    ///< the same, and what is being written goes back, too
};
struct still_awake {
  entity_ref entity;
};
/// Nothing ever happened to this entity, so there is nothing to keep in memory.
struct nothing_here {
  entity_ref entity;
};
/// The entity has failed, and ends once it has told whoever waits. Sent before that: who hears of
/// it and asks again at once is to find the next one, not this.
struct ending_note {};

// --- to partitions, from operators ---

struct report_request {};
/// How a partition is, at one moment.
struct partition_report {
  partition_id partition = 0;
  bool open = false;
  bool is_suspended = false;                    ///< what was written last is being found out
  std::map<entity_kind, std::size_t> entities;  ///< in memory
  std::size_t quarantined = 0;
  /// Those that are longest in it, 100 at most.
  std::vector<restart_budget::quarantined> quarantine;
  std::size_t alarms = 0;  ///< in memory
  std::size_t wakes = 0;   ///< under way
  duration alarm_lag{};    ///< how long the earliest alarm is overdue, in domain time
  std::size_t kept = 0;    ///< messages that wait for it or an entity to be up
  struct subscription {
    std::string name;
    std::int64_t position = 0;  ///< every event up to here has had its effect
    std::int64_t latest = 0;    ///< of the log
    std::size_t parked = 0;     ///< entities with dead letters
    std::size_t letters = 0;    ///< of all of them
  };
  std::vector<subscription> subscriptions;
};
using report_ptr = std::shared_ptr<const partition_report>;
/// Does not wake the entity.
struct look_request {
  entity_ref entity;
};
struct entity_place {
  bool is_awake = false;
  std::optional<restart_budget::quarantined> quarantine;
};
using place_ptr = std::shared_ptr<const entity_place>;
/// Answered by why not; empty: it is out.
struct release_order {
  entity_ref entity;
};
/// The dead letters of an entity's events are tried again, in order. Answered by why the first that
/// failed did so; empty: none is left.
struct replay_order {
  std::string subscription;
  entity_ref entity;
};

// --- to partitions from those who watch, and back ---

/// Tell me what becomes durable in these entities, from now on for `watch_time`: sent anew for as
/// long as it is wanted.
struct watch_request {
  std::vector<entity_ref> entities;
  bool everything = false;  ///< of all entities that something happened, without their names
};
/// Which of these the partition did not watch until now: what happened before was not told.
struct watch_answer {
  std::vector<entity_ref> begun;
  bool everything_begun = false;
  bool is_full = false;  ///< there are as many watches as may be: not all of these are among them
};
using watch_ptr = std::shared_ptr<const watch_answer>;
inline constexpr auto watch_time = std::chrono::seconds{60};  // real time
/// A hint, after the commit. What happened is read from the journal, after what one has already; so
/// nothing is lost with a hint that is, for the next renewal says `begun`.
struct news {
  std::vector<entity_ref> entities;
  bool everything = false;  ///< for those who watch everything: something happened
  bool ended = false;       ///< the partition has moved and watches nothing any more: ask again
  partition_id partition = 0;
};
using news_ptr = std::shared_ptr<const news>;

// --- to and from the journal's threads ---

/// One entity's part of a batch, handed over to the writer, which takes it apart.
struct append_request {
  partition_id partition = 0;
  entity_append what;
};
using append_ptr = std::shared_ptr<append_request>;
/// Also for failures of the whole batch: then `failed` says unavailable, unknown_outcome or fenced.
using entity_result_ptr = std::shared_ptr<const entity_result>;

/// What became durable in one partition by one transaction: the same order for everyone who hears
/// of it.
struct commit {
  partition_id partition = 0;
  std::vector<stored_event> events;
  struct alarm {
    entity_ref entity;
    std::optional<instant> due;  ///< empty: cleared
    std::int64_t version = 0;
  };
  std::vector<alarm> alarms;  ///< those that changed
};
using commit_ptr = std::shared_ptr<const commit>;

struct open_request {
  partition_id partition = 0;
  std::string owner;
};
/// All that came before is written, then the partition is released in the journal, if it can be.
struct close_request {
  partition_id partition = 0;
};
/// Nothing more is written of this partition; what waits fails.
struct forget_note {
  partition_id partition = 0;
};
/// The writer can write no more of it, and has forgotten it.
struct fenced_note {
  partition_id partition = 0;
};
/// The outcome of an append is unknown, and may still become the one or the other: no entity may be
/// read until the partition is reopened.
struct suspended {
  partition_id partition = 0;
};
/// The partition was taken over from oneself after an unknown outcome: read again what is there.
struct reopened {
  partition_id partition = 0;
  std::int64_t position = 0;
};
/// How far a subscription has come, and what it gave up on or made good on the way.
struct offset_note {
  partition_id partition = 0;
  offset_change change;
  std::vector<dead_letter> given_up{};
  std::vector<letter_key> replayed{};
};

struct load_request {
  entity_ref entity;
  bool from_start = false;  ///< without a snapshot: it was not one of ours
};
struct find_request {
  entity_ref entity;
  std::vector<command_id> commands;
};
struct log_request {
  partition_id partition = 0;
  std::int64_t after = 0;
  int limit = 0;
};
struct alarms_request {
  partition_id partition = 0;
  instant horizon;
  std::optional<alarm_row> after;
  int limit = 0;
};
struct offset_request {
  partition_id partition = 0;
  std::string subscription;
};
struct letters_request {
  partition_id partition = 0;
};
using letters_ptr = std::shared_ptr<const std::vector<dead_letter>>;
using history_ptr = std::shared_ptr<const history>;
using events_ptr = std::shared_ptr<const std::vector<stored_event>>;
using alarms_ptr = std::shared_ptr<const std::vector<alarm_row>>;

/// Any other question to the journal, run by a reader. A job that is dropped unrun is just
/// destroyed: who waits must learn it from the destructor of what `run` holds.
struct read_job {
  std::function<void(journal&)> run;
};
using job_ptr = std::shared_ptr<const read_job>;

struct swept_part {
  int sweep = 0;  ///< the number of the tick that began it
  journal_result<photo_sweep> what;
};
using swept_ptr = std::shared_ptr<const swept_part>;

}  // namespace rentwave

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::command_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::query_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::view_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::entity_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::still_awake)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::nothing_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::ending_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::report_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::look_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::place_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::release_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::replay_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::watch_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::watch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::news_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::letters_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::letters_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::append_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::entity_result_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::commit_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::open_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::close_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::forget_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::fenced_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::partition_lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::suspended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::reopened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::offset_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::load_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::find_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::log_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::alarms_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::offset_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::history_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::events_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::alarms_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::swept_ptr)
