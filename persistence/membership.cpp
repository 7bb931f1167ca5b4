#include "persistence/membership.hpp"

namespace rentwave {

std::string to_string(const node_id& id) {
  return id.name + '.' + std::to_string(id.incarnation);
}

}  // namespace rentwave
