// The contract of the cluster's tables: the tests of this fixture run against each kind of them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "persistence/membership.hpp"
#include "tests/cluster/places.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_cluster {

using testing_journal::failure;
using testing_journal::value;

/// Tables to which connections can be made. Outlives them.
class shared_tables {
 public:
  virtual ~shared_tables() = default;
  virtual std::unique_ptr<membership> connect() = 0;
};

struct membership_kind {
  const char* name;
  std::unique_ptr<shared_tables> (*make)();

  friend std::ostream& operator<<(std::ostream& out, const membership_kind& kind) {
    return out << kind.name;
  }
};
std::vector<membership_kind> membership_kinds();

class Membership : public ::testing::TestWithParam<membership_kind> {
 protected:
  node_id join(const std::string& name) { return value(one_->join(name, profile_, joined_at_)); }
  std::int64_t counter_of(const node_id& id) {
    for (const auto& row : value(one_->read()).nodes)
      if (row.id == id) return row.counter;
    return -1;
  }
  partition_table table() { return value(one_->read()).partitions; }

  const node_profile profile_{"127.0.0.1:4711",
                              {.gateway = true, .partitions = true},
                              "0.1.0",
                              {"rent.late", "rent.lost"},
                              "boot/ns/17/4711"};
  const instant joined_at_ = testing_journal::at(1);
  std::unique_ptr<shared_tables> tables_ = GetParam().make();
  std::unique_ptr<membership> one_ = tables_->connect();
  std::unique_ptr<membership> other_ = tables_->connect();
};

}  // namespace rentwave::testing_cluster
