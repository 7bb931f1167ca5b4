// One personal text under one person's key, and the JSON members that hold such texts. Pure but for
// the random nonce; `sealing.cpp` knows where the keys are.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/ids.hpp"
#include "persistence/journal_error.hpp"

namespace rentwave {

/// 32 random bytes.
std::string make_personal_key();
bool is_personal_key(std::string_view key);

/// "v1.<account>.<base64 of nonce and ciphertext>"
std::string seal_text(std::string_view text, account_id person, std::string_view key);

/// Whose key opens it; nullopt for what is not in this form.
std::optional<account_id> sealed_for(std::string_view sealed);
/// nullopt: changed, cut, sealed with another key, or moved here from another account.
std::optional<std::string> open_sealed_text(std::string_view sealed, std::string_view key);

/// The person's key; an empty string when it was destroyed.
using key_source = std::function<journal_result<std::string>(account_id)>;

/// False when the data surely has no such member, so that parsing it can be spared.
bool may_have_personal(std::string_view data);
bool may_have_sealed(std::string_view data);

/// Replaces each {"personal": text} anywhere in `data`, the text of a JSON object. Errors: corrupt,
/// and those of `keys`.
journal_result<std::string> seal_members(std::string_view data, account_id person,
                                         const key_source& keys);
/// The reverse. Errors: corrupt, and those of `keys`. Where `person` is given, it must be his.
journal_result<std::string> open_members(std::string_view data, std::optional<account_id> person,
                                         const key_source& keys);

}  // namespace rentwave
