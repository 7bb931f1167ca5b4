#include "persistence/journal_error.hpp"

#include <boost/describe/enum_to_string.hpp>

namespace rentwave {

const char* to_string(journal_errc code) {
  return boost::describe::enum_to_string(code, "unknown");
}

}  // namespace rentwave
