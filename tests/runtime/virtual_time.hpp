// Actors without threads, whose time passes when the test says so.
#pragma once

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace rentwave::testing {

struct virtual_time : ::testing::Test {
  caf::actor_system_config config = [] {
    caf::actor_system_config made;
    made.set("scheduler.policy", caf::atom("testing"));
    return made;
  }();
  caf::actor_system system{config};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
};

}  // namespace rentwave::testing
