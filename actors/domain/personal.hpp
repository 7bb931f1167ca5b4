// Text that belongs to a person. In events it is stored sealed with that person's key (design.md
// section 5), so that destroying the key erases it; `text` is empty from then on.
#pragma once

#include <boost/describe.hpp>

#include <string>

namespace rentwave {

struct personal {
  std::string text;

  friend bool operator==(const personal&, const personal&) = default;
};
BOOST_DESCRIBE_STRUCT(personal, (), (text))

}  // namespace rentwave
