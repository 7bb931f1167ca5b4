// The SQL function `words_in_title(listing_words)`: how many of the words that a full-text query
// matched with occur in the row's title. It looks at nothing but the row, unlike FTS5's bm25, whose
// values all change when any advert is written.
#pragma once

struct sqlite3;

namespace rentwave::sqlite {

/// Makes the function known to this connection. Throws `error`.
void register_words_in_title(sqlite3* connection);

}  // namespace rentwave::sqlite
