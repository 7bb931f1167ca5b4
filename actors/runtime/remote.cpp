#include "actors/runtime/remote.hpp"

namespace rentwave {

std::string to_string(door_state state) {
  switch (state) {
    case door_state::nowhere:
      return "nowhere";
    case door_state::elsewhere:
      return "elsewhere";
    case door_state::opening:
      return "opening";
    case door_state::open:
      return "open";
    case door_state::closing:
      return "closing";
  }
  return "unknown";
}

}  // namespace rentwave
