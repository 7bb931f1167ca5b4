// Which partition an entity is in, and which actor to send to. Immutable and shared: a look-up, not
// a hop (design.md section 8).
#pragma once

#include <caf/actor.hpp>

#include <memory>
#include <vector>

#include "actors/domain/entity.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

partition_id partition_of(const entity_ref& entity, std::size_t partitions);

struct routing {
  std::vector<caf::actor> partitions;
  caf::actor payments;
  caf::actor estates;
  caf::actor crier;
  caf::actor postman;

  const caf::actor& find(const entity_ref& entity) const;
};
using routing_ptr = std::shared_ptr<const routing>;

}  // namespace rentwave
