// How notices put things into words. They are stored unsealed: they name things and times, never
// people.
#pragma once

#include <string>
#include <string_view>

#include "actors/domain/time.hpp"

namespace rentwave {

/// A title between quotation marks.
std::string in_quotes(std::string_view title);

/// To the minute, for example "1 May 2024, 10:00 UTC".
std::string in_words(instant at);

}  // namespace rentwave
