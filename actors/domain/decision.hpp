// What the pure functions of every entity take and give back (design.md section 4).
#pragma once

#include <boost/system/result.hpp>

#include <optional>
#include <string_view>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/refusal.hpp"
#include "actors/domain/time.hpp"

namespace rentwave {

/// What a decide knows besides state and command.
struct context {
  instant now{};                     ///< domain time
  std::optional<account_id> caller;  ///< the person who asks; none when an entity does
};

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
