// International Standard Book Numbers (ISO 2108): check digits and the one form that we keep.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rentwave {

/// ISBN-13 digits for an ISBN-10 or ISBN-13 with a correct check digit, hyphens and spaces allowed;
/// nullopt for anything else.
std::optional<std::string> normalise_isbn(std::string_view text);

}  // namespace rentwave
