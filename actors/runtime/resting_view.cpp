#include "actors/runtime/resting_view.hpp"

#include <spdlog/spdlog.h>

#include "actors/runtime/machine.hpp"

namespace rentwave {
namespace {

std::int64_t version_of(const history& found) {
  if (!found.events.empty()) return found.events.back().version;
  return found.state ? found.state->version : 0;
}

}  // namespace

journal_result<entity_view> read_resting_view(journal& from, const entity_ref& entity) {
  auto found = from.load(entity);
  if (!found) return found.error();
  entity_view view{entity, version_of(*found), nullptr};
  // What made it throw in its actor may do so here.
  try {
    auto into = make_machine(entity);
    auto folded = fold(*into, *found);
    if (folded && !*folded) {
      found = from.load_from_start(entity);
      if (!found) return found.error();
      folded = fold(*into, *found);
    }
    if (folded) view.state = into->view();
  } catch (const std::exception& thrown) {
    spdlog::warn("the state of {} cannot be shown: {}", to_string(entity), thrown.what());
  }
  return view;
}

}  // namespace rentwave
