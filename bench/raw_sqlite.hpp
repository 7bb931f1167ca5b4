// The rows of a batch written by hand: SQLite's C interface, prepared statements, the settings of
// the journal, and none of its checks. What the journal is measured against.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "persistence/journal.hpp"

namespace rentwave::bench {

/// Used by one thread. A failure ends the program.
class raw_sqlite {
 public:
  /// The file is a journal that nobody has open.
  explicit raw_sqlite(const std::string& file);
  ~raw_sqlite();
  raw_sqlite(const raw_sqlite&) = delete;
  raw_sqlite& operator=(const raw_sqlite&) = delete;

  /// One durable transaction.
  void write(const std::vector<partition_append>& batch);

 private:
  struct statements;
  std::unique_ptr<statements> on_;
};

}  // namespace rentwave::bench
