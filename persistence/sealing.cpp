#include "persistence/sealing.hpp"

#include <sodium.h>

#include <algorithm>
#include <cassert>
#include <set>
#include <unordered_map>
#include <utility>

#include "persistence/forwarding_journal.hpp"
#include "persistence/sealed_text.hpp"

namespace rentwave {
namespace {

/// Enough for the people that register or log in while a batch gathers; then it starts again.
constexpr std::size_t max_cached_keys = 1024;

/// Whether there is a text to seal, in the form in which our events are written; in any other form
/// the key is got when the text is sealed.
bool has_personal_text(std::string_view data) {
  constexpr std::string_view begin = "\"personal\":\"";
  for (auto at = data.find(begin); at != data.npos; at = data.find(begin, at + 1))
    if (const auto first = at + begin.size(); first < data.size() && data[first] != '"')
      return true;
  return false;
}

bool has_personal(const entity_append& entity) {
  const auto is_personal = [](const auto& written) {
    return written.subject && may_have_personal(written.data);
  };
  return std::any_of(entity.events.begin(), entity.events.end(), is_personal) ||
         (entity.state && is_personal(*entity.state));
}

bool has_personal(const std::vector<partition_append>& batch) {
  return std::any_of(batch.begin(), batch.end(), [](const partition_append& partition) {
    return std::any_of(partition.entities.begin(), partition.entities.end(),
                       [](const entity_append& entity) { return has_personal(entity); });
  });
}

/// One connection of `inner`.
class sealing_journal final : public forwarding_journal {
 public:
  using forwarding_journal::forwarding_journal;

  journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) override {
    if (!has_personal(batch)) return inner().append(batch);
    if (auto failed = learn_keys(batch)) return std::move(*failed);
    auto sealed = batch;
    refusals refused;
    if (auto failed = seal(sealed, refused)) return std::move(*failed);
    auto written = inner().append(sealed);
    if (written)
      put_back(refused, *written);
    else
      cached_keys_.clear();
    return written;
  }

  // The database may be another one than before (a fail-over), which has not all keys.
  std::vector<journal_result<partition_lease>> take_over_many(
      const std::vector<partition_id>& partitions, std::string_view owner) override {
    cached_keys_.clear();
    return inner().take_over_many(partitions, owner);
  }
  journal_result<partition_lease> take_back(partition_id partition,
                                            std::string_view owner) override {
    cached_keys_.clear();
    return inner().take_back(partition, owner);
  }

  std::vector<journal_result<history>> load_many(const std::vector<entity_ref>& entities) override {
    auto loaded = inner().load_many(entities);
    for (std::size_t i = 0; i < loaded.size(); ++i)
      loaded[i] = opened(entities[i], std::move(loaded[i]));
    return loaded;
  }
  journal_result<history> load_from_start(const entity_ref& entity) override {
    return opened(entity, inner().load_from_start(entity));
  }

  journal_result<std::vector<stored_event>> find_command(const entity_ref& entity,
                                                         command_id command) override {
    auto found = inner().find_command(entity, command);
    if (!found) return found;
    opener opens{inner(), {}};
    if (auto failed = opens(*found)) return about(entity, std::move(*failed));
    return found;
  }

  journal_result<void> destroy_key(account_id person) override {
    cached_keys_.erase(person);
    return inner().destroy_key(person);
  }

 private:
  journal_result<history> opened(const entity_ref& entity, journal_result<history> loaded) {
    if (!loaded) return loaded;
    opener opens{inner(), {}};
    if (loaded->state)
      if (auto failed = opens(*loaded->state)) return about(entity, std::move(*failed));
    if (auto failed = opens(loaded->events)) return about(entity, std::move(*failed));
    return loaded;
  }

  /// An entity that was left out of the batch, and where it was.
  struct refusal_of_entity {
    std::size_t partition = 0;
    std::size_t entity = 0;
    journal_error why;
  };
  using refusals = std::vector<refusal_of_entity>;

  /// The keys of one read. They are asked for anew each time: a key that another connection or node
  /// has destroyed must open nothing here.
  struct opener {
    journal& from;
    std::unordered_map<account_id, std::string> keys;

    template <class Stored>
    std::optional<journal_error> operator()(Stored& stored) {
      if (!may_have_sealed(stored.data)) return std::nullopt;
      auto opened = open_members(stored.data, stored.subject,
                                 [this](account_id person) { return key_of(person); });
      if (!opened) return opened.error();
      stored.data = std::move(*opened);
      return std::nullopt;
    }
    std::optional<journal_error> operator()(std::vector<stored_event>& events) {
      for (auto& event : events)
        if (auto failed = (*this)(event)) return failed;
      return std::nullopt;
    }
    journal_result<std::string> key_of(account_id person) {
      if (const auto known = keys.find(person); known != keys.end()) return known->second;
      auto found = from.find_key(person);
      if (!found) return found.error();
      return keys.emplace(person, found->value_or("")).first->second;
    }
  };

  static journal_error about(const entity_ref& entity, journal_error failed) {
    failed.detail = to_string(entity) + ": " + failed.detail;
    return failed;
  }

  /// Has the keys of all in the batch in the cache, making those that are missing together: a
  /// transaction of its own, once for the whole group of people.
  std::optional<journal_error> learn_keys(const std::vector<partition_append>& batch) {
    std::set<account_id> unknown;
    const auto see = [&](const auto& written) {
      if (written.subject && !cached_keys_.contains(*written.subject) &&
          has_personal_text(written.data))
        unknown.insert(*written.subject);
    };
    for (const auto& partition : batch)
      for (const auto& entity : partition.entities) {
        for (const auto& event : entity.events) see(event);
        if (entity.state) see(*entity.state);
      }
    if (unknown.empty()) return std::nullopt;
    if (cached_keys_.size() + unknown.size() > max_cached_keys) cached_keys_.clear();
    std::vector<fresh_key> people;
    for (const auto& person : unknown) people.push_back({person, make_personal_key()});
    auto keys = inner().ensure_keys(people);
    if (!keys) return keys.error();
    for (std::size_t i = 0; i < people.size(); ++i) {
      auto& key = (*keys)[i];
      // Of one that is damaged its own entities are told, by `sealing_key`.
      if (key.empty() || is_personal_key(key))
        cached_keys_.emplace(people[i].person, std::move(key));
    }
    return std::nullopt;
  }

  /// For sealing a cached key will do, even one that was destroyed meanwhile: nobody can open what
  /// it seals. Empty: destroyed.
  journal_result<std::string> sealing_key(account_id person) {
    if (const auto cached = cached_keys_.find(person); cached != cached_keys_.end())
      return cached->second;
    auto key = inner().ensure_key(person, make_personal_key());  // seldom, after `learn_keys`
    if (!key) {
      if (key.error().code == journal_errc::not_found) return std::string{};
      return key;
    }
    if (!is_personal_key(*key))
      return journal_error{journal_errc::corrupt, "the key of account " + to_string(person)};
    if (cached_keys_.size() >= max_cached_keys) cached_keys_.clear();
    return cached_keys_.emplace(person, std::move(*key)).first->second;
  }

  template <class Written>
  std::optional<journal_error> seal(Written& written) {
    if (!written.subject || !may_have_personal(written.data)) return std::nullopt;
    auto sealed = seal_members(
        written.data, *written.subject,
        [this](account_id person) -> journal_result<std::string> { return sealing_key(person); });
    if (!sealed) return sealed.error();
    written.data = std::move(*sealed);
    return std::nullopt;
  }
  std::optional<journal_error> seal(entity_append& entity) {
    for (auto& event : entity.events)
      if (auto failed = seal(event)) return failed;
    return entity.state ? seal(*entity.state) : std::nullopt;
  }

  /// Seals the batch in place and takes out the entities whose data cannot be read.
  std::optional<journal_error> seal(std::vector<partition_append>& batch, refusals& refused) {
    for (std::size_t p = 0; p < batch.size(); ++p) {
      std::vector<entity_append> readable;
      for (std::size_t e = 0; e < batch[p].entities.size(); ++e) {
        auto& entity = batch[p].entities[e];
        auto failed = seal(entity);
        if (!failed) {
          readable.push_back(std::move(entity));
        } else if (failed->code == journal_errc::corrupt) {
          failed->code = journal_errc::refused;
          refused.push_back({p, e, about(entity.entity, std::move(*failed))});
        } else {
          return failed;
        }
      }
      batch[p].entities = std::move(readable);
    }
    return std::nullopt;
  }

  /// In ascending order, so that each finds its place.
  static void put_back(refusals& refused, std::vector<partition_result>& results) {
    for (auto& each : refused) {
      auto& entities = results[each.partition].entities;
      if (results[each.partition].fenced) continue;
      assert(each.entity <= entities.size());
      entities.insert(entities.begin() + static_cast<std::ptrdiff_t>(each.entity),
                      entity_result{std::move(each.why), 0});
    }
  }

  std::unordered_map<account_id, std::string> cached_keys_;
};

class sealing_store final : public journal_store {
 public:
  explicit sealing_store(std::unique_ptr<journal_store> inner) : inner_(std::move(inner)) {}

  journal_result<std::unique_ptr<journal>> connect() override {
    if (sodium_init() < 0)
      return journal_error{journal_errc::unavailable, "libsodium cannot be initialised"};
    auto connection = inner_->connect();
    if (!connection) return connection;
    return std::unique_ptr<journal>{std::make_unique<sealing_journal>(std::move(*connection))};
  }
  std::string promise() const override { return inner_->promise(); }

 private:
  std::unique_ptr<journal_store> inner_;
};

}  // namespace

std::unique_ptr<journal_store> seal_personal_fields(std::unique_ptr<journal_store> inner) {
  return std::make_unique<sealing_store>(std::move(inner));
}

}  // namespace rentwave
