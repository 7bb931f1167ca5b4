#include "persistence/postgres/membership.hpp"

#include "persistence/journal_url.hpp"
#include "persistence/postgres/address.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/schema.hpp"

namespace rentwave::postgres {
namespace {

constexpr std::chrono::seconds longest_call{2};

constexpr const char* as_gateway = "gateway";
constexpr const char* as_partitions = "partitions";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string text_of(const node_roles& roles) {
  std::vector<std::string> words;
  if (roles.gateway) words.emplace_back(as_gateway);
  if (roles.partitions) words.emplace_back(as_partitions);
  return joined(words);
}

node_roles roles_of(std::string_view text) {
  node_roles roles{false, false};
  for (const auto& word : words_of(text)) {
    roles.gateway |= word == as_gateway;
    roles.partitions |= word == as_partitions;
  }
  return roles;
}

using maybe_name = std::optional<std::string>;
using maybe_number = std::optional<std::int64_t>;

std::optional<node_id> node_of(maybe_name name, maybe_number incarnation) {
  if (!name || !incarnation) return std::nullopt;
  return node_id{*std::move(name), *incarnation};
}

/// The two columns of a place that name a node.
struct node_columns {
  array names;
  array incarnations;

  void add(const std::optional<node_id>& id) {
    names.add(id ? maybe_name{id->name} : std::nullopt);
    incarnations.add(id ? maybe_number{id->incarnation} : std::nullopt);
  }
};

class postgres_membership final : public membership {
 public:
  /// Connects; throws what error.hpp says.
  explicit postgres_membership(connection::options how)
      : db_(std::move(how), std::make_shared<watchdog>()) {}

  journal_result<void> check() {
    return guarded(purpose::reading, [&] { return check_schema(db_); });
  }

  journal_result<node_id> join(std::string_view name, const node_profile& profile,
                               instant now) override {
    return guarded(purpose::writing, [&]() -> journal_result<node_id> {
      auto made = db_.query(
          "WITH missing AS MATERIALIZED (SELECT unreadable_to($6) AS type), joined AS ("
          " INSERT INTO nodes (name, address, roles, version, event_types, process, joined_at,"
          " incarnation, counter, draining)"
          " SELECT $1::text, $2::text, $3::text, $4::text, $6::text, $5::text, $7::bigint, "
          "nextval('incarnations'), 0, false FROM missing"
          " WHERE type IS NULL"
          " ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation,"
          " address = excluded.address, roles = excluded.roles, version = excluded.version,"
          " event_types = excluded.event_types, process = excluded.process, counter = 0,"
          " draining = false, joined_at = excluded.joined_at RETURNING incarnation)"
          " SELECT missing.type, joined.incarnation FROM missing LEFT JOIN joined ON true",
          name, profile.address, text_of(profile.roles), profile.version, profile.process,
          joined(profile.event_types), now);
      maybe_name missing;
      maybe_number incarnation;
      if (made.next()) made.read(missing, incarnation);
      if (incarnation) return node_id{std::string{name}, *incarnation};
      if (!missing) throw damaged("a node that has joined has no incarnation");
      return journal_error{journal_errc::too_new, "the journal has events of the type " + *missing +
                                                      ", which this release cannot read"};
    });
  }

  journal_result<void> renew(const node_id& who) override {
    return guarded(purpose::writing, [&]() -> journal_result<void> {
      auto renewed = db_.query(
          "UPDATE nodes SET counter = counter + 1 WHERE incarnation = $1 RETURNING counter",
          who.incarnation);
      if (renewed.next()) return {};
      return journal_error{journal_errc::fenced, to_string(who) + " is no member"};
    });
  }

  journal_result<void> set_draining(const node_id& who, bool draining) override {
    return guarded(purpose::writing, [&]() -> journal_result<void> {
      auto changed =
          db_.query("UPDATE nodes SET draining = $2 WHERE incarnation = $1 RETURNING counter",
                    who.incarnation, draining);
      if (changed.next()) return {};
      return journal_error{journal_errc::not_found, to_string(who) + " is no member"};
    });
  }

  journal_result<void> leave(const node_id& who) override {
    return guarded(purpose::writing, [&]() -> journal_result<void> {
      db_.query("DELETE FROM nodes WHERE incarnation = $1", who.incarnation);
      return {};
    });
  }

  journal_result<cluster_tables> read() override {
    return guarded(purpose::reading, [&]() -> journal_result<cluster_tables> {
      return cluster_tables{read_nodes(), read_partitions()};
    });
  }

  journal_result<std::int64_t> publish(const partition_table& next,
                                       const std::vector<ended_node>& ended) override {
    return guarded(purpose::writing, [&]() -> journal_result<std::int64_t> {
      array incarnations;
      array counters;
      for (const auto& one : ended) {
        incarnations.add(one.id.incarnation);
        counters.add(one.counter);
      }
      node_columns owners;
      node_columns nexts;
      for (const auto& place : next.places) {
        owners.add(place.owner);
        nexts.add(place.next);
      }
      auto published =
          db_.execute("SELECT publish_placements($1, $2, $3, $4, $5, $6, $7)",
                      values{next.revision, std::move(incarnations), std::move(counters),
                             std::move(owners.names), std::move(owners.incarnations),
                             std::move(nexts.names), std::move(nexts.incarnations)});
      maybe_number revision;
      if (published.next()) published.read(revision);
      if (revision) return *revision;
      return journal_error{journal_errc::conflict,
                           "the table has another revision, or an ended node has changed"};
    });
  }

 private:
  std::vector<node_row> read_nodes() {
    auto stored = db_.query(
        "SELECT incarnation, name, address, roles, version, event_types, process, counter,"
        " draining, joined_at FROM nodes ORDER BY incarnation");
    std::vector<node_row> nodes;
    while (stored.next()) {
      auto& node = nodes.emplace_back();
      std::string roles;
      std::string event_types;
      stored.read(node.id.incarnation, node.id.name, node.profile.address, roles,
                  node.profile.version, event_types, node.profile.process, node.counter,
                  node.draining, node.joined_at);
      node.profile.roles = roles_of(roles);
      node.profile.event_types = words_of(event_types);
    }
    return nodes;
  }

  /// One statement, as revision and places belong together.
  partition_table read_partitions() {
    auto stored = db_.query(
        "SELECT r.revision, p.partition, p.owner, p.owner_incarnation, p.next, p.next_incarnation"
        " FROM placements_revision r LEFT JOIN placements p ON true ORDER BY p.partition");
    partition_table table;
    while (stored.next()) {
      maybe_number partition;
      maybe_name owner;
      maybe_number owner_incarnation;
      maybe_name next;
      maybe_number next_incarnation;
      stored.read(table.revision, partition, owner, owner_incarnation, next, next_incarnation);
      if (!partition) continue;  // of the join: nothing was published so far
      if (*partition != std::ssize(table.places)) throw damaged("a partition has no place");
      table.places.push_back({node_of(std::move(owner), owner_incarnation),
                              node_of(std::move(next), next_incarnation)});
    }
    return table;
  }

  connection db_;
};

}  // namespace

journal_result<std::unique_ptr<membership>> open_membership(std::string_view url) {
  using opened = journal_result<std::unique_ptr<membership>>;
  connection::options how{complete_url(url, access::read_write), password_of(url),
                          access::read_write};
  how.longest_call = longest_call;
  auto result = guarded(purpose::reading, [&]() -> opened {
    auto made = std::make_unique<postgres_membership>(std::move(how));
    const auto known = made->check();
    if (!known) return known.error();
    return opened{std::move(made)};
  });
  if (result) return result;
  return journal_error{result.error().code,
                       url_without_password(url) + ": " + result.error().detail};
}

}  // namespace rentwave::postgres
