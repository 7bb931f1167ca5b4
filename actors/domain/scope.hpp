// What a token for programs may be good for. The names are those that clients see, and stand in
// events; the table of routes says which call needs which.
#pragma once

#include <boost/describe.hpp>

namespace rentwave {

/// `read` looks at whatever is the person's own; each of the others changes one part of it. `inbox`
/// is what the person is told: how far it was read, and the topics that it comes from.
enum class scope { read, profile, listings, rentals, wallet, inbox };
BOOST_DESCRIBE_ENUM(scope, read, profile, listings, rentals, wallet, inbox)

}  // namespace rentwave
