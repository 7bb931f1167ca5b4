// How notices put things into words. They are stored unsealed: they name things, times and
// amounts, never people.
#pragma once

#include <string>
#include <string_view>

#include "actors/domain/money.hpp"
#include "actors/domain/time.hpp"

namespace rentwave {

/// A title between quotation marks.
std::string in_quotes(std::string_view title);

/// An amount that is not negative with its currency (ISO 4217), for example "2.50 EUR".
std::string in_words(money amount, std::string_view currency);

/// To the minute, for example "1 May 2024, 10:00 UTC".
std::string in_words(instant at);

}  // namespace rentwave
