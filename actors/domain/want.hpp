// A command that an entity owes to another (design.md section 4). Included by the .cpp files of the
// entities; their headers only name the struct.
#pragma once

#include <string>

#include "actors/domain/commands.hpp"
#include "actors/domain/entity.hpp"

namespace rentwave {

struct want {
  std::string key;  ///< unique within the sender for all time: the command's id is made from it
  entity_ref to;
  any_command body;
};

}  // namespace rentwave
