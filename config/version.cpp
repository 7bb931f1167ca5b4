#include "config/parse.hpp"

namespace rentwave::config {

std::string_view version() {
  return RENTWAVE_VERSION;
}

}  // namespace rentwave::config
