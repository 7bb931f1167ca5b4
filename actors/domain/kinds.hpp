// From an entity's kind, known at run time, to its types: the one place that lists them all.
#pragma once

#include <cassert>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "actors/domain/commands.hpp"

namespace rentwave {

/// Calls `use` with `std::type_identity<State>` of this kind's state, which names its
/// `command_type` and `event_type`. `is_kept(kind)`: those who are asked like entities and have no
/// events have no state either.
template <class Use>
auto with_state_of(entity_kind kind, Use&& use) {
  switch (kind) {
    case entity_kind::login:
      return use(std::type_identity<login::state>{});
    case entity_kind::account:
      return use(std::type_identity<account::state>{});
    case entity_kind::session:
      return use(std::type_identity<session::state>{});
    case entity_kind::listing:
      return use(std::type_identity<listing::state>{});
    case entity_kind::book:
      return use(std::type_identity<book::state>{});
    case entity_kind::rental:
      return use(std::type_identity<rental::state>{});
    case entity_kind::wallet:
      return use(std::type_identity<wallet::state>{});
    case entity_kind::inbox:
      return use(std::type_identity<inbox::state>{});
    case entity_kind::keyed_request:
      return use(std::type_identity<keyed_request::state>{});
    case entity_kind::topic:
      return use(std::type_identity<topic::state>{});
    case entity_kind::audience:
      return use(std::type_identity<audience::state>{});
    case entity_kind::follower:
      return use(std::type_identity<follower::state>{});
    case entity_kind::webhook:
      return use(std::type_identity<webhook::state>{});
    case entity_kind::payment:
    case entity_kind::crier:
    case entity_kind::estate:
    case entity_kind::postman:
      break;
  }
  assert(false && "who has no events is no entity");
  std::abort();
}

/// Calls `use` with `std::type_identity<Command>` of what one of this kind can be asked.
template <class Use>
auto with_command_of(entity_kind kind, Use&& use) {
  switch (kind) {
    case entity_kind::payment:
      return use(std::type_identity<payment::command>{});
    case entity_kind::crier:
      return use(std::type_identity<crier::command>{});
    case entity_kind::estate:
      return use(std::type_identity<estate::command>{});
    case entity_kind::postman:
      return use(std::type_identity<postman::command>{});
    default:
      return with_state_of(kind, [&](auto state) {
        return use(std::type_identity<typename decltype(state)::type::command_type>{});
      });
  }
}

}  // namespace rentwave
