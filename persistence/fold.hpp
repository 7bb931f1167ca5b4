// Words without case, and Latin ones without diacritics: as SQLite's tokeniser makes them for the
// file, for the journals that have none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rentwave {

/// At most `most` words of the text, folded.
std::vector<std::string> folded_words(std::string_view text, std::size_t most = std::string::npos);

}  // namespace rentwave
