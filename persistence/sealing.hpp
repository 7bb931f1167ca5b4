// Personal text in the journal is sealed with its person's key (design.md section 5): this
// decorator seals what is appended and opens what entities are restored from, so that neither a
// journal nor an entity knows of it. Destroying the key erases the text in every event and
// snapshot, and in backups as soon as none of them has the key.
#pragma once

#include <memory>

#include "persistence/journal.hpp"

namespace rentwave {

/// Connections of the returned store behave as those of `inner`, but for the {"personal": "text"}
/// members in the data of events and snapshots that have a `subject`:
/// - `append` stores them as {"sealed": "v1.<account>.<base64>"}, XChaCha20-Poly1305 bound to the
///   account. The key is made when there is none; when it cannot be had, nothing is written and
///   that is the error. Once the key is destroyed, the text is dropped. Data that is no JSON object
///   is `refused` for its entity.
/// - `load` and `find_command` give them back as {"personal": "text"}, with no text once the key is
///   destroyed. Errors: corrupt, when what is stored was not sealed with this key for this account.
/// - `read_entity`, `read_log` and `scan` leave them sealed.
/// Empty texts are not sealed.
std::unique_ptr<journal_store> seal_personal_fields(std::unique_ptr<journal_store> inner);

}  // namespace rentwave
