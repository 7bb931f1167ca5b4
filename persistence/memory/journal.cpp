#include <algorithm>
#include <numeric>

#include "persistence/append_check.hpp"
#include "persistence/memory/tables.hpp"

namespace rentwave {
namespace {

using partition = memory_tables::partition;
using entity = memory_tables::entity;

const journal_error reads_fail{journal_errc::unavailable, "reads fail because a test says so"};
const journal_error settings_fail{journal_errc::unavailable,
                                  "settings fail because a test says so"};

/// Writes, unless the fault that is chosen for this one says otherwise.
template <class Write>
auto faulted(const std::function<append_fault(std::uint64_t)>& choose, std::uint64_t number,
             const std::string& name, Write&& write) -> journal_result<decltype(write())> {
  const auto fault = choose ? choose(number) : append_fault::none;
  const std::string what = name + ' ' + std::to_string(number) + " fails because a test says so";
  if (fault == append_fault::unavailable) return journal_error{journal_errc::unavailable, what};
  if (fault == append_fault::unknown_not_written)
    return journal_error{journal_errc::unknown_outcome, what};
  auto result = write();
  if (fault == append_fault::unknown_written)
    return journal_error{journal_errc::unknown_outcome, what};
  return result;
}

bool starts_or_is(const std::string& type, const std::string& wanted) {
  if (!wanted.ends_with('*')) return type == wanted;
  return type.starts_with(std::string_view{wanted}.substr(0, wanted.size() - 1));
}

bool passes(const stored_event& event, const event_filter& filter) {
  return (!filter.kind || event.entity.kind == *filter.kind) &&
         (!filter.id || event.entity.id == *filter.id) &&
         (!filter.type || starts_or_is(event.type, *filter.type)) &&
         (!filter.trace || event.trace == *filter.trace) &&
         (!filter.from || event.time >= *filter.from) && (!filter.to || event.time < *filter.to);
}

bool repeats_a_command(const entity* before, const entity_append& wanted) {
  std::set<std::pair<command_id, int>> seen;
  return std::ranges::any_of(wanted.events, [&](const new_event& event) {
    const std::pair key{event.command, event.n};
    return !seen.insert(key).second || (before && before->commands.contains(key));
  });
}

/// One connection: every call holds the store's mutex.
class memory_journal final : public journal {
 public:
  explicit memory_journal(memory_tables& tables) : tables_(tables) {}

  std::vector<journal_result<partition_lease>> take_over_many(
      const std::vector<partition_id>& partitions, std::string_view owner) override {
    const std::lock_guard held(tables_.mutex);
    std::vector<journal_result<partition_lease>> leases;
    for (const auto id : partitions)
      leases.push_back(owner_change([&] {
        auto& taken = tables_.partitions[id];
        taken.owner = owner;
        return partition_lease{++taken.epoch, std::ssize(taken.log)};
      }));
    return leases;
  }

  journal_result<partition_lease> take_back(partition_id id, std::string_view owner) override {
    const std::lock_guard held(tables_.mutex);
    auto& taken = tables_.partitions[id];
    if (taken.owner != owner)
      return journal_error{journal_errc::fenced, "another owner has the partition"};
    return owner_change([&] { return partition_lease{++taken.epoch, std::ssize(taken.log)}; });
  }

  journal_result<void> release(partition_id id, std::string_view owner,
                               std::int64_t epoch) override {
    const std::lock_guard held(tables_.mutex);
    const auto found = tables_.partitions.find(id);
    if (found == tables_.partitions.end() || found->second.owner != owner ||
        found->second.epoch != epoch)
      return journal_error{journal_errc::fenced, "another owner has the partition"};
    const auto done = owner_change([&] {
      found->second.owner.clear();
      return ++found->second.epoch;
    });
    if (!done) return done.error();
    return {};
  }

  journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) override {
    const std::lock_guard held(tables_.mutex);
    auto choose = tables_.choose_fault;
    if (choose)
      choose = [this, ask = tables_.choose_fault](std::uint64_t number) {
        const auto fault = ask(number);
        refuse_one_ = fault == append_fault::refuse_one;
        return fault;
      };
    return faulted(choose, ++tables_.appends, "append", [&] { return write(batch); });
  }

  journal_result<std::vector<partition_row>> partitions() override {
    return reading([&]() -> journal_result<std::vector<partition_row>> {
      std::vector<partition_row> found;
      for (const auto& [id, one] : tables_.partitions)
        found.push_back({id, one.owner, one.epoch, std::ssize(one.log)});
      return found;
    });
  }

  std::vector<journal_result<history>> load_many(const std::vector<entity_ref>& entities) override {
    std::vector<journal_result<history>> all;
    for (const auto& entity : entities) all.push_back(load_one(entity));
    return all;
  }

  journal_result<history> load_one(const entity_ref& of) {
    return reading_of(of, [&]() -> journal_result<history> {
      history found;
      const auto* stored = find(of);
      if (!stored) return found;
      found.state = stored->state;
      found.events =
          events_of(*stored, found.state ? found.state->version : 0, stored->events.size());
      return found;
    });
  }

  journal_result<history> load_from_start(const entity_ref& of) override {
    return reading_of(of, [&]() -> journal_result<history> {
      history found;
      if (const auto* stored = find(of))
        found.events = events_of(*stored, 0, stored->events.size());
      return found;
    });
  }

  journal_result<std::vector<stored_event>> find_command(const entity_ref& of,
                                                         command_id command) override {
    return reading_of(of, [&]() -> journal_result<std::vector<stored_event>> {
      std::vector<stored_event> found;
      if (const auto* stored = find(of)) found = events_of(*stored, 0, stored->events.size());
      std::erase_if(found, [&](const stored_event& event) { return event.command != command; });
      std::ranges::sort(found, {}, &stored_event::n);
      return found;
    });
  }

  journal_result<std::vector<stored_event>> read_entity(const entity_ref& of,
                                                        std::int64_t after_version,
                                                        int limit) override {
    return reading([&]() -> journal_result<std::vector<stored_event>> {
      if (const auto* stored = find(of))
        return events_of(*stored, after_version, static_cast<std::size_t>(std::max(limit, 0)));
      return std::vector<stored_event>{};
    });
  }

  journal_result<std::vector<stored_event>> read_log(partition_id id, std::int64_t after_position,
                                                     int limit) override {
    return reading([&]() -> journal_result<std::vector<stored_event>> {
      const auto found = tables_.partitions.find(id);
      if (found == tables_.partitions.end()) return std::vector<stored_event>{};
      return tail(found->second.log, after_position, static_cast<std::size_t>(std::max(limit, 0)));
    });
  }

  journal_result<scanned> scan(std::int64_t after_sequence, const event_filter& filter,
                               int limit) override {
    return reading([&]() -> journal_result<scanned> {
      scanned found{{}, after_sequence, false};
      auto left = filter.has_index() ? std::numeric_limits<std::int64_t>::max() : filter.reach;
      for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(after_sequence, 0));
           i < tables_.events.size() && std::ssize(found.events) < limit; ++i) {
        if (left-- == 0) return found;
        const auto& event = tables_.events[i];
        found.looked_to = event.sequence;
        if (passes(event, filter)) found.events.push_back(event);
      }
      found.is_end = std::ssize(found.events) < limit;
      return found;
    });
  }

  journal_result<void> rebuild_rows(const row_projection& project,
                                    const progress_report& report) override {
    const std::lock_guard held(tables_.mutex);
    memory_rows made;
    for (const auto& event : tables_.events) {
      const auto rows = project(event);
      if (!rows) return rows.error();
      for (const auto& row : *rows) made.apply(row);
    }
    tables_.rows = std::move(made);
    report(std::ssize(tables_.events), std::ssize(tables_.events));
    return {};
  }

  journal_result<std::vector<alarm_row>> alarms(partition_id id, instant horizon,
                                                const std::optional<alarm_row>& after,
                                                int limit) override {
    const auto from = after.value_or(before_all_alarms);
    return reading([&]() -> journal_result<std::vector<alarm_row>> {
      std::vector<alarm_row> found;
      const auto& all = tables_.due[id];
      for (auto at = all.upper_bound({from.due, from.entity}); at != all.end(); ++at) {
        if (at->first > horizon || std::ssize(found) >= limit) break;
        found.push_back(*tables_.entities.at(at->second).alarm);
      }
      return found;
    });
  }

  journal_result<std::int64_t> offset(partition_id id, std::string_view subscription) override {
    return reading([&]() -> journal_result<std::int64_t> {
      const auto found = tables_.offsets.find({id, std::string{subscription}});
      return found == tables_.offsets.end() ? 0 : found->second;
    });
  }

  journal_result<std::vector<dead_letter>> dead_letters(std::optional<partition_id> partition,
                                                        const std::optional<letter_place>& after,
                                                        int limit) override {
    const auto from = after.value_or(before_all_letters);
    return reading([&]() -> journal_result<std::vector<dead_letter>> {
      std::vector<dead_letter> found;
      auto at = tables_.letters.upper_bound({from.partition, from.subscription, from.position});
      for (; at != tables_.letters.end() && std::ssize(found) < limit; ++at)
        if (!partition || std::get<0>(at->first) == *partition) found.push_back(at->second);
      return found;
    });
  }

  journal_result<std::optional<instant>> latest_event_time() override {
    return reading([&]() -> journal_result<std::optional<instant>> {
      std::optional<instant> latest;
      for (const auto& event : tables_.events)
        if (!latest || event.time > *latest) latest = event.time;
      return latest;
    });
  }

  journal_result<std::optional<clock_anchor>> anchor() override {
    return reading([&]() -> journal_result<std::optional<clock_anchor>> { return tables_.anchor; });
  }

  journal_result<void> set_anchor(const clock_anchor& now) override {
    const std::lock_guard held(tables_.mutex);
    if (tables_.settings_fail) return settings_fail;
    if (tables_.anchor && now.domain < tables_.anchor->domain)
      return journal_error{journal_errc::mismatch, "domain time would go back"};
    tables_.anchor = now;
    return {};
  }

  journal_result<std::string> pin(std::string_view name, std::string_view value) override {
    const std::lock_guard held(tables_.mutex);
    if (tables_.settings_fail) return settings_fail;
    return tables_.pinned.try_emplace(std::string{name}, value).first->second;
  }

  journal_result<std::vector<std::string>> ensure_keys(
      const std::vector<fresh_key>& people) override {
    const std::lock_guard held(tables_.mutex);
    if (tables_.settings_fail) return settings_fail;
    std::vector<std::string> keys;
    for (const auto& [person, fresh] : people)
      keys.push_back(tables_.keys.try_emplace(person, fresh).first->second.value_or(""));
    return keys;
  }

  journal_result<std::optional<std::string>> find_key(account_id person) override {
    return reading([&]() -> journal_result<std::optional<std::string>> {
      const auto found = tables_.keys.find(person);
      return found == tables_.keys.end() ? std::nullopt : found->second;
    });
  }

  journal_result<void> destroy_key(account_id person) override {
    const std::lock_guard held(tables_.mutex);
    if (tables_.settings_fail) return settings_fail;
    tables_.keys[person].reset();
    return {};
  }

  journal_result<void> put_photo(const photo_id& id, const stored_photo& what,
                                 instant now) override {
    const std::lock_guard held(tables_.mutex);
    if (tables_.settings_fail) return settings_fail;
    auto& kept = tables_.photos.try_emplace(id, memory_tables::kept_photo{what, now}).first->second;
    kept.put = std::max(kept.put, now);
    return {};
  }

  journal_result<std::optional<photo>> find_photo(const photo_id& id) override {
    return reading(
        [&]() -> journal_result<std::optional<photo>> { return tables_.rows.shown(id); });
  }

  journal_result<std::optional<stored_photo>> get_photo(const photo_id& id) override {
    return reading([&]() -> journal_result<std::optional<stored_photo>> {
      const auto found = tables_.photos.find(id);
      if (found == tables_.photos.end() || !tables_.rows.shown(id)) return std::nullopt;
      return found->second.what;
    });
  }

  journal_result<photo_sweep> sweep_photos(const std::optional<photo_id>& after, instant before,
                                           int limit) override {
    const std::lock_guard held(tables_.mutex);
    if (tables_.settings_fail) return settings_fail;
    auto& all = tables_.photos;
    photo_sweep done;
    auto at = after ? all.upper_bound(*after) : all.begin();
    for (int looked_at = 0; at != all.end(); ++looked_at) {
      if (looked_at == limit) return done;
      done.next = at->first;
      const bool is_orphan = at->second.put < before && !tables_.rows.shown(at->first);
      at = is_orphan ? all.erase(at) : std::next(at);
      done.removed += is_orphan ? 1 : 0;
    }
    done.next.reset();
    return done;
  }

  journal_result<listing_page> search(const listing_query& wanted) override {
    return reading([&] { return tables_.rows.search(wanted); });
  }
  journal_result<page<rental_row>> rentals(const rental_query& wanted) override {
    return reading([&] { return tables_.rows.rentals(wanted); });
  }
  journal_result<page<review_row>> reviews(const review_query& wanted) override {
    return reading([&] { return tables_.rows.reviews(wanted); });
  }
  journal_result<page<wallet_entry>> wallet_entries(account_id account,
                                                    const page_request& wanted) override {
    return reading([&] { return tables_.rows.wallet_entries(account, wanted); });
  }
  journal_result<std::vector<notice_row>> notices(account_id account, std::int64_t after,
                                                  int limit) override {
    return reading([&]() -> journal_result<std::vector<notice_row>> {
      return tables_.rows.notices(account, after, limit);
    });
  }
  journal_result<std::vector<session_row>> sessions(account_id account) override {
    return reading([&]() -> journal_result<std::vector<session_row>> {
      return tables_.rows.sessions(account);
    });
  }
  journal_result<std::vector<overlap>> overlapping_reservations() override {
    return reading([&]() -> journal_result<std::vector<overlap>> {
      return tables_.rows.overlapping_reservations();
    });
  }

 private:
  template <class Read>
  auto reading(Read&& read) -> decltype(read()) {
    const std::lock_guard held(tables_.mutex);
    if (tables_.reads_fail) return reads_fail;
    return read();
  }
  template <class Read>
  auto reading_of(const entity_ref& what, Read&& read) -> decltype(read()) {
    return reading([&]() -> decltype(read()) {
      if (tables_.damaged == what)
        return journal_error{journal_errc::corrupt, "it is damaged because a test says so"};
      return read();
    });
  }

  /// May fail as a take-over does.
  template <class Write>
  auto owner_change(Write&& write) -> journal_result<decltype(write())> {
    return faulted(tables_.choose_take_over_fault, ++tables_.take_overs, "take-over", write);
  }

  const entity* find(const entity_ref& of) const {
    const auto found = tables_.entities.find(of);
    return found == tables_.entities.end() ? nullptr : &found->second;
  }

  /// What is after the first `after` of a list of indexes.
  std::vector<stored_event> tail(const std::vector<std::size_t>& list, std::int64_t after,
                                 std::size_t limit) const {
    std::vector<stored_event> found;
    for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(after, 0));
         i < list.size() && found.size() < limit; ++i)
      found.push_back(tables_.events[list[i]]);
    return found;
  }

  std::vector<stored_event> events_of(const entity& of, std::int64_t after_version,
                                      std::size_t limit) const {
    return tail(of.events, after_version, limit);
  }

  std::vector<partition_result> write(const std::vector<partition_append>& batch) {
    std::vector<std::size_t> order(batch.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return batch[i].partition; });
    std::vector<partition_result> results(batch.size());
    for (const auto i : order) results[i] = write(batch[i]);
    return results;
  }

  partition_result write(const partition_append& wanted) {
    const auto found = tables_.partitions.find(wanted.partition);
    if (found == tables_.partitions.end() || found->second.epoch != wanted.epoch ||
        std::ssize(found->second.log) != wanted.position)
      return fenced_result(wanted);
    partition_result result;
    for (const auto& one : wanted.entities)
      result.entities.push_back(write(wanted.partition, found->second, one));
    result.position = std::ssize(found->second.log);
    for (const auto& [subscription, position] : wanted.offsets)
      tables_.offsets[{wanted.partition, subscription}] = position;
    for (const auto& letter : wanted.given_up)
      tables_.letters.try_emplace({wanted.partition, letter.subscription, letter.position}, letter);
    for (const auto& [subscription, position] : wanted.replayed)
      tables_.letters.erase({wanted.partition, subscription, position});
    return result;
  }

  entity_result write(partition_id home, partition& into, const entity_append& wanted) {
    if (auto refused = check(wanted)) return {std::move(refused), 0};
    if (std::exchange(refuse_one_, false))
      return {journal_error{journal_errc::refused, "a row is refused because a test says so"}, 0};
    const auto* before = find(wanted.entity);
    const auto version = before ? std::ssize(before->events) : 0;
    if (version != wanted.version) return {version_conflict(wanted, version), 0};
    if (repeats_a_command(before, wanted)) return {command_conflict(wanted), 0};

    auto& stored = tables_.entities[wanted.entity];
    const auto first = std::ssize(into.log) + 1;
    for (const auto& event : wanted.events) write(home, into, stored, wanted.entity, event);
    if (!wanted.alarm.keep) set_alarm(home, stored, wanted);
    if (wanted.state && (!stored.state || wanted.state->version >= stored.state->version))
      stored.state = wanted.state;
    for (const auto& row : wanted.rows) tables_.rows.apply(row);
    return {std::nullopt, wanted.events.empty() ? 0 : first};
  }

  void write(partition_id home, partition& into, entity& of, const entity_ref& name,
             const new_event& event) {
    auto& stored = tables_.events.emplace_back();
    static_cast<new_event&>(stored) = event;
    stored.partition = home;
    stored.position = std::ssize(into.log) + 1;
    stored.sequence = std::ssize(tables_.events);
    stored.entity = name;
    stored.version = std::ssize(of.events) + 1;
    into.log.push_back(tables_.events.size() - 1);
    of.events.push_back(tables_.events.size() - 1);
    of.commands.emplace(event.command, event.n);
  }

  void set_alarm(partition_id home, entity& of, const entity_append& wanted) {
    if (of.alarm) tables_.due[of.home].erase({of.alarm->due, wanted.entity});
    of.alarm.reset();
    if (!wanted.alarm.due) return;
    of.home = home;
    of.alarm = {wanted.entity, *wanted.alarm.due, std::ssize(of.events)};
    tables_.due[home].emplace(*wanted.alarm.due, wanted.entity);
  }

  memory_tables& tables_;
  bool refuse_one_ = false;  ///< the next entity of this append
};

}  // namespace

memory_store::memory_store() : tables_(std::make_unique<memory_tables>()) {}
memory_store::~memory_store() = default;

journal_result<std::unique_ptr<journal>> memory_store::connect() {
  return std::make_unique<memory_journal>(*tables_);
}

std::string memory_store::promise() const {
  return "is gone when the process ends";
}

void memory_store::on_append(std::function<append_fault(std::uint64_t)> choose) {
  const std::lock_guard held(tables_->mutex);
  tables_->choose_fault = std::move(choose);
}

void memory_store::on_take_over(std::function<append_fault(std::uint64_t)> choose) {
  const std::lock_guard held(tables_->mutex);
  tables_->choose_take_over_fault = std::move(choose);
}

void memory_store::fail_settings(bool fail) {
  const std::lock_guard held(tables_->mutex);
  tables_->settings_fail = fail;
}

void memory_store::fail_reads(bool fail) {
  const std::lock_guard held(tables_->mutex);
  tables_->reads_fail = fail;
}

void memory_store::damage(std::optional<entity_ref> what) {
  const std::lock_guard held(tables_->mutex);
  tables_->damaged = std::move(what);
}

std::vector<stored_event> memory_store::all_events() const {
  const std::lock_guard held(tables_->mutex);
  return tables_->events;
}

}  // namespace rentwave
