#include "actors/runtime/protocol.hpp"

#include <caf/atom.hpp>
#include <caf/make_message.hpp>

namespace rentwave {

caf::error make_error(runtime_errc code, std::string detail) {
  return {static_cast<std::uint8_t>(code), caf::atom("rentwave"),
          caf::make_message(std::move(detail))};
}

std::string to_string(runtime_errc code) {
  switch (code) {
    case runtime_errc::none:
      return "none";
    case runtime_errc::unavailable:
      return "unavailable";
    case runtime_errc::overloaded:
      return "overloaded";
    case runtime_errc::crashed:
      return "crashed";
    case runtime_errc::wrong_kind:
      return "wrong_kind";
    case runtime_errc::quarantined:
      return "quarantined";
    case runtime_errc::expired:
      return "expired";
    case runtime_errc::not_yet:
      return "not_yet";
    case runtime_errc::not_mine:
      return "not_mine";
    case runtime_errc::link_down:
      return "link_down";
  }
  return "unknown";
}

}  // namespace rentwave
