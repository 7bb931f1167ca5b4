// A disk that fills up and fails on demand: an SQLite VFS between SQLite and the real one, the
// default one of this process from the first call of `faulty_disk::get` on. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>

namespace rentwave::testing_journal {

class faulty_disk {
 public:
  static faulty_disk& get();

  /// From now on the files may grow by so many bytes; then writes end short with SQLITE_FULL.
  void leave_room(std::int64_t bytes) { room_ = bytes; }
  /// The n-th write or sync from now on (1, 2, …) answers this code of SQLite. A write that fails
  /// has written its first half; a sync that fails has synced nothing. Syncs never fail with
  /// SQLITE_FULL.
  void fail_operation(int n, int code) {
    countdown_ = n;
    code_ = code;
  }
  /// No more faults; true when `fail_operation` had its turn.
  bool repair();

  /// While set, there are no faults and nothing takes up room.
  void pause(bool paused) { paused_ = paused; }

  /// While set, the files can only be read, for whoever opens them.
  void protect(bool from_writing) { protected_ = from_writing; }
  bool is_protected() const { return protected_; }

  /// Something was written to a write-ahead log and not synced since.
  bool log_is_unsynced() const { return unsynced_; }

  // For the VFS.
  std::optional<int> next_fault(bool is_sync);
  /// How many of `bytes` fit; they are used up.
  std::int64_t take_room(std::int64_t bytes);
  void wrote_log() { unsynced_ = true; }
  void synced_log() { unsynced_ = false; }

 private:
  std::optional<std::int64_t> room_;
  int countdown_ = 0;
  int code_ = 0;
  bool failed_ = false;
  bool paused_ = false;
  bool protected_ = false;
  bool unsynced_ = false;
};

}  // namespace rentwave::testing_journal
