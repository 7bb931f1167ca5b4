// A batch as the append functions take it (append_functions.cpp), and their answers as the results
// of the batch.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "persistence/journal.hpp"
#include "persistence/postgres/connection.hpp"

namespace rentwave::postgres {

/// Types of events that must not be written yet, each with a node that could not read it.
using held_types = std::map<std::string, std::string, std::less<>>;

class batch_form {
 public:
  /// `batch` outlives this. An entity with an event that is held back fails, and it alone.
  batch_form(const std::vector<partition_append>& batch, const held_types& held_back);

  /// No partition and no entity is in it twice: it may be written at once.
  bool is_plain() const { return plain_; }
  values parameters() const;

  /// Of append_batch's answer.
  std::vector<partition_result> results_at_once(rows answer) const;
  /// Of append_each's answer.
  std::vector<partition_result> results_of_each(rows answer) const;

 private:
  struct part {
    std::size_t of = 0;      ///< in the batch
    std::int64_t count = 0;  ///< of events that are sent
  };
  struct entity {
    std::size_t part = 0;  ///< in parts_
    std::size_t of = 0;    ///< in the partition's append
  };

  const partition_append& append_of(const part& one) const { return batch_[one.of]; }
  const entity_append& append_of(const entity& one) const {
    return append_of(parts_[one.part]).entities[one.of];
  }
  void add_events(values& to) const;
  void add_snapshots(values& to) const;
  void add_offsets(values& to) const;
  std::string letters() const;
  std::string changes() const;

  const std::vector<partition_append>& batch_;
  std::vector<part> parts_;               ///< by ascending partition
  std::vector<entity> entities_;          ///< without those that are refused before they are sent
  std::vector<partition_result> held_;    ///< as it is when every fence holds and nothing fails
  std::vector<partition_result> fenced_;  ///< as it is when none does
  bool plain_ = true;
};

}  // namespace rentwave::postgres
