// Searches that nothing can be found by, whatever adverts there are.
#pragma once

#include "persistence/read_models.hpp"

namespace rentwave {

/// Measures are sought that no kind has together, or another kind than the one that has them.
bool contradicts_itself(const listing_query& wanted);

}  // namespace rentwave
