// Which events a release can read, as nodes tell each other (design.md section 5): a word for each
// type, "rent.late", or "rent.late/2" when schemas up to 2 can be read. Nobody has to keep a list:
// it comes from the entities' events. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rentwave {

using event_words = std::vector<std::string>;

/// Those of this release, sorted.
const event_words& our_event_words();

/// The word for a type and the newest schema of it.
std::string event_word(std::string_view type, int schema);
/// Whether whoever has these words can read events of this type and schema.
bool can_read(const event_words& words, std::string_view type, int schema);
/// Those of `written` that whoever has the words `read` cannot read: their types.
std::vector<std::string> unreadable(const event_words& written, const event_words& read);

/// Whether this release can read it. Cheap: one look-up.
bool is_known_event(std::string_view type, int schema);

}  // namespace rentwave
