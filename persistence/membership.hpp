// Who belongs to the cluster and who has which partition (design.md section 8): the table of nodes
// and the revisioned table of partitions, which all nodes share. Plain blocking calls; a
// `membership` is one connection, used by one thread at a time. Two implementations pass the same
// suite (tests/cluster): PostgreSQL, and in memory for simulations.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/time.hpp"
#include "persistence/journal_error.hpp"

namespace rentwave {

/// One life of one node. No two lives have the same incarnation, whatever their names.
struct node_id {
  std::string name;  ///< `--node.name`
  std::int64_t incarnation = 0;

  friend auto operator<=>(const node_id&, const node_id&) = default;
};
/// "n1.17": the owner that it is for the journal (`journal::take_over`).
std::string to_string(const node_id& id);

struct node_roles {
  bool gateway = true;
  bool partitions = true;

  friend bool operator==(const node_roles&, const node_roles&) = default;
};

/// What a node says of itself when it joins.
struct node_profile {
  std::string address;  ///< "host:port", where other nodes reach it
  node_roles roles;
  std::string version;                   ///< of the program
  std::vector<std::string> event_types;  ///< that it can read (event_words.hpp); empty: not said
  /// Which process it is (cluster/process.hpp), for whoever is on its machine; empty: not said.
  std::string process{};

  friend bool operator==(const node_profile&, const node_profile&) = default;
};

struct node_row {
  node_id id;
  node_profile profile;
  std::int64_t counter = 0;  ///< goes up with each renewal
  bool draining = false;     ///< it is to have no partitions
  instant joined_at;         ///< real time, for people
};

/// Where a partition is.
struct partition_place {
  std::optional<node_id> owner;  ///< who alone may open it and answer for it
  std::optional<node_id> next;   ///< to whom the owner is to hand it over; never the owner

  friend bool operator==(const partition_place&, const partition_place&) = default;
};

struct partition_table {
  std::int64_t revision = 0;            ///< 0: nobody has published one yet
  std::vector<partition_place> places;  ///< by partition

  friend bool operator==(const partition_table&, const partition_table&) = default;
};

struct cluster_tables {
  std::vector<node_row> nodes;  ///< by incarnation
  partition_table partitions;
};

/// A node whose lease is over, as it was seen for the last time.
struct ended_node {
  node_id id;
  std::int64_t counter = 0;

  friend bool operator==(const ended_node&, const ended_node&) = default;
};

/// Errors of all calls: unavailable (nothing was written, for sure), unknown_outcome (written or
/// not, and perhaps only later: read again), and those that they name.
class membership {
 public:
  virtual ~membership() = default;

  /// Makes a node of this name; one that had it before is no member any more. It is not draining.
  /// Errors: too_new when the journal has events of a type that it says it cannot read.
  virtual journal_result<node_id> join(std::string_view name, const node_profile& profile,
                                       instant now) = 0;
  /// Counts its counter up. Errors: fenced when it is no member any more.
  virtual journal_result<void> renew(const node_id& who) = 0;
  /// Of this life only. Errors: not_found when it is no member.
  virtual journal_result<void> set_draining(const node_id& who, bool draining) = 0;
  /// Afterwards it is no member; whether it was one does not matter.
  virtual journal_result<void> leave(const node_id& who) = 0;

  /// Both tables, the second as it was at one moment.
  virtual journal_result<cluster_tables> read() = 0;

  /// Replaces the table whose revision `next` has, and makes the ended nodes members no longer, at
  /// once: so whoever takes from them and their own renewals exclude each other. The result is the
  /// new revision. Errors: conflict when the table has another revision by now, or one of the ended
  /// was renewed, or is gone, which it may be after a renewal; then nothing was written.
  virtual journal_result<std::int64_t> publish(const partition_table& next,
                                               const std::vector<ended_node>& ended) = 0;
};

/// The tables beside a journal that is open already: of a PostgreSQL URL. Errors: not_found for
/// another URL, as its journal has one node; unavailable.
journal_result<std::unique_ptr<membership>> open_membership(std::string_view journal_url);

}  // namespace rentwave
