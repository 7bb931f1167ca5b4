#include "actors/runtime/writer.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <map>

#include "actors/runtime/protocol.hpp"
#include "actors/runtime/seldom.hpp"

namespace rentwave {
namespace {

using open_atom = caf::atom_constant<caf::atom("open")>;
using flush_atom = caf::atom_constant<caf::atom("flush")>;
using offsets_atom = caf::atom_constant<caf::atom("offsets")>;
using retake_atom = caf::atom_constant<caf::atom("retake")>;

/// Of events, in one transaction. What it costs to write an advert grows with its words; PostgreSQL
/// took some 20 us for each of 2,500 of four bytes, and gives a statement 10 s.
constexpr std::size_t most_bytes = 256 * 1024;
constexpr int most_halvings = 10;
/// Offsets are written with the next events, or alone when none came for so long.
constexpr auto offset_delay = std::chrono::milliseconds{500};
constexpr auto retake_delay = std::chrono::seconds{1};

struct waiting_append {
  append_ptr what;
  caf::response_promise done;
};

struct waiting_opening {
  open_request what;
  caf::response_promise done;
};

/// A partition that is ours to write.
struct held_partition {
  partition_lease lease;
  std::string owner;  ///< as it was taken over for
};

class writer {
 public:
  explicit writer(caf::event_based_actor* self) : self_{self} {}
  const char* name = "writer";

  void begin(std::shared_ptr<journal> connection, context_ptr context) {
    journal_ = std::move(connection);
    context_ = std::move(context);
  }

  /// Together with all for which the order is in the mailbox by now.
  void open(const open_request& asked) {
    openings_.push_back({asked, self_->make_response_promise()});
    if (openings_.size() == 1) self_->send(self_, open_atom::value);
  }

  void open_gathered() {
    std::map<std::string, std::vector<waiting_opening>> by_owner;
    for (auto& one : std::exchange(openings_, {}))
      by_owner[one.what.owner].push_back(std::move(one));
    for (auto& [owner, group] : by_owner) open(owner, group);
  }

  /// All that its actors sent is here by now: they have ended.
  void close(partition_id partition) {
    flush();
    give_up(partition);
  }

  /// Else its next owner would end this session, and with it what is being written of others.
  void give_up(partition_id partition) {
    if (const auto lost = lost_.find(partition); lost != lost_.end())
      if (const auto lease = journal_->take_back(partition, lost->second))
        held_[partition] = {*lease, lost->second};
    const auto found = held_.find(partition);
    if (found == held_.end()) return forget(partition);
    const auto [lease, owner] = found->second;
    forget(partition);
    const auto done = journal_->release(partition, owner, lease.epoch);
    if (!done)
      spdlog::warn("partition {} is not released in the journal: {}", partition,
                   done.error().detail);
  }

  void forget(partition_id partition, journal_errc why = journal_errc::unavailable) {
    held_.erase(partition);
    lost_.erase(partition);
    offsets_.erase(offsets_.lower_bound({partition, {}}),
                   offsets_.lower_bound({partition + 1, {}}));
    const auto first = std::stable_partition(
        waiting_.begin(), waiting_.end(),
        [partition](const auto& one) { return one.what->partition != partition; });
    std::vector<waiting_append> late{std::make_move_iterator(first),
                                     std::make_move_iterator(waiting_.end())};
    waiting_.erase(first, waiting_.end());
    fail(late, why, "the partition is not open");
  }

  void append(const append_ptr& what) {
    waiting_.push_back({what, self_->make_response_promise()});
    waiting_events_ += what->what.events.size() + 1;
    for (const auto& event : what->what.events) waiting_bytes_ += event.data.size();
    const auto as_much_as = [this](std::size_t most) { return most >> halvings_; };
    if (waiting_events_ >= as_much_as(context_->options.batch_events) ||
        waiting_bytes_ >= as_much_as(most_bytes))
      return flush();
    ask_to_flush();
  }

  /// Behind everything that is in the mailbox by now: that is what makes the group.
  void ask_to_flush() {
    if (!std::exchange(will_flush_, true)) self_->send(self_, flush_atom::value);
  }
  void flush_gathered() {
    will_flush_ = false;
    flush();
  }

  void note(const offset_note& note) {
    if (!held_.contains(note.partition) && !lost_.contains(note.partition)) return;
    write_offsets_later();
    auto& kept = offsets_[{note.partition, note.change.subscription}];
    kept.position = note.change.position;
    std::ranges::copy(note.given_up, std::back_inserter(kept.given_up));
    std::ranges::copy(note.replayed, std::back_inserter(kept.replayed));
  }

  void write_offsets_later() {
    if (!std::exchange(will_write_offsets_, true))
      self_->delayed_send(self_, offset_delay, offsets_atom::value);
  }
  void write_offsets() {
    will_write_offsets_ = false;
    if (!offsets_.empty()) ask_to_flush();
  }

  /// Takes back what an unknown outcome has cost us.
  void retake() {
    for (auto next = lost_.begin(); next != lost_.end();) {
      const auto [partition, owner] = *next;
      const auto lease = journal_->take_back(partition, owner);
      if (!lease && lease.error().code != journal_errc::fenced) break;
      next = lost_.erase(next);
      if (lease) {
        held_[partition] = {*lease, owner};
        self_->send(route_of(partition), reopened{partition, lease->position});
      } else {
        fenced(partition);
      }
    }
    retakes_ = !lost_.empty();
    if (retakes_) self_->delayed_send(self_, retake_delay, retake_atom::value);
    if (!offsets_.empty()) write_offsets_later();
  }

  void flush() {
    if (waiting_.empty() && offsets_.empty()) return;
    auto group = std::exchange(waiting_, {});
    waiting_events_ = 0;
    waiting_bytes_ = 0;
    std::map<partition_id, std::vector<waiting_append>> by_partition;
    for (auto& one : group) by_partition[one.what->partition].push_back(std::move(one));
    for (const auto& [key, progress] : offsets_) by_partition[key.first];

    std::vector<partition_append> batch;
    std::vector<std::vector<waiting_append>> members;
    for (auto& [partition, appends] : by_partition) {
      if (!held_.contains(partition)) {
        const auto why =
            lost_.contains(partition) ? journal_errc::unavailable : journal_errc::fenced;
        fail(appends, why, "the partition is not open");
        continue;
      }
      batch.push_back(gather(partition, appends));
      members.push_back(std::move(appends));
    }
    if (batch.empty()) return;

    auto results = append_to_journal(batch);
    if (!results) return failed(results.error(), batch, members);
    if (halvings_ > 0) --halvings_;
    for (std::size_t i = 0; i < batch.size(); ++i) finish(batch[i], (*results)[i], members[i]);
  }

 private:
  journal_result<std::vector<partition_result>> append_to_journal(
      const std::vector<partition_append>& batch) {
    try {
      return journal_->append(batch);
    } catch (const std::exception& thrown) {
      return journal_error{journal_errc::unknown_outcome, thrown.what()};
    }
  }

  void open(const std::string& owner, std::vector<waiting_opening>& group) {
    std::vector<partition_id> partitions;
    for (const auto& one : group) partitions.push_back(one.what.partition);
    const auto leases = journal_->take_over_many(partitions, owner);
    // From now on nobody else writes there. Who did so may have a clock that is ahead of ours.
    const auto latest = journal_->latest_event_time();
    if (latest && *latest) context_->clock->not_before(**latest);
    for (std::size_t i = 0; i < group.size(); ++i) {
      auto& done = group[i].done;
      if (!leases[i] || !latest) {
        const auto& why = leases[i] ? latest.error() : leases[i].error();
        done.deliver(make_error(runtime_errc::unavailable, why.detail));
        continue;
      }
      held_[partitions[i]] = {*leases[i], owner};
      done.deliver(*leases[i]);
    }
  }

  void fenced(partition_id partition) {
    spdlog::error("partition {}: another owner has it, nothing more is written", partition);
    // Its door hears of it before its entities, which give back what they could not write.
    self_->send(route_of(partition), fenced_note{partition});
    forget(partition, journal_errc::fenced);
  }

  partition_append gather(partition_id partition, std::vector<waiting_append>& appends) {
    const auto& lease = held_[partition].lease;
    partition_append part{partition, lease.epoch, lease.position, {}, {}, {}, {}};
    for (auto& one : appends) part.entities.push_back(std::move(one.what->what));
    for (auto next = offsets_.lower_bound({partition, {}});
         next != offsets_.end() && next->first.first == partition; next = offsets_.erase(next)) {
      auto& [key, progress] = *next;
      part.offsets.push_back({key.second, progress.position});
      std::ranges::move(progress.given_up, std::back_inserter(part.given_up));
      std::ranges::move(progress.replayed, std::back_inserter(part.replayed));
    }
    return part;
  }

  void finish(partition_append& part, const partition_result& result,
              std::vector<waiting_append>& appends) {
    if (result.fenced) {
      fenced(part.partition);
      return fail(appends, journal_errc::fenced, "another owner has the partition");
    }
    held_[part.partition].lease.position = result.position;
    auto durable = std::make_shared<commit>();
    durable->partition = part.partition;
    for (std::size_t i = 0; i < appends.size(); ++i)
      if (!result.entities[i].failed) tell(part.entities[i], result.entities[i], *durable);
    if (!durable->events.empty() || !durable->alarms.empty())
      self_->send(route_of(part.partition), commit_ptr{std::move(durable)});
    for (std::size_t i = 0; i < appends.size(); ++i)
      answer(appends[i], std::make_shared<const entity_result>(result.entities[i]));
  }

  static void tell(entity_append& part, const entity_result& result, commit& durable) {
    const auto version = part.version + static_cast<std::int64_t>(part.events.size());
    for (std::size_t i = 0; i < part.events.size(); ++i) {
      stored_event stored;
      static_cast<new_event&>(stored) = std::move(part.events[i]);
      stored.partition = durable.partition;
      stored.position = result.first_position + static_cast<std::int64_t>(i);
      stored.entity = part.entity;
      stored.version = part.version + 1 + static_cast<std::int64_t>(i);
      durable.events.push_back(std::move(stored));
    }
    if (part.alarm.keep) return;
    durable.alarms.push_back({part.entity, part.alarm.due, version});
  }

  void failed(const journal_error& why, const std::vector<partition_append>& batch,
              std::vector<std::vector<waiting_append>>& members) {
    // It may have been too much for the time that the database gives it. The next is less.
    halvings_ = std::min(halvings_ + 1, most_halvings);
    if (why.code != journal_errc::unavailable || outages_.is_due(self_->clock().now()))
      spdlog::warn("the journal did not take a transaction: {} ({})", to_string(why.code),
                   why.detail);
    // Written or not: with a new epoch nothing of that transaction can still arrive, and reading
    // tells what is there. Nothing is guessed. The partition hears of it before its entities end,
    // so that none of them is read before that.
    if (why.code == journal_errc::unknown_outcome)
      for (const auto& part : batch) {
        const auto mine = held_.extract(part.partition);
        lost_.emplace(part.partition, mine.mapped().owner);
        self_->send(route_of(part.partition), suspended{part.partition});
      }
    for (auto& appends : members) fail(appends, why.code, why.detail);
    // Behind what is in the mailbox by now: should the database be away, its callers would have to
    // wait for one attempt more before they are told.
    if (!lost_.empty() && !std::exchange(retakes_, true)) self_->send(self_, retake_atom::value);
    // What subscriptions have done is no less true: it is written with the next events.
    for (const auto& part : batch) {
      auto given_up = part.given_up;
      auto replayed = part.replayed;
      for (const auto& offset : part.offsets)
        note({part.partition, offset, std::exchange(given_up, {}), std::exchange(replayed, {})});
    }
  }

  const caf::actor& route_of(partition_id partition) const {
    return context_->routes->partitions[static_cast<std::size_t>(partition)];
  }

  void answer(waiting_append& one, entity_result_ptr result) {
    --context_->figures->appends;
    one.done.deliver(std::move(result));
  }

  void fail(std::vector<waiting_append>& appends, journal_errc code, const std::string& detail) {
    auto result = std::make_shared<entity_result>();
    result->failed = journal_error{code, detail};
    const entity_result_ptr shared = std::move(result);
    for (auto& one : appends) answer(one, shared);
  }

  caf::event_based_actor* self_;
  std::shared_ptr<journal> journal_;
  context_ptr context_;
  std::map<partition_id, held_partition> held_;
  /// Ours, but to be taken back before anything is written, for this owner.
  std::map<partition_id, std::string> lost_;
  bool retakes_ = false;  ///< once more, soon or after a delay
  seldom outages_;
  std::vector<waiting_opening> openings_;
  std::vector<waiting_append> waiting_;
  std::size_t waiting_events_ = 0;
  std::size_t waiting_bytes_ = 0;  ///< of events
  int halvings_ = 0;               ///< of what a transaction may have at most
  struct progress {
    std::int64_t position = 0;
    std::vector<dead_letter> given_up;
    std::vector<letter_key> replayed;
  };
  std::map<std::pair<partition_id, std::string>, progress> offsets_;  ///< by subscription
  // Whether the message for that is under way. With more than one of each, groups would be written
  // before they have gathered: what ends one early leaves its message to the next.
  bool will_flush_ = false;
  bool will_write_offsets_ = false;
};

caf::behavior serve(caf::stateful_actor<writer>* self, std::shared_ptr<journal> connection,
                    const context_ptr& context) {
  self->state.begin(std::move(connection), context);
  return {
      [self](const append_ptr& what) { self->state.append(what); },
      [self](const open_request& asked) { self->state.open(asked); },
      [self](open_atom) { self->state.open_gathered(); },
      [self](const close_request& asked) { self->state.close(asked.partition); },
      [self](const forget_note& note) { self->state.give_up(note.partition); },
      [self](const offset_note& note) { self->state.note(note); },
      [self](flush_atom) { self->state.flush_gathered(); },
      [self](offsets_atom) { self->state.write_offsets(); },
      [self](retake_atom) { self->state.retake(); },
  };
}

}  // namespace

caf::actor spawn_writer(caf::actor_system& system, std::unique_ptr<journal> connection,
                        std::shared_ptr<const node_context> context) {
  std::shared_ptr<journal> shared{std::move(connection)};
  return context->options.threads ? system.spawn<caf::detached>(serve, shared, context)
                                  : system.spawn(serve, shared, context);
}

}  // namespace rentwave
