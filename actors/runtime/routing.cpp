#include "actors/runtime/routing.hpp"

namespace rentwave {

partition_id partition_of(const entity_ref& entity, std::size_t partitions) {
  return static_cast<partition_id>(stable_hash(entity) % partitions);
}

const caf::actor& routing::find(const entity_ref& entity) const {
  if (entity.kind == entity_kind::payment) return payments;
  if (entity.kind == entity_kind::estate) return estates;
  if (entity.kind == entity_kind::crier) return crier;
  if (entity.kind == entity_kind::postman) return postman;
  return partitions[static_cast<std::size_t>(partition_of(entity, partitions.size()))];
}

}  // namespace rentwave
