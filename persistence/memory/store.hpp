// A journal in memory, with faults on demand, for tests and the simulation. What it keeps belongs
// to the store: connections come and go, and a crash of the program under test is to drop them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "persistence/journal.hpp"

namespace rentwave {

/// How an append or a take-over fails.
enum class append_fault {
  none,
  unavailable,          ///< not written, and says so
  unknown_not_written,  ///< unknown outcome: it was not written
  unknown_written,      ///< unknown outcome: it was written
  refuse_one,           ///< one entity's rows are refused, the rest is written
};

struct memory_tables;

/// Any thread may use the store, and connections in different threads.
class memory_store final : public journal_store {
 public:
  memory_store();
  ~memory_store() override;

  journal_result<std::unique_ptr<journal>> connect() override;
  std::string promise() const override;

  /// Asked before every append, of all connections, with its number from 1; it is called under the
  /// store's lock. An empty function: no faults.
  void on_append(std::function<append_fault(std::uint64_t append_number)> choose);

  /// The same for each partition that is taken over, taken back or released.
  void on_take_over(std::function<append_fault(std::uint64_t take_over_number)> choose);

  /// While set, everything that only reads answers `unavailable`.
  void fail_reads(bool fail);

  /// While set, what is stored of this entity is `corrupt` to whoever loads it or looks it up.
  void damage(std::optional<entity_ref> what);

  /// While set, what writes settings, keys and photos does: `pin`, `set_anchor`, `ensure_keys`,
  /// `destroy_key`, `put_photo`, `sweep_photos`.
  void fail_settings(bool fail);

  /// Everything ever written, in order of writing.
  std::vector<stored_event> all_events() const;

 private:
  std::unique_ptr<memory_tables> tables_;
};

}  // namespace rentwave
