// What the actors of one node count, and what waits for the journal's threads. Written by them,
// read by anybody: one a node, shared.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rentwave {

struct runtime_figures {
  explicit runtime_figures(std::size_t readers) : questions(readers) {}

  // Since the start:
  std::atomic<std::uint64_t> restarts{0};         ///< entities that ended by their own fault
  std::atomic<std::uint64_t> alarms_fired{0};     ///< entities that were woken
  std::atomic<std::uint64_t> alarms_late{0};      ///< of those, over a tick after they were due
  std::atomic<std::uint64_t> alarms_repeated{0};  ///< of those, again for the same alarm
  std::atomic<std::uint64_t> posts_taken{0};      ///< notices that webhooks' receivers took
  std::atomic<std::uint64_t> posts_failed{0};     ///< tries that came to nothing
  // At this moment:
  std::atomic<std::size_t> posts_waiting{0};        ///< for their turn with the postman
  std::atomic<std::size_t> appends{0};              ///< sent to the writer, not answered yet
  std::vector<std::atomic<std::size_t>> questions;  ///< by reader: sent, not taken up yet
  std::atomic<std::size_t> photo_questions{0};      ///< the same of the keeper
  std::atomic<std::size_t> photo_fetches{0};        ///< the same of the fetcher
};

}  // namespace rentwave
