// The JSON form of events and states (design.md section 5). The members listed by Boost.Describe
// are the form: an unknown member is ignored, an absent one keeps its default, so that releases N-1
// and N+1 understand each other; a changed meaning is a new schema number and an upcaster.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "persistence/journal_error.hpp"

namespace rentwave {

struct encoded_event {
  std::string_view type;
  int schema = 1;
  std::string data;
  bool personal = false;  ///< has fields that must be sealed
};

/// `Event` is one entity's event variant, for example `rental::event`.
template <class Event>
encoded_event encode(const Event& event);

/// Errors: corrupt (unknown type, or data that does not fit), too_new (a schema after ours).
template <class Event>
journal_result<Event> decode(std::string_view type, int schema, std::string_view data);

/// For snapshots and administrators. `State` is one entity's state.
template <class State>
std::string encode_state(const State& state, bool& personal);
/// nullopt: a schema or form that is not ours; refold from the events.
template <class State>
std::optional<State> decode_state(int schema, std::string_view data);

/// What `encode_state` wrote on another node, of this release or a neighbouring one: read as an
/// event is, so not for going on from. nullopt: it does not fit.
template <class State>
std::optional<State> decode_foreign_state(std::string_view data);

/// The schema number that `encode_state` writes.
inline constexpr int state_schema = 1;

}  // namespace rentwave
