// What the pure functions of every entity take and give back (design.md section 4).
#pragma once

#include <boost/system/result.hpp>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/refusal.hpp"
#include "actors/domain/time.hpp"

namespace rentwave {

using event_names = std::set<std::string, std::less<>>;

/// What a decide knows besides state and command.
struct context {
  instant now{};                     ///< domain time
  std::optional<account_id> caller;  ///< the person who asks; none when an entity does
  /// Types of events that a node of another release could not read; null: there are none.
  const event_names* held_back = nullptr;
};

/// Whether every node can read events of this type by now (design.md section 5). A decide that
/// asks can go on as the release before did; one that does not is put off until it is so.
template <class Event>
bool may_record(const context& given) {
  return !given.held_back || !given.held_back->contains(Event::type);
}

/// The events that a command causes, in order (none: it had its effect before), or why not.
template <class Event>
using decision = boost::system::result<std::vector<Event>, refusal>;

/// Tells `std::visit` what to do with each alternative.
template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
overloaded(Handlers...) -> overloaded<Handlers...>;

/// The alarm clock's command: nothing but "look at the time".
struct wake {
  static constexpr std::string_view type = "wake";
};
BOOST_DESCRIBE_STRUCT(wake, (), ())

}  // namespace rentwave
