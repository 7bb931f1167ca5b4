// What a `memory_store` keeps, under its one mutex.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "persistence/memory/read_rows.hpp"
#include "persistence/memory/store.hpp"

namespace rentwave {

struct memory_tables {
  struct kept_photo {
    stored_photo what;
    instant put;
  };
  struct partition {
    std::string owner;
    std::int64_t epoch = 0;
    std::vector<std::size_t> log;  ///< indexes of `events`: position p is at p - 1
  };
  struct entity {
    partition_id home = 0;  ///< where its alarm is
    std::vector<std::size_t> events;
    std::set<std::pair<command_id, int>> commands;
    std::optional<snapshot> state;
    std::optional<alarm_row> alarm;
  };

  mutable std::mutex mutex;
  std::function<append_fault(std::uint64_t)> choose_fault;
  std::function<append_fault(std::uint64_t)> choose_take_over_fault;
  std::uint64_t appends = 0;
  std::uint64_t take_overs = 0;
  bool reads_fail = false;
  std::optional<entity_ref> damaged;
  bool settings_fail = false;

  std::map<partition_id, partition> partitions;
  std::vector<stored_event> events;  ///< sequence s is at s - 1
  std::unordered_map<entity_ref, entity> entities;
  std::map<partition_id, std::set<std::pair<instant, entity_ref>>> due;
  std::map<std::pair<partition_id, std::string>, std::int64_t> offsets;
  std::map<std::tuple<partition_id, std::string, std::int64_t>, dead_letter> letters;
  std::optional<clock_anchor> anchor;
  std::map<std::string, std::string, std::less<>> pinned;
  std::map<account_id, std::optional<std::string>> keys;  ///< nullopt: destroyed
  memory_rows rows;
  std::map<photo_id, kept_photo> photos;
};

}  // namespace rentwave
