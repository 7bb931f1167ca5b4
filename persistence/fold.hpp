// Words without case and diacritics, for Latin, Greek and Cyrillic script: what SQLite's tokeniser
// does for the file, for the journals that have none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rentwave {

/// At most `most` words of the text, folded; a word may come to be empty.
std::vector<std::string> folded_words(std::string_view text, std::size_t most = std::string::npos);

}  // namespace rentwave
