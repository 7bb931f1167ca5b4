#include "actors/runtime/demand.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <cstdlib>

namespace rentwave {

void demand(const caf::actor& essential, const char* name) {
  essential->attach_functor([name](const caf::error& reason) {
    if (reason == caf::exit_reason::user_shutdown || reason == caf::exit_reason::unreachable)
      return;
    spdlog::critical("{} ended: {}", name, caf::to_string(reason));
    std::abort();
  });
}

}  // namespace rentwave
