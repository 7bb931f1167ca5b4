// Events for subscriptions, which must never pass over one that they cannot read.
#pragma once

#include <stdexcept>

#include "persistence/codec.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// `Event` is the variant of the entity's kind. Throws what becomes the reason of a dead letter.
template <class Event>
Event happened_in(const stored_event& stored) {
  auto read = decode<Event>(stored.type, stored.schema, stored.data);
  if (!read) throw std::runtime_error{read.error().detail};
  return *std::move(read);
}

}  // namespace rentwave
