#include "actors/domain/refusal.hpp"

#include <boost/describe/enum_to_string.hpp>

namespace rentwave {

const char* to_string(refusal_code code) {
  return boost::describe::enum_to_string(code, "unknown");
}

}  // namespace rentwave
