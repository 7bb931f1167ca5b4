#include "persistence/postgres/batch.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_set>

#include "persistence/append_check.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/row_json.hpp"

namespace rentwave::postgres {
namespace {

/// What the server would refuse together with the whole statement.
bool is_text(const entity_append& wanted) {
  return is_utf8(wanted.entity.id) && (!wanted.state || is_utf8(wanted.state->data)) &&
         std::ranges::all_of(wanted.events, [](const new_event& event) {
           return is_utf8(event.type) && is_utf8(event.data) && is_utf8(event.actor);
         });
}

std::optional<journal_error> fault_of(const entity_append& wanted) {
  if (auto refused = check(wanted)) return refused;
  if (is_text(wanted)) return std::nullopt;
  return journal_error{journal_errc::refused, to_string(wanted.entity) + ": a text is no UTF-8"};
}

std::optional<journal_error> why_held_back(const entity_append& wanted, const held_types& types) {
  if (types.empty()) return std::nullopt;
  for (const auto& event : wanted.events)
    if (const auto found = types.find(event.type); found != types.end())
      return journal_error{
          journal_errc::unavailable,
          "node " + found->second + " cannot read events of the type " + event.type + " yet"};
  return std::nullopt;
}

int alarm_code(const alarm_change& change) {
  if (change.keep) return 0;
  return change.due ? 1 : 2;
}

/// Indexes in PostgreSQL start at 1.
int index(std::size_t at) {
  return static_cast<int>(at) + 1;
}

std::size_t place(int index, std::size_t size) {
  if (index < 1 || static_cast<std::size_t>(index) > size)
    throw damaged("an append answered with an index of nothing");
  return static_cast<std::size_t>(index) - 1;
}

}  // namespace

batch_form::batch_form(const std::vector<partition_append>& batch, const held_types& held_back)
    : batch_(batch), held_(batch.size()), fenced_(batch.size()) {
  parts_.resize(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) parts_[i].of = i;
  // Ascending ids: the order in which every journal takes its fences (design.md section 5).
  std::ranges::stable_sort(parts_, {}, [&](const part& one) { return append_of(one).partition; });
  std::unordered_set<entity_ref> seen;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    auto& one = parts_[p];
    const auto& wanted = append_of(one);
    plain_ = plain_ && (p == 0 || append_of(parts_[p - 1]).partition != wanted.partition);
    auto& result = held_[one.of];
    for (std::size_t i = 0; i < wanted.entities.size(); ++i) {
      const auto& of = wanted.entities[i];
      auto& own = result.entities.emplace_back();
      own.failed = fault_of(of);
      if (!own.failed) own.failed = why_held_back(of, held_back);
      if (own.failed) continue;
      plain_ = plain_ && seen.insert(of.entity).second;
      entities_.push_back({p, i});
      if (!of.events.empty()) own.first_position = wanted.position + one.count + 1;
      one.count += std::ssize(of.events);
    }
    result.position = wanted.position + one.count;
    fenced_[one.of] = fenced_result(wanted);
  }
}

values batch_form::parameters() const {
  values all;
  array ids, epochs, next, counts;
  for (const auto& one : parts_) {
    const auto& wanted = append_of(one);
    ids.add(wanted.partition);
    epochs.add(wanted.epoch);
    next.add(wanted.position + 1);
    counts.add(one.count);
  }
  for (auto* column : {&ids, &epochs, &next, &counts}) all.add(std::move(*column));

  array parts, kinds, names, versions, events, alarms, dues;
  for (const auto& one : entities_) {
    const auto& wanted = append_of(one);
    parts.add(index(one.part));
    kinds.add(wanted.entity.kind);
    names.add(wanted.entity.id);
    versions.add(wanted.version);
    events.add(std::ssize(wanted.events));
    alarms.add(alarm_code(wanted.alarm));
    dues.add(wanted.alarm.due);
  }
  for (auto* column : {&parts, &kinds, &names, &versions, &events, &alarms, &dues})
    all.add(std::move(*column));
  add_events(all);
  add_snapshots(all);
  add_offsets(all);
  all.add(letters());
  all.add(changes());
  return all;
}

/// Rare, so they need no columns of their own.
std::string batch_form::letters() const {
  auto given_up = nlohmann::json::array();
  auto replayed = nlohmann::json::array();
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const auto& wanted = append_of(parts_[p]);
    for (const auto& letter : wanted.given_up)
      given_up.push_back({{"part", index(p)},
                          {"subscription", letter.subscription},
                          {"position", letter.position},
                          {"kind", json_form::enum_name(letter.entity.kind)},
                          {"id", letter.entity.id},
                          {"reason", letter.reason},
                          {"since", letter.since.time_since_epoch().count()}});
    for (const auto& [subscription, position] : wanted.replayed)
      replayed.push_back(
          {{"part", index(p)}, {"subscription", subscription}, {"position", position}});
  }
  if (given_up.empty() && replayed.empty()) return "{}";
  const nlohmann::json all{{"given_up", std::move(given_up)}, {"replayed", std::move(replayed)}};
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void batch_form::add_events(values& to) const {
  array parts, kinds, ids, versions, positions, types, schemas, texts, times, commands, numbers,
      actors, traces, subjects;
  std::size_t current = parts_.size();
  std::int64_t position = 0;
  for (const auto& one : entities_) {
    const auto& wanted = append_of(one);
    if (one.part != current) position = append_of(parts_[one.part]).position;
    current = one.part;
    auto version = wanted.version;
    for (const auto& event : wanted.events) {
      parts.add(index(one.part));
      kinds.add(wanted.entity.kind);
      ids.add(wanted.entity.id);
      versions.add(++version);
      positions.add(++position);
      types.add(event.type);
      schemas.add(event.schema);
      texts.add(event.data);
      times.add(event.time);
      commands.add(event.command);
      numbers.add(event.n);
      actors.add(event.actor);
      traces.add(event.trace);
      subjects.add(event.subject);
    }
  }
  for (auto* column : {&parts, &kinds, &ids, &versions, &positions, &types, &schemas, &texts,
                       &times, &commands, &numbers, &actors, &traces, &subjects})
    to.add(std::move(*column));
}

void batch_form::add_snapshots(values& to) const {
  array entities, versions, schemas, texts, subjects;
  for (std::size_t i = 0; i < entities_.size(); ++i) {
    const auto& state = append_of(entities_[i]).state;
    if (!state) continue;
    entities.add(index(i));
    versions.add(state->version);
    schemas.add(state->schema);
    texts.add(state->data);
    subjects.add(state->subject);
  }
  for (auto* column : {&entities, &versions, &schemas, &texts, &subjects})
    to.add(std::move(*column));
}

void batch_form::add_offsets(values& to) const {
  array parts, names, positions;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const auto& offsets = append_of(parts_[p]).offsets;
    for (auto each = offsets.begin(); each != offsets.end(); ++each) {
      // The last one counts; one statement cannot write a row twice.
      if (std::any_of(each + 1, offsets.end(), [&](const offset_change& later) {
            return later.subscription == each->subscription;
          }))
        continue;
      parts.add(index(p));
      names.add(each->subscription);
      positions.add(each->position);
    }
  }
  for (auto* column : {&parts, &names, &positions}) to.add(std::move(*column));
}

std::string batch_form::changes() const {
  std::string text = "[";
  bool any = false;
  for (const auto& one : entities_) {
    const auto& rows = append_of(one).rows;
    any = any || !rows.empty();
    text += text.size() == 1 ? "[" : ",[";
    for (const auto& row : rows) {
      if (&row != &rows.front()) text += ',';
      append_row_json(text, row);
    }
    text += ']';
  }
  return any ? text + ']' : "[]";
}

std::vector<partition_result> batch_form::results_at_once(rows answer) const {
  auto results = fenced_;
  while (answer.next()) {
    int held = 0;
    answer.read(held);
    const auto of = parts_[place(held, parts_.size())].of;
    results[of] = held_[of];
  }
  return results;
}

std::vector<partition_result> batch_form::results_of_each(rows answer) const {
  auto results = fenced_;
  while (answer.next()) {
    int held = 0;
    int entity = 0;
    std::int64_t position = 0;
    std::optional<std::string> failed;
    std::optional<std::string> detail;
    answer.read(held, entity, position, failed, detail);
    const auto& one = parts_[place(held, parts_.size())];
    auto& result = results[one.of];
    if (result.fenced) {
      result = held_[one.of];
      result.position = batch_[one.of].position;
    }
    if (entity == 0) {
      result.position = position;
      continue;
    }
    const auto& of = entities_[place(entity, entities_.size())];
    const auto& wanted = append_of(of);
    auto& own = result.entities[of.of];
    own.first_position = position;
    if (!failed) continue;
    if (*failed == "version")
      own.failed = version_conflict(wanted, std::stoll(detail.value_or("0")));
    else if (*failed == "command")
      own.failed = command_conflict(wanted);
    else
      own.failed = journal_error{journal_errc::refused,
                                 to_string(wanted.entity) + ": " + detail.value_or("")};
  }
  return results;
}

}  // namespace rentwave::postgres
