// What people looked at and what they were shown: never less than what was durable when they asked,
// whichever node answers, and nothing that is not durable.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/simulation/model.hpp"
#include "tests/simulation/nodes.hpp"

namespace rentwave::simulation {

class reads {
 public:
  using told = std::function<void(const std::string& line)>;

  void look(nodes& where, const entity_ref& what, std::int64_t at_least, bool settled);
  /// Tells each answer. Throws `violation`.
  void collect(const model& all, const told& tell);
  /// A node's process died: who looked through it sees nothing.
  void give_up(int through);
  /// Throws when somebody still waits though nothing fails any more.
  void check_all_answered() const;

  std::int64_t count() const { return count_; }

 private:
  struct under_way {
    entity_ref what;
    std::int64_t at_least = 0;
    int through = 0;  ///< which node
    testing::pending<view_ptr> answer;
  };

  std::vector<under_way> open_;
  std::int64_t count_ = 0;
};

}  // namespace rentwave::simulation
