// The rows of a batch written by hand: prepared statements in one transaction, each a round trip,
// and none of the journal's checks. What the journal in PostgreSQL is measured against.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "persistence/journal.hpp"

namespace rentwave::bench {

/// Used by one thread. A failure ends the program.
class raw_postgres {
 public:
  /// The database is a journal that nobody uses.
  explicit raw_postgres(const std::string& url);
  ~raw_postgres();
  raw_postgres(const raw_postgres&) = delete;
  raw_postgres& operator=(const raw_postgres&) = delete;

  /// One durable transaction.
  void write(const std::vector<partition_append>& batch);

 private:
  struct session;
  std::unique_ptr<session> on_;
};

}  // namespace rentwave::bench
